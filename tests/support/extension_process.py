"""Random processes that open extensions one after another, and what became of their pointers.

Each library has a table of pointers to symbols (R_X86_64_64 relocations) beside it in a file: when
all is opened, the program looks into the tables of every object in the process and says in which
object each pointer leads. That is what the loader did, told by no loader's debugging aid, so that
glibc and musl are judged in the same way.
"""

import os
import random
import subprocess
from pathlib import Path

from support.checkout import environment, run

OPENER = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#ifndef RTLD_DEEPBIND
#define RTLD_DEEPBIND 0
#endif

static int look(struct dl_phdr_info* object, size_t size, void* data) {
  (void)size, (void)data;
  char path[4096], symbol[256];
  unsigned long offset;
  snprintf(path, sizeof path, "%s.refs", object->dlpi_name);
  FILE* table = fopen(path, "r");
  if (!table) return 0;
  while (fscanf(table, "%255s %lx", symbol, &offset) == 2) {
    void* pointer = *(void**)(object->dlpi_addr + offset);
    Dl_info found;
    const char* where = "";
    if (pointer) where = dladdr(pointer, &found) ? found.dli_fname : "?";
    printf("ref\t%s\t%s\t%s\n", object->dlpi_name, symbol, where);
  }
  return fclose(table);
}

int main(int argc, char** argv) {
  for (int i = 1; i < argc; i += 2) {
    int mode = RTLD_NOW;
    if (!strcmp(argv[i + 1], "global")) mode |= RTLD_GLOBAL;
    if (!strcmp(argv[i + 1], "deepbind")) mode |= RTLD_DEEPBIND;
    void* handle = dlopen(argv[i], mode);
    printf("open\t%s\n", handle ? "" : dlerror());
  }
  return dl_iterate_phdr(look, 0);
}
"""

SYMBOLS = [f"f{number}" for number in range(6)]


class RandomProcess:
    """A directory tree of libraries, a program, and the dlopen calls that it will make."""

    def __init__(self, seed: int, tree: Path, opener: Path, libc: str):
        self.random, self.tree, self.libc = random.Random(seed), tree, libc
        self.libraries = [f"lib{number}.so" for number in range(self.random.randint(4, 9))]
        for name in self.libraries:
            for directory in self.random.sample(["d0", "d1", "d2"], self.random.choice([1, 1, 2])):
                self._library(tree / directory / name)
        for number in range(2):
            self._library(tree / f"ext{number}.so")
        self.program = self._program(opener)
        self.calls = [self._call() for _ in range(self.random.randint(2, 5))]
        self.preload = [str(self.random.choice(self._files()))] if self._one_in(5) else []

    def _one_in(self, count: int) -> bool:
        return self.random.randrange(count) == 0

    def _files(self) -> list[Path]:
        return sorted(self.tree.glob("d?/*.so"))

    def _call(self) -> tuple[str, str]:
        files = self._files() + sorted(self.tree.glob("ext?.so")) * 3
        path = str(self.random.choice(files))
        if self._one_in(5):
            path = self.random.choice(self.libraries)  # searched for the program
        return path, self.random.choice(["local", "local", "local", "global", "deepbind"])

    def _search_path(self) -> list[str]:
        directories = ["$ORIGIN", *(f"{self.tree}/d{number}" for number in range(3))]
        count = self.random.randint(1, 3) if self._one_in(4) else 4
        path = ":".join(self.random.sample(directories, count))
        return [self.random.choice(["--enable-new-dtags", "--disable-new-dtags"]), f"-rpath={path}"]

    def _needs(self, limit: int) -> list[str]:
        return self.random.sample(self.libraries, self.random.randint(0, limit))

    def _link(self, words: list, out: Path, needs: list[str]):
        """The linker takes names from sonames: each need is a stub that has nothing else."""
        stubs = self.tree / "stubs"
        if not stubs.exists():
            stubs.mkdir()
            self._assemble("", stubs / "empty.o")
        for need in needs:
            if not (stubs / need).exists():
                run("ld", "-shared", "-soname", need, "-o", stubs / need, stubs / "empty.o")
        run(*words, "-o", out, *(stubs / need for need in needs))

    @staticmethod
    def _assemble(text: str, out: Path):
        subprocess.run(["as", "-o", out], input=text, text=True, check=True)

    def _definition(self, symbol: str, is_symbolic: bool) -> list[str]:
        kind = self.random.choice(["function", "function", "object", "gnu_unique_object",
                                   "gnu_indirect_function"])
        if kind == "gnu_indirect_function" and is_symbolic:
            kind = "function"  # the linker would settle it by a relocation that musl has not
        lines = [".weak" if self._one_in(4) else ".globl"]
        lines[0] += f" {symbol}"
        lines += [f".type {symbol},@{kind}", f"{symbol}:"]
        if kind == "gnu_indirect_function":
            lines += ["leaq 1f(%rip), %rax", "ret"]
        lines += ["1: .quad 1", f".size {symbol}, .-{symbol}"]
        if self._one_in(6) and kind not in ("gnu_unique_object", "gnu_indirect_function"):
            lines.append(f".protected {symbol}")
        return lines

    def _versions(self, path: Path, defined: list[str]) -> tuple[list[str], list[str]]:
        """Lines and flags that give what is defined a version, a hidden one for some."""
        if not self._one_in(4):
            return [], []
        hidden = [symbol for symbol in defined if self._one_in(2)]
        script = path.with_suffix(".map")
        script.write_text("V1 { *; };\n")
        return ([f".symver {symbol}, {symbol}@V1, remove" for symbol in hidden],
                [f"--version-script={script}"])

    def _library(self, path: Path):
        path.parent.mkdir(exist_ok=True)
        flags = ["-Bsymbolic"] if self._one_in(8) else []
        defined = self.random.sample(SYMBOLS, self.random.randint(1, 4))
        references = self.random.sample(SYMBOLS, self.random.randint(1, 5))
        lines = [".text"]
        for symbol in defined:
            lines += self._definition(symbol, bool(flags))
        version_lines, version_flags = self._versions(path, defined)
        lines += [*version_lines, ".data", ".balign 8"]
        for symbol in references:
            lines.append(f"refs_{symbol}: .quad {symbol}")
            # A strong one that is nowhere makes an opening fail, or the start.
            if symbol not in defined and not self._one_in(5):
                lines.append(f".weak {symbol}")
        assembled = path.with_suffix(".o")
        self._assemble("\n".join(lines) + "\n", assembled)
        if not self._one_in(4):
            flags += ["-soname", path.name if not self._one_in(6)
                      else self.random.choice(self.libraries)]
        if self._one_in(6):
            flags.append("--hash-style=sysv")
        self._link(["ld", "-shared", "--no-as-needed", "-z", "lazy", *self._search_path(), *flags,
                    *version_flags, assembled], path, self._needs(3))
        offsets = {}
        for line in run("nm", path).stdout.splitlines():
            words = line.split()
            if len(words) == 3 and words[2].startswith("refs_"):
                offsets[words[2].removeprefix("refs_")] = words[0]
        Path(f"{path}.refs").write_text("".join(f"{symbol} {offset}\n"
                                                for symbol, offset in offsets.items()))
        assert offsets

    def _program(self, opener: Path) -> Path:
        compiler = "musl-gcc" if self.libc == "musl" else "gcc"
        path = self.tree / "program"
        self._link([compiler, opener, "-rdynamic", "-Wl,--unresolved-symbols=ignore-all",
                    "-Wl,--no-as-needed",
                    *(f"-Wl,{word}" for word in self._search_path())], path, self._needs(2))
        return path

    def observed(self) -> tuple[list[bool], dict]:
        """Which calls succeeded; (object, symbol) -> object. Nothing at all if it did not start."""
        words = [word for call in self.calls for word in call]
        variables = {"LD_PRELOAD": ":".join(self.preload)} if self.preload else {}
        done = subprocess.run([self.program, *words], capture_output=True, text=True, timeout=60,
                              env=environment(LD_BIND_NOW="1", **variables))
        rows = [line.split("\t") for line in done.stdout.splitlines()]
        opened = [row[1] == "" for row in rows if row[0] == "open"]
        pointers = {(os.path.realpath(row[1]), row[2]): os.path.realpath(row[3]) if row[3] else None
                    for row in rows if row[0] == "ref"}
        return opened, pointers

    def flags(self) -> list[str]:
        words = [word for preload in self.preload for word in ("--preload", preload)]
        return words + [word for name, mode in self.calls for word in ("--dlopen", f"{name}:{mode}")]
