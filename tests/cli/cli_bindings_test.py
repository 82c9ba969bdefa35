"""`elfwheel bindings` against the real loader: the same references, bound to the same objects."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from support.checkout import elfwheel, environment, run

LOADER = "/lib64/ld-linux-x86-64.so.2"
ROW = re.compile(r"\s*\d+:\s+binding file (.*) \[\d+\] to (.*) \[\d+\]: (?:normal|protected) symbol "
                 r"`(.*)'(?: \[(.*)\])?$")


def real_bindings(root: Path, **variables) -> set:
    """What ld.so says that it binds when it is asked to bind everything. In this mode it leaves out
    what it looks up for itself and for the vdso."""
    program = os.access(root, os.X_OK) and b"INTERP" in subprocess.run(
        ["readelf", "-lW", root], capture_output=True).stdout
    done = subprocess.run([root] if program else [LOADER, root], capture_output=True, timeout=60,
                          text=True, errors="surrogateescape",
                          env=environment(LD_TRACE_LOADED_OBJECTS="1", LD_WARN="yes",
                                          LD_BIND_NOW="yes", LD_DEBUG="bindings", **variables))
    rows = set()
    for line in done.stderr.splitlines():
        if (match := ROW.match(line)) and "linux-vdso" not in match[1]:
            own, other = (os.path.realpath(name or root) for name in (match[1], match[2]))
            rows.add((own, match[3], match[4], other))
    return rows


def our_json(root: Path, *flags, expect=0) -> dict:
    return json.loads(run(elfwheel(), "bindings", "--json", *flags, root, expect=expect).stdout)


def our_bindings(root: Path, *flags, expect=0) -> set:
    return {(row["from"], row["symbol"], row["version"], row["to"])
            for row in our_json(root, *flags, expect=expect)["bindings"]
            if row["to"] and row["from"] != os.path.realpath(LOADER)}


class Machine:
    """Libraries and a program in one directory, which all search it."""

    def __init__(self, compile_c, directory):
        self.compile, self.directory = compile_c, directory

    def library(self, name, source, *flags, needs=(), version=None):
        return self._make(f"lib{name}.so", source, [f"-Wl,-soname,lib{name}.so", *flags], needs,
                          version)

    def program(self, source, *flags, needs=()):
        return self._make("app", source, flags, needs, None)

    def _make(self, name, source, flags, needs, version):
        flags = [f"-L{self.directory}", "-Wl,-rpath,$ORIGIN", "-Wl,--no-as-needed",
                 "-Wl,--unresolved-symbols=ignore-all", *flags, *(f"-l{need}" for need in needs)]
        if version:
            script = self.directory / f"{name}.map"
            script.write_text(version)
            flags.append(f"-Wl,--version-script={script}")
        return self.compile(self.directory / name, source, *flags)


CALL = "int f(void); int main(void) { return f(); }"
DEFINE = "int f(void) { return 1; }"
CALLS_ITS_OWN = DEFINE + " int g(void) { return f(); } int (*p)(void) = f;"


def first_of_two(m):
    m.library("one", DEFINE)
    m.library("two", DEFINE)
    return m.program(CALL, needs=["two", "one"])


def own_definition_interposed(m):
    m.library("one", DEFINE)
    m.library("two", CALLS_ITS_OWN)
    return m.program(CALL, needs=["one", "two"])


def symbolic(m):
    m.library("one", DEFINE)
    m.library("two", CALLS_ITS_OWN, "-Wl,-Bsymbolic,-z,now")
    m.library("three", CALLS_ITS_OWN)
    return m.program(CALL + " int g(void); int (*q)(void) = g;", needs=["one", "two", "three"])


def symbolic_by_flag_alone(m):
    """The linker has settled nothing, the loader has to: DF_SYMBOLIC on a library of lazy calls."""
    m.library("one", DEFINE)
    path = m.library("two", CALLS_ITS_OWN, "-Wl,-z,lazy,--enable-new-dtags,-z,origin")
    image = bytearray(path.read_bytes())
    # DT_FLAGS has DF_ORIGIN; add DF_SYMBOLIC.
    at = image.index((30).to_bytes(8, "little") + (1).to_bytes(8, "little"))
    image[at + 8] |= 2
    path.write_bytes(image)
    return m.program(CALL, needs=["one", "two"])


def protected(m):
    m.library("one", "int f(void) { return 2; } int v = 3;")
    m.library("two", '__attribute__((visibility("protected"))) int f(void) { return 1; }'
                     'int g(void) { return f(); } int (*p)(void) = f;')
    return m.program(CALL, needs=["one", "two"])


def copy_relocation(m):
    m.library("one", "int data[100] = {1}; int* where(void) { return data; }")
    return m.program("extern int data[100]; int main(void) { return data[0]; }", "-no-pie",
                     "-fno-pic", needs=["one"])


def canonical_plt(m):
    m.library("one", CALLS_ITS_OWN)
    return m.program("int f(void); int main(void) { int (*volatile p)(void) = f; return p(); }",
                     "-no-pie", "-fno-pic", needs=["one"])


def protected_by_canonical_plt(m):
    """Its own protected function, but the program's PLT where a pointer to it must be the same
    everywhere. The linker refuses such a program, so protection comes behind its back."""
    m.library("one", CALLS_ITS_OWN)
    app = m.program("int f(void); int main(void) { int (*volatile p)(void) = f; return p(); }",
                    "-no-pie", "-fno-pic", needs=["one"])
    set_visibility(m.directory / "libone.so", "f", STV_PROTECTED)
    return app


def hidden_in_dynsym(m):
    """A definition that no other object should see is passed over, and the search goes on."""
    m.library("one", DEFINE)
    m.library("two", DEFINE)
    app = m.program(CALL, needs=["one", "two"])
    set_visibility(m.directory / "libone.so", "f", STV_HIDDEN)
    return app


STV_HIDDEN, STV_PROTECTED = 2, 3


def set_visibility(path, name, visibility):
    """Of the first dynamic symbol of that name."""
    symbols = run("readelf", "--dyn-syms", "-W", path).stdout
    index = int(re.search(rf"^ *(\d+):.* {name}$", symbols, re.M)[1])
    sections = run("readelf", "-SW", path).stdout
    offset = re.search(r"\.dynsym +DYNSYM +\S+ +(\S+)", sections)[1]
    image = bytearray(path.read_bytes())
    image[int(offset, 16) + 24 * index + 5] = visibility
    path.write_bytes(image)


def weak_and_missing(m):
    m.library("one", "int there(void) { return 1; }")
    return m.program("int there(void); __attribute__((weak)) int maybe(void);"
                     "int main(void) { return there() + (maybe ? maybe() : 0); }", needs=["one"])


def thread_local(m):
    m.library("one", "__thread int t = 1; int* at(void) { return &t; }")
    m.library("two", "__thread int t = 2; int* at2(void) { return &t; }")
    return m.program("extern __thread int t; int main(void) { return t; }", needs=["two", "one"])


def ifunc(m):
    m.library("one", "static int real(void) { return 1; } static void* pick(void) { return real; }"
                     'int f(void) __attribute__((ifunc("pick")));')
    return m.program(CALL, needs=["one"])


VERSIONED = ('__asm__(".symver old,f@V1"); __asm__(".symver new,f@@V2");'
             "int old(void) { return 1; } int new(void) { return 2; }")
VERSIONS = "V1 { global: f; local: *; }; V2 { } V1;"


def default_version(m):
    m.library("one", VERSIONED, version=VERSIONS)
    return m.program(CALL, needs=["one"])


def unversioned_takes_the_oldest(m):
    m.library("one", DEFINE)
    app = m.program(CALL, needs=["one"])
    m.library("one", VERSIONED, version=VERSIONS)
    return app


def unversioned_takes_the_only_default(m):
    m.library("one", DEFINE)
    app = m.program(CALL, needs=["one"])
    m.library("one", '__asm__(".symver new,f@@V2"); int new(void) { return 2; }'
                     "int other(void) { return 3; }",
              version="V1 { global: other; local: *; }; V2 { global: f; } V1;")
    return app


def versioned_takes_a_plain_one_before(m):
    m.library("plain", DEFINE)
    m.library("one", VERSIONED, version=VERSIONS)
    return m.program(CALL, needs=["one", "plain"])


def same_version_name_in_two(m):
    m.library("one", VERSIONED, version=VERSIONS)
    m.library("two", VERSIONED, version=VERSIONS)
    return m.program(CALL, needs=["two", "one"])


def unique(m):
    source = ('__asm__(".type u,@gnu_unique_object"); int u = 1; int* at{}(void) {{ return &u; }}')
    m.library("one", source.format(1))
    m.library("two", source.format(2), "-Wl,-Bsymbolic")
    return m.program("extern int u; int main(void) { return u; }", needs=["one", "two"])


STAGES = [first_of_two, own_definition_interposed, symbolic, symbolic_by_flag_alone, protected,
          copy_relocation, canonical_plt, protected_by_canonical_plt, hidden_in_dynsym,
          weak_and_missing, thread_local, ifunc, default_version,
          unversioned_takes_the_oldest, unversioned_takes_the_only_default,
          versioned_takes_a_plain_one_before, same_version_name_in_two, unique]


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.__name__)
def test_as_the_loader_binds(stage, compile_c, tmp_path):
    root = stage(Machine(compile_c, tmp_path))
    expected = real_bindings(root)
    assert any(str(tmp_path) in row[0] and str(tmp_path) in row[3] for row in expected)
    assert our_bindings(root) == expected


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.__name__)
def test_as_the_loader_binds_with_a_preload(stage, compile_c, tmp_path):
    machine = Machine(compile_c, tmp_path)
    root = stage(machine)
    preload = machine.library("preload", DEFINE + " int u = 5; int data[100]; __thread int t = 7;")
    expected = real_bindings(root, LD_PRELOAD=str(preload))
    # Not by LD_PRELOAD, which would be preloaded to the program under test as well.
    assert our_bindings(root, "--preload", preload) == expected


def large_files() -> list[Path]:
    """Programs and libraries of this machine, the largest first, each family once."""
    directory = Path("/usr/lib/x86_64-linux-gnu")
    found = [path for path in directory.glob("*.so.*") if path.is_file()]
    found += [Path("/usr/bin/python3"), Path("/usr/bin/gdb"), Path("/usr/bin/cmake")]
    found = sorted({path.resolve() for path in found if path.exists()},
                   key=lambda path: -path.stat().st_size)
    return found[:40:2]


def test_large_files_of_this_machine():
    """A library that needs its dependents' symbols (a plug-in) may be left with undefined ones."""
    tried = 0
    for path in large_files():
        expected = real_bindings(path)
        if not expected:
            continue  # nothing that the loader starts with
        tried += 1
        assert our_bindings(path, expect=None) == expected, path
    assert tried >= 10


def test_a_version_of_a_library_that_has_none(compile_c, tmp_path):
    """glibc 2.36 stops at an assertion, later ones go on; here the plain definition serves."""
    m = Machine(compile_c, tmp_path)
    m.library("one", VERSIONED, version=VERSIONS)
    app = m.program(CALL, needs=["one"])
    m.library("one", DEFINE, "-nostdlib")
    done = run(app, expect=None, LD_TRACE_LOADED_OBJECTS="1", LD_WARN="yes", LD_BIND_NOW="yes")
    assert "dl-lookup.c" in done.stderr and "Assertion" in done.stderr
    (row,) = our_json(app, "--symbol", "f")["bindings"]
    assert (row["version"], row["to"]) == ("V2", f"{tmp_path}/libone.so")


def test_what_the_loader_looks_up_by_name(compile_c, tmp_path):
    """A start has four rows more than a trace: ld.so takes malloc and its kin of the first object
    that defines them, as if the program had asked. They are no references of the program."""
    app = compile_c(tmp_path / "app", "int main(void) { return 0; }")
    done = run(app, LD_BIND_NOW="1", LD_DEBUG="bindings")
    started = {match[3] for line in done.stderr.splitlines()
               if (match := ROW.match(line)) and match[1] == str(app)}
    traced = {symbol for own, symbol, _, _ in real_bindings(app) if own == str(app)}
    assert started - traced == {"malloc", "calloc", "realloc", "free"}
    assert {symbol for own, symbol, _, _ in our_bindings(app) if own == str(app)} == traced


def test_what_the_loader_binds_for_itself():
    """Only a process that runs shows it: four functions of libc by which errors are thrown."""
    done = run("/bin/true", LD_BIND_NOW="1", LD_DEBUG="bindings")
    real = {(match[3], os.path.realpath(match[2])) for line in done.stderr.splitlines()
            if (match := ROW.match(line)) and match[1] == LOADER}
    own = {(row["symbol"], row["to"]) for row in our_json("/bin/true")["bindings"]
           if row["from"] == os.path.realpath(LOADER)}
    assert own == real


def test_what_is_missing(compile_c, tmp_path):
    m = Machine(compile_c, tmp_path)
    app = m.library("one", "int gone(void); __attribute__((weak)) int maybe(void);"
                           "int f(void) { return gone() + maybe(); }")
    rows = {row["symbol"]: row for row in our_json(app, expect=1)["bindings"]
            if row["from"] == str(app)}
    assert rows["gone"]["to"] is None and not rows["gone"]["weak"]
    assert rows["maybe"]["to"] is None and rows["maybe"]["weak"]
    text = run(elfwheel(), "bindings", "--symbol", "gone", app, expect=1).stdout
    assert text == f"{app}\n    gone not found\n"
    text = run(elfwheel(), "bindings", "--symbol", "maybe", app).stdout
    assert text == f"{app}\n    maybe nothing (weak)\n"


def test_one_symbol(compile_c, tmp_path):
    app = first_of_two(Machine(compile_c, tmp_path))
    assert run(elfwheel(), "bindings", "--symbol", "f", app).stdout == (
        f"{app}\n    f => {tmp_path}/libtwo.so\n")
    (row,) = our_json(app, "--symbol", "f")["bindings"]
    assert row == {"from": str(app), "symbol": "f", "version": None,
                   "to": f"{tmp_path}/libtwo.so", "weak": False}


@pytest.mark.parametrize("triplet,emulator", [
    ("aarch64-linux-gnu", "qemu-aarch64"), ("arm-linux-gnueabihf", "qemu-arm"),
    ("riscv64-linux-gnu", "qemu-riscv64"), ("s390x-linux-gnu", "qemu-s390x")])
def test_other_machines_as_their_loaders_bind(triplet, emulator, tmp_path):
    """Each kind of relocation: calls, pointers, data, thread-local storage, a copy."""
    root = tmp_path / "root"
    (root / "lib").mkdir(parents=True)
    for file in Path("/usr", triplet, "lib").glob("*.so*"):
        if file.is_file() and file.name.startswith(("ld", "libc.so.6", "libgcc_s")):
            shutil.copy(file, root / "lib")
    library, app = root / "lib/libone.so", root / "app"
    source = tmp_path / "source.c"
    source.write_text("__thread int t = 1; int data[100] = {1}; int f(void) { return t; }"
                      "int (*p)(void) = f; int g(void) { return f() + data[0]; }")
    run(f"{triplet}-gcc", "-shared", "-fPIC", source, "-o", library)
    source.write_text("extern __thread int t; extern int data[100]; int f(void), g(void);"
                      "int main(void) { int (*volatile q)(void) = f; return t + data[0] + g() + q(); }")
    run(f"{triplet}-gcc", "-no-pie", "-fno-pic", source, "-o", app, f"-L{root}/lib", "-lone")
    settings = ("LD_TRACE_LOADED_OBJECTS=1,LD_WARN=yes,LD_BIND_NOW=yes,LD_DEBUG=bindings,"
                "LD_LIBRARY_PATH=/lib")
    done = subprocess.run([emulator, "-L", root, "-E", settings, app], capture_output=True,
                          text=True, timeout=60, env=environment())
    # The riscv loader asks for one symbol on its own account.
    matches = [match for line in done.stderr.splitlines() if (match := ROW.match(line))
               and match[3] != "__global_pointer$"]
    real = {(os.path.basename(match[1] or app), match[3], match[4],
             os.path.basename(match[2] or app)) for match in matches}
    assert {row[1] for row in real if row[0] == "app"} >= {"t", "f", "g", "data"}
    rows = our_json(app, "--sysroot", root, "--ldpaths", "/lib")["bindings"]
    ours = {(os.path.basename(row["from"]), row["symbol"], row["version"],
             os.path.basename(row["to"])) for row in rows
            if row["to"] and not os.path.basename(row["from"]).startswith("ld")}
    assert ours == {row for row in real if not row[0].startswith(("ld", "linux-vdso"))}


@pytest.mark.parametrize("size", [0, 63, 1000, 5000])
def test_a_file_cut_short_is_refused_in_one_line(size, compile_c, tmp_path):
    library = Machine(compile_c, tmp_path).library("one", DEFINE)
    library.write_bytes(library.read_bytes()[:size])
    done = run(elfwheel(), "bindings", library, expect=2)
    assert done.stdout == ""
    assert done.stderr.startswith(f"elfwheel: {library}: ") and done.stderr.count("\n") == 1
