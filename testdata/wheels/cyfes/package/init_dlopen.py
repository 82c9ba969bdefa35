"""CyFES, the form that opens <prefix>/cyfes/libcufes.so by its path."""

import ctypes
import os
import sys

from . import wrapper
from .hills import Surface

_library = ctypes.CDLL(os.path.join(sys.prefix, "cyfes", "libcufes.so"))
wrapper.bind(_library._handle)

runtime_version = wrapper.runtime_version
has_kernel = wrapper.has_kernel


def surface(grid):
    return Surface(wrapper, grid)
