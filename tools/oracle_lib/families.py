"""The kinds of random cases: how one is made, and whom it is put before."""

from collections.abc import Callable
from dataclasses import dataclass

from . import answers, graphs, symbols
from .answers import Elfwheel


@dataclass
class Family:
    name: str
    what: str
    make: Callable  # seed -> Case
    real: Callable  # (file, whether a program, start) -> Answer
    ours: Callable  # (Elfwheel, file, start) -> Answer
    has_peers: bool  # whether other tools have an answer to it


# What musl binds is not here: it has no LD_DEBUG, so that tests/cli/cli_dlopen_test.py reads it from
# running processes. A family of it would have its `real` from there and its cases from symbols.
FAMILIES = (
    Family("glibc", "load order and paths, LD_TRACE_LOADED_OBJECTS=1", graphs.glibc_case,
           answers.glibc_link_map, lambda tool, *words: tool.link_map(*words), True),
    Family("glibc-bindings", "bindings, LD_DEBUG=bindings of a trace with LD_WARN, LD_BIND_NOW",
           symbols.glibc_case, answers.glibc_bindings, Elfwheel.bindings, False),
    Family("musl", "load order and paths, ld-musl-x86_64.so.1 --list", graphs.musl_case,
           answers.musl_link_map, lambda tool, *words: tool.link_map(*words, "musl"), True),
)


def find_family(name):
    return next(family for family in FAMILIES if family.name == name)
