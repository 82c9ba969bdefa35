"""CyFES, the form whose extension is linked to libcufes.so."""

from . import wrapper
from .hills import Surface

runtime_version = wrapper.runtime_version
has_kernel = wrapper.has_kernel


def surface(grid):
    return Surface(wrapper, grid)
