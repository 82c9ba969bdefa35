"""Each row of docs/auditwheel_differences.md, shown by both tools on one wheel. Rows that differences
between whole repairs are about are held against real packages by tools/compare_repairs instead."""

import hashlib
import json
import re
import sys
import zipfile
from pathlib import Path

import pytest
from support.checkout import ROOT, auditwheel, elfwheel, run
from support.elf_facts import read_elf_facts
from support.installed import Installed
from support.small_wheel import write_wheel
from support.wheel_file import WheelFile, rewrite

sys.path.insert(0, str(ROOT / "tools"))
from compare_lib.accepted import ACCEPTED, documented  # noqa: E402

EXTENSION = "int f(void); int PyInit_m(void) { return f(); }\n"
M = "m.cpython-311-x86_64-linux-gnu.so"


@pytest.fixture
def make(tmp_path):
    """make(file name, source, *flags): a library below tmp_path; a program without ".so"."""

    def compile_(name: str, source: str, *flags) -> Path:
        out = tmp_path / name
        out.parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "source.c").write_text(source)
        kind = ["-shared", "-fPIC"] if ".so" in out.name or "no_dot" in out.name else []
        run("gcc", *kind, tmp_path / "source.c", "-o", out, *flags)
        return out

    return compile_


@pytest.fixture
def both(tmp_path):
    """Repairs a wheel, or some, with both tools: (ours, theirs), each the process and the wheels."""

    def repair(*wheels, expect=(0, 0), flags=(), **variables):
        words = ["repair", *flags, "-w"]
        ours = run(elfwheel(), *words, tmp_path / "ours", *wheels, expect=expect[0], **variables)
        theirs = auditwheel("tools", *words, tmp_path / "theirs", *wheels, expect=expect[1],
                            **variables)
        listed = [sorted(out.iterdir()) if out.exists() else []
                  for out in (tmp_path / "ours", tmp_path / "theirs")]
        return (ours, listed[0]), (theirs, listed[1])

    return repair


def wheel_of(tmp_path, files: dict[str, Path | bytes], tag="cp311-cp311-linux_x86_64") -> Path:
    data = {name: file if isinstance(file, bytes) else file.read_bytes()
            for name, file in files.items()}
    return write_wheel(tmp_path / f"in/pkg-1-{tag}.whl", data)


def unpacked(wheel: Path) -> Path:
    directory = wheel.parent / "unpacked"
    zipfile.ZipFile(wheel).extractall(directory)
    return directory


def calls(library: Path, function: str) -> str:
    """What the function of a library returns in a fresh process, or the loader's complaint."""
    code = f"import ctypes; print(ctypes.CDLL({str(library)!r}).{function}())"
    done = run("/usr/bin/python3", "-I", "-c", code, expect=None)
    return (done.stdout or done.stderr).strip().splitlines()[-1]


def test_every_row_is_checked_and_every_check_has_its_row():
    here = {name.removeprefix("test_").replace("_", "-") for name, value in globals().items()
            if name.startswith("test_") and not name.startswith("test_every_row")}
    rows = documented()
    assert len(rows) == len(set(rows)), "a row stands twice"
    assert set(rows) == here | set(ACCEPTED)


# --- where files go


@pytest.mark.parametrize("key", ["data", "platlib"])
def test_data_scheme(make, both, tmp_path, key):
    dependency = make("libf.so", "int f(void) { return 7; }\n", "-Wl,-soname,libf.so")
    library = make("libm1.so", "int f(void); int m(void) { return f(); }\n", dependency)
    extension = make(M, "int PyInit_m(void) { return 0; }\n")
    wheel = wheel_of(tmp_path, {f"pkg/{M}": extension, f"pkg-1.data/{key}/share/libm1.so": library})
    (_, [ours]), (_, [theirs]) = both(wheel, flags=("--ldpaths", tmp_path))
    answers = []
    for index, repaired in enumerate((ours, theirs)):
        environment = Installed(repaired, tmp_path / f"venv{index}")
        root = environment.prefix if key == "data" else environment.site_packages
        answers.append(calls(root / "share/libm1.so", "m"))
    assert answers[0] == "7" and "cannot open shared object file" in answers[1]


def test_purelib_by_name(make, both, tmp_path):
    wheel = wheel_of(tmp_path, {f"pkg/purelib/{M}": make(M, "int PyInit_m(void) { return 0; }\n")})
    (_, [_]), (theirs, []) = both(wheel, expect=(0, 1))
    assert "in purelib folder" in theirs.stderr


# --- which library


def test_same_soname(make, both, tmp_path):
    files = {}
    for index, name in enumerate("ab"):
        dependency = make(f"{name}/libf.so", f"int f(void) {{ return {index + 1}; }}\n",
                          "-Wl,-soname,libf.so")
        rpath = f"-Wl,-rpath,{dependency.parent}"
        between = make(f"{name}/libp{name}.so", "int f(void); int p(void) { return f(); }\n",
                       dependency, rpath, f"-Wl,-soname,libp{name}.so")
        files[f"pkg/lib{name}.so"] = make(f"lib{name}.so", "int p(void); int g(void) { return p(); }\n",
                                          between, rpath, f"-Wl,-rpath-link,{dependency.parent}")
    (_, [ours]), (_, [theirs]) = both(wheel_of(tmp_path, files))
    answers = [[calls(unpacked(wheel) / f"pkg/lib{name}.so", "g") for name in "ab"]
               for wheel in (ours, theirs)]
    # auditwheel keeps them apart for the wheel's own files, and mixes them up for copies.
    assert answers[0] == ["1", "2"] and answers[1] in (["1", "1"], ["2", "2"])


def test_library_elsewhere_in_the_wheel(make, both, tmp_path):
    dependency = make("build/libf.so", "int f(void) { return 7; }\n", "-Wl,-soname,libf.so")
    extension = make(M, EXTENSION, dependency, "-Wl,-rpath,/nowhere/build")
    wheel = wheel_of(tmp_path, {f"pkg/{M}": extension, "pkg/deep/er/libf.so": dependency})
    (_, [ours]), (theirs, _) = both(wheel, expect=(0, 1))
    assert 'required library "libf.so" could not be located' in theirs.stderr
    assert calls(unpacked(ours) / f"pkg/{M}", "PyInit_m") == "7"


def test_copies_under_two_names(make, both, tmp_path):
    """The loaded files: copies_of_one_library_are_loaded_once_test.py."""
    dependency = make("libf.so.1", "int f(void) { return 7; }\n")
    make("libf.so", "int f(void) { return 7; }\n", "-Wl,-soname,libf.so")
    users = [make("libu.so", EXTENSION, dependency, "-Wl,-rpath,$ORIGIN"),
             make("libv.so", EXTENSION, tmp_path / "libf.so", "-Wl,-rpath,$ORIGIN")]
    # A library without a soname is needed by the path that it was linked by.
    run(elfwheel(), "replace-needed", dependency, "libf.so.1", users[0])
    wheel = wheel_of(tmp_path, {"pkg/libu.so": users[0], "pkg/libv.so": users[1],
                                "pkg/libf.so": dependency, "pkg/libf.so.1": dependency})
    (_, [ours]), (_, [theirs]) = both(wheel)
    needed = [{read_elf_facts(unpacked(wheel) / f"pkg/{name}").needed[0]
               for name in ("libu.so", "libv.so")} for wheel in (ours, theirs)]
    assert [len(names) for names in needed] == [1, 2]


def test_name_without_a_dot(make, both, tmp_path):
    dependency = make("libno_dot", "int f(void) { return 7; }\n", "-Wl,-soname,libno_dot")
    wheel = wheel_of(tmp_path, {f"pkg/{M}": make(M, EXTENSION, dependency)})
    (_, [ours]), (theirs, _) = both(wheel, expect=(0, 1), flags=("--ldpaths", tmp_path))
    assert "ValueError: not enough values to unpack" in theirs.stderr
    digest = hashlib.sha256(dependency.read_bytes()).hexdigest()[:8]
    assert f"pkg.libs/libno_dot-{digest}" in WheelFile(ours).data


def test_search_order(make, both, tmp_path):
    for name, number in (("runpath", 1), ("variable", 2)):
        make(f"{name}/libf.so", f"int f(void) {{ return {number}; }}\n", "-Wl,-soname,libf.so")
    extension = make(M, EXTENSION, tmp_path / "runpath/libf.so",
                     f"-Wl,--enable-new-dtags,-rpath,{tmp_path}/runpath")
    wheel = wheel_of(tmp_path, {f"pkg/{M}": extension})
    variables = {"LD_LIBRARY_PATH": str(tmp_path / "variable")}
    # So does the loader, which is asked what the wheel's author has tested.
    trace = run("ldd", extension, **variables)
    assert f"{tmp_path}/variable/libf.so" in trace.stdout
    (_, [ours]), (_, [theirs]) = both(wheel, **variables)
    assert [calls(unpacked(wheel) / f"pkg/{M}", "PyInit_m") for wheel in (ours, theirs)] == \
        ["2", "1"]


def test_libpython_of_free_threaded_builds(make, both, tmp_path):
    python = make("libpython3.13t.so.1.0", "int f(void) { return 7; }\n",
                  "-Wl,-soname,libpython3.13t.so.1.0")
    wheel = wheel_of(tmp_path, {f"pkg/{M}": make(M, EXTENSION, python)})
    (_, [ours]), (_, [theirs]) = both(wheel, flags=("--ldpaths", tmp_path))
    assert WheelFile(ours).vendored("pkg") == {}
    assert "libpython3.13t.so.1.0" not in read_elf_facts(unpacked(ours) / f"pkg/{M}").needed
    [name] = WheelFile(theirs).vendored("pkg")
    assert re.fullmatch(r"libpython3-[0-9a-f]{8}\.13t\.so\.1\.0", name)


def test_libpython_of_programs(make, both, tmp_path):
    python = make("libpython3.11.so.1.0", "int f(void) { return 7; }\n",
                  "-Wl,-soname,libpython3.11.so.1.0")
    program = make("embeds", "int f(void); int main(void) { return f(); }\n", python)
    extension = make(M, "int PyInit_m(void) { return 0; }\n")
    wheel = wheel_of(tmp_path, {f"pkg/{M}": extension, "pkg/bin/embeds": program})
    (_, [ours]), (_, [theirs]) = both(wheel, flags=("--ldpaths", tmp_path))
    kept = [[name for name in read_elf_facts(unpacked(wheel) / "pkg/bin/embeds").needed
             if name.startswith("libpython")] for wheel in (ours, theirs)]
    assert len(kept[0]) == 1 and kept[0][0] in WheelFile(ours).vendored("pkg")
    assert kept[1] == []


# --- odd files


def test_debug_files(make, both, tmp_path):
    library = make(M, "int PyInit_m(void) { return 0; }\n", "-g")
    run("objcopy", "--only-keep-debug", library, tmp_path / "m.debug")
    wheel = wheel_of(tmp_path, {f"pkg/{M}": library, "pkg/m.debug": tmp_path / "m.debug"})
    (ours, [_]), (theirs, []) = both(wheel, expect=(0, 1))
    assert "pkg/m.debug: left as it is: holds debugging information alone" in ours.stderr
    assert "Traceback" in theirs.stderr


def test_broken_elf_files(make, both, tmp_path):
    library = make(M, "int PyInit_m(void) { return 0; }\n")
    wheel = wheel_of(tmp_path, {f"pkg/{M}": library, "pkg/libcut.so": library.read_bytes()[:200]})
    (ours, []), (theirs, []) = both(wheel, expect=(2, 1))
    assert len(ours.stderr.splitlines()) == 1 and "pkg/libcut.so" in ours.stderr
    assert "Traceback" in theirs.stderr and "libcut.so" not in theirs.stderr


def test_no_section_headers(make, both, tmp_path):
    library = make(M, "#include <math.h>\ndouble x; int PyInit_m(void) { return (int)pow(x, x); }\n",
                   "-lm", "-Wl,-z,x86-64-v3")
    run("llvm-strip", "--strip-sections", library)
    wheel = wheel_of(tmp_path, {f"pkg/{M}": library})
    ours = json.loads(run(elfwheel(), "show", "--json", wheel).stdout)
    theirs = json.loads(auditwheel("tools", "show", "--json", wheel).stdout)
    assert ours["versioned_symbols"]["libm.so.6"] and theirs["versioned_symbols"] == {}
    assert theirs["sym_tag"] == "manylinux_2_5_x86_64" != ours["sym_tag"]
    assert ours["unsupported_isa"] and not theirs["unsupported_isa"]


def test_files_that_record_lacks(make, both, tmp_path):
    wheel = wheel_of(tmp_path, {f"pkg/{M}": make(M, "int PyInit_m(void) { return 0; }\n")})
    more = wheel.parent.parent / wheel.name
    rewrite(wheel, more, lambda name, data: data)
    with zipfile.ZipFile(more, "a") as archive:
        archive.writestr("pkg/unlisted.py", b"x = 1\n")
    (ours, []), (_, [theirs]) = both(more, expect=(2, 0))
    assert "pkg/unlisted.py" in ours.stderr
    assert b"pkg/unlisted.py,sha256=" in WheelFile(theirs).data["pkg-1.dist-info/RECORD"]


def test_lies_of_record(make, both, tmp_path):
    wheel = wheel_of(tmp_path, {f"pkg/{M}": make(M, "int PyInit_m(void) { return 0; }\n"),
                                "pkg/a.py": b"x = 1\n"})
    changed = wheel.parent.parent / wheel.name
    rewrite(wheel, changed, lambda name, data: b"x = 2\n" if name == "pkg/a.py" else data)
    (ours, []), (_, [theirs]) = both(changed, expect=(2, 0))
    assert "pkg/a.py" in ours.stderr
    assert WheelFile(theirs).record_faults() == []  # the change is signed off silently


# --- tags


def test_tags_for_aliases(make, both, tmp_path):
    dependency = make("libf.so", "int f(void) { return 7; }\n", "-Wl,-soname,libf.so")
    wheel = wheel_of(tmp_path, {f"pkg/{M}": make(M, EXTENSION, dependency)})
    tags = {}
    for plat in ("manylinux2014_x86_64", "manylinux_2_17_x86_64"):
        (_, ours), (_, theirs) = both(wheel, flags=("--ldpaths", tmp_path, "--plat", plat))
        tags[plat] = [found[0].name.rsplit("-", 1)[1] for found in (ours, theirs)]
        for path in (*ours, *theirs):
            path.unlink()
    named, alias = tags["manylinux_2_17_x86_64"], tags["manylinux2014_x86_64"]
    assert named[0] == alias[0] == named[1] and "manylinux1_" in named[0]
    assert alias[1] == "manylinux2014_x86_64.manylinux_2_17_x86_64.whl"


# --- the command line


def test_failed_repair(make, both, tmp_path):
    """auditwheel leaves the wheel that it could not repair where the repaired one should be."""
    dependency = make("libf.so", "int f(void) { return 7; }\n", "-Wl,-soname,libf.so")
    wheel = wheel_of(tmp_path, {f"pkg/{M}": make(M, EXTENSION, dependency)})
    (ours, []), (theirs, [left]) = both(wheel, expect=(1, 1))
    assert left.name == wheel.name
    assert "libf.so" in ours.stderr and M in ours.stderr
    assert M not in theirs.stderr.splitlines()[-1]


def test_exit_codes(make, both, tmp_path):
    """1: the answer is no. 2: the question makes no sense."""
    source = "#include <stdlib.h>\nunsigned x; int PyInit_m(void) { x = arc4random(); return 0; }\n"
    wheel = wheel_of(tmp_path, {f"pkg/{M}": make(M, source)})
    (ours, []), (theirs, []) = both(wheel, expect=(1, 2),
                                    flags=("--plat", "manylinux_2_28_x86_64"))
    assert "arc4random@GLIBC_2.36" in ours.stderr and M in ours.stderr
    assert "too-recent versioned symbols" in theirs.stderr and "arc4random" not in theirs.stderr
    text = tmp_path / "pkg-1-py3-none-any.whl"
    text.write_text("no archive\n")
    both(text, expect=(2, 1))


def test_several_wheels(make, both, tmp_path):
    dependency = make("libf.so", "int f(void) { return 7; }\n", "-Wl,-soname,libf.so")
    bad = wheel_of(tmp_path, {f"pkg/{M}": make(M, EXTENSION, dependency)})
    good = write_wheel(tmp_path / "in/fine-1-cp311-cp311-linux_x86_64.whl", {
        f"fine/{M}": make(M, "int PyInit_m(void) { return 0; }\n").read_bytes()})
    (_, ours), (_, theirs) = both(bad, good, expect=(1, 1))
    assert [path.name.split("-")[0] for path in ours] == ["fine"]
    assert not any(path.name.startswith("fine") for path in theirs)


def test_values_of_variables(make, both, tmp_path):
    wheel = wheel_of(tmp_path, {f"pkg/{M}": make(M, "int PyInit_m(void) { return 0; }\n")})
    (ours, []), (theirs, []) = both(wheel, expect=(2, 1), AUDITWHEEL_ZIP_COMPRESSION_LEVEL="x")
    assert len(ours.stderr.splitlines()) == 1 and "Traceback" in theirs.stderr


def test_other_architectures(tmp_path):
    """Any architecture's policies can be asked for; auditwheel has its machine's."""
    (tmp_path / "x.c").write_text("int PyInit_m(void) { return 0; }\n")
    run("aarch64-linux-gnu-gcc", "-shared", "-fPIC", tmp_path / "x.c", "-o", tmp_path / "m.so")
    wheel = wheel_of(tmp_path, {"pkg/m.so": tmp_path / "m.so"}, "cp311-cp311-linux_aarch64")
    words = ["repair", "--plat", "manylinux_2_17_aarch64", "-w"]
    run(elfwheel(), *words, tmp_path / "ours", wheel)
    refused = auditwheel("tools", *words, tmp_path / "theirs", wheel, expect=2)
    assert "invalid choice" in refused.stderr
