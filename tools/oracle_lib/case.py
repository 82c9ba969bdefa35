"""A random case: files of a directory, and how a process is started there."""

import os
import random
from dataclasses import dataclass, field, replace

from . import elf_writer
from .elf_writer import Spec

GLIBC_LOADER = "/lib64/ld-linux-x86-64.so.2"
MUSL_LOADER = "/lib/ld-musl-x86_64.so.1"


@dataclass
class Link:
    target: str


@dataclass
class HardLink:
    """A second name of the file, where that is one; nothing otherwise."""

    target: str


@dataclass
class Start:
    library_path: str | None = None
    preload: str | None = None
    directory: str = "/"  # the current one


@dataclass
class Case:
    """In every string "@" stands for the directory that the files are written to."""

    # name -> Spec, bytes, Link, HardLink, or None: a directory
    files: dict = field(default_factory=dict)
    roots: list = field(default_factory=list)
    start: Start = field(default_factory=Start)

    def has(self, name):
        return name in self.files

    def write(self, directory):
        for name, content in self.files.items():
            if not isinstance(content, HardLink):
                self._write_one(os.path.join(directory, name), content, directory)
        for name, content in self.files.items():
            if isinstance(content, HardLink):
                link_file(os.path.join(directory, content.target), os.path.join(directory, name))

    def _write_one(self, path, content, directory):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if content is None:
            os.makedirs(path, exist_ok=True)
        elif isinstance(content, Link):
            os.symlink(content.target.replace("@", directory), path)
        else:
            if isinstance(content, Spec):
                content = elf_writer.build(filled_in(content, directory))
            with open(path, "wb") as file:
                file.write(content)
            if content[:4] == b"\x7fELF":
                os.chmod(path, 0o755)

    def start_in(self, directory):
        def fill(text):
            return None if text is None else text.replace("@", directory)
        return Start(fill(self.start.library_path), fill(self.start.preload),
                     fill(self.start.directory))


def link_file(target, name):
    os.makedirs(os.path.dirname(name), exist_ok=True)
    if os.path.isfile(target) and not os.path.islink(target):
        os.link(target, name)


def filled_in(spec, directory):
    def fill(text):
        return None if text is None else text.replace("@", directory)
    return replace(spec, needs=[(tag, fill(name)) for tag, name in spec.needs],
                   rpath=fill(spec.rpath), runpath=fill(spec.runpath), soname=fill(spec.soname))


class Dice(random.Random):
    """The same numbers for the same words, on every machine and in every release of Python."""

    def one_in(self, count):
        return self.below(count) == 0

    def below(self, count):
        return int(self.random() * count)

    def pick(self, options):
        return options[self.below(len(options))]
