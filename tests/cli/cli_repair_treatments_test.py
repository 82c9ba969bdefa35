"""`elfwheel repair --strip, --split-debug, --clear-execstack`: judged by readelf, gdb and the loader."""

import json
import shutil
import zipfile

import pytest
from conftest import write_wheel
from support.checkout import HAS_CROSS_CHECK, elfwheel, run

ANSWER = "int out(void);\nint answer(void) {\n  return out() + 37;\n}\n"
OUT = "int out(void) {\n  return 5;\n}\n"


@pytest.fixture
def make_wheel(compile_c, tmp_path):
    """make_wheel(*flags): pkg/liba.so needs libout.so, both built with debugging information and
    these flags; returns the wheel and the flags with which a repair finds libout.so."""

    def make(*flags):
        outside = tmp_path / "outside"
        compile_c(outside / "libout.so", OUT, "-g", "-Wl,-soname,libout.so", *flags)
        library = compile_c(tmp_path / "liba.so", ANSWER, "-g", f"-L{outside}", "-lout", *flags)
        wheel = write_wheel(tmp_path / "in/pkg-1-cp311-cp311-linux_x86_64.whl",
                            {"pkg/liba.so": library.read_bytes()})
        return wheel, ["--ldpaths", outside]

    return make


def repair(wheel, out, *flags, faults=0):
    """The report and the directory of what was in the repaired wheel, in which verify finds faults or
    none."""
    shutil.rmtree(out, ignore_errors=True)
    done = run(elfwheel(), "repair", "--json", "-w", out, *flags, wheel)
    report = json.loads(done.stdout)
    unpacked = out / "unpacked"
    zipfile.ZipFile(report["output"]).extractall(unpacked)
    run(elfwheel(), "verify", report["output"], expect=1 if faults else 0)
    assert sum(finding["severity"] == "error" for finding in report["findings"]) == faults
    return report, unpacked


def sections(file):
    rows = run("readelf", "-SW", file).stdout.split("[")[1:]
    return {name for row in rows for name in row.split("]")[1].split()[:1]}


def loads(directory):
    code = f"import ctypes; print(ctypes.CDLL('{directory}/pkg/liba.so').answer())"
    return run("python3", "-c", code).stdout == "42\n"


def gdb_lines(file, *commands):
    words = [word for command in commands for word in ("-iex", command)]
    return run("gdb", "-q", "-nx", "-batch", "-iex", "set debuginfod enabled off", *words,
               "-ex", "info line answer", "-ex", "info line out", file).stdout


@pytest.mark.parametrize("flag, gone, kept", [
    ("--strip", {".symtab", ".debug_info"}, {".dynsym"}),
    ("--strip=all", {".symtab", ".debug_info"}, {".dynsym"}),
    ("--strip=unneeded", {".symtab", ".debug_info"}, {".dynsym"}),
    ("--strip=debug", {".debug_info", ".debug_line"}, {".dynsym", ".symtab"}),
])
def test_strip_takes_what_its_level_says_out_of_all_files(make_wheel, tmp_path, flag, gone, kept):
    wheel, search = make_wheel()
    report, unpacked = repair(wheel, tmp_path / "out", flag, *search)
    [copy] = (unpacked / "pkg.libs").iterdir()
    for file in [copy, unpacked / "pkg/liba.so"]:
        assert not gone & sections(file) and kept <= sections(file)
    assert loads(unpacked)
    [graft], [patch] = report["grafts"], report["patches"]
    assert graft["strip"]["bytes"] > 0 and patch["strip"]["bytes"] > 0
    assert graft["strip"]["debug_file"] is None


def test_a_file_that_needs_no_other_change_is_stripped_too(compile_c, tmp_path):
    library = compile_c(tmp_path / "liba.so", OUT, "-g")
    wheel = write_wheel(tmp_path / "in/pkg-1-cp311-cp311-linux_x86_64.whl",
                        {"pkg/liba.so": library.read_bytes(), "pkg/data.txt": b"text"})
    report, unpacked = repair(wheel, tmp_path / "out", "--strip")
    assert ".symtab" not in sections(unpacked / "pkg/liba.so")
    assert [patch["edits"] for patch in report["patches"]] == [{}]
    report, unpacked = repair(wheel, tmp_path / "out")
    assert report["patches"] == []


def test_split_debug_goes_where_gdb_looks_for_a_build_id(make_wheel, tmp_path):
    wheel, search = make_wheel("-Wl,--build-id")
    debug = tmp_path / "debug"
    report, unpacked = repair(wheel, tmp_path / "out", "--strip", "--split-debug", debug, *search)
    files = {str(file.relative_to(debug)) for file in debug.rglob("*.debug")}
    assert files == {step["strip"]["debug_file"] for step in report["grafts"] + report["patches"]}
    assert all(file.startswith(".build-id/") for file in files) and len(files) == 2
    library = unpacked / "pkg/liba.so"
    assert 'Line 2 of "' not in gdb_lines(library)
    assert 'Line 2 of "' in gdb_lines(library, f"set debug-file-directory {debug}")
    assert loads(unpacked)


def test_split_debug_without_build_id_lies_as_in_the_wheel(make_wheel, tmp_path):
    wheel, search = make_wheel("-Wl,--build-id=none")
    debug = tmp_path / "debug"
    _, unpacked = repair(wheel, tmp_path / "out", "--split-debug", debug, *search)
    library = unpacked / "pkg/liba.so"
    [copy] = (unpacked / "pkg.libs").iterdir()
    assert {str(file.relative_to(debug)) for file in debug.rglob("*.debug")} == \
        {"pkg/liba.so.debug", f"pkg.libs/{copy.name}.debug"}
    assert ".symtab" in sections(library), "--split-debug alone is --strip=debug"
    assert 'Line 2 of "' not in gdb_lines(library)
    shutil.copytree(debug, unpacked, dirs_exist_ok=True)
    assert 'Line 2 of "' in gdb_lines(library)
    assert loads(unpacked)


def test_a_failure_leaves_no_debug_file(make_wheel, tmp_path):
    wheel, search = make_wheel("-Wl,--build-id=none")
    debug = tmp_path / "debug"
    (debug / "pkg").mkdir(parents=True)
    (debug / "pkg.libs").write_text("in the way")
    done = run(elfwheel(), "repair", "-w", tmp_path / "out", "--split-debug", debug, *search, wheel,
               expect=2)
    assert done.stderr.endswith("/debug/pkg.libs: Not a directory\n")
    assert not (tmp_path / "out").exists() and list((debug / "pkg").iterdir()) == []


@pytest.mark.skipif(not HAS_CROSS_CHECK, reason="built without LIEF")
def test_stripped_files_pass_the_second_opinion(make_wheel, tmp_path):
    wheel, search = make_wheel()
    repair(wheel, tmp_path / "out", "--strip=debug", "--cross-check", *search)


def test_a_dry_run_says_what_would_be_stripped(make_wheel, tmp_path):
    wheel, search = make_wheel()
    done = run(elfwheel(), "repair", "--dry-run", "-w", tmp_path / "out", "--split-debug",
               tmp_path / "debug", *search, wheel)
    assert "      stripped of " in done.stdout and ", kept in .build-id/" in done.stdout
    assert not (tmp_path / "debug").exists()


def test_what_cannot_be_stripped_is_noted(make_wheel, tmp_path):
    wheel, search = make_wheel("-Wl,--emit-relocs")
    report, unpacked = repair(wheel, tmp_path / "out", "--strip=debug", *search)
    assert any("pkg/liba.so: not stripped: it has static relocations" in note
               for note in report["notes"])
    assert loads(unpacked)
    _, unpacked = repair(wheel, tmp_path / "out", "--strip", *search)
    assert ".rela.text" not in sections(unpacked / "pkg/liba.so") and loads(unpacked)


def test_another_level_is_refused(make_wheel, tmp_path):
    wheel, _ = make_wheel()
    done = run(elfwheel(), "repair", "--strip=some", "-w", tmp_path / "out", wheel, expect=2)
    assert done.stderr == "elfwheel: --strip=some: try debug, unneeded or all\n"


def stack_flags(file):
    [line] = [line for line in run("readelf", "-lW", file).stdout.splitlines() if "GNU_STACK" in line]
    return line.split()[6]


def test_executable_stacks_are_noted_and_taken_away_when_asked(make_wheel, tmp_path):
    wheel, search = make_wheel("-Wl,-z,execstack")
    outside = search[1] / "libout.so"
    note = "asks for an executable stack"
    planned = json.loads(run(elfwheel(), "repair", "--json", "--dry-run", *search, wheel).stdout)
    assert [line.split(":")[0] for line in planned["notes"] if note in line] == \
        ["pkg/liba.so", str(outside)]
    report, unpacked = repair(wheel, tmp_path / "out", *search, faults=2)
    assert not any(note in line for line in report["notes"])  # said once
    assert stack_flags(unpacked / "pkg/liba.so") == "RWE"
    assert f"{outside}: {note}" in run(elfwheel(), "show", *search, wheel).stdout
    shown = json.loads(run(elfwheel(), "show", "--json", *search, wheel).stdout)
    assert sum(note in line for line in shown["notes"]) == 2

    report, unpacked = repair(wheel, tmp_path / "out", "--clear-execstack", *search)
    assert not any(note in line for line in report["notes"])
    [copy] = (unpacked / "pkg.libs").iterdir()
    assert stack_flags(unpacked / "pkg/liba.so") == stack_flags(copy) == "RW"
    assert report["grafts"][0]["edits"]["exec_stack"] is False
    assert loads(unpacked)


def test_a_library_without_a_word_about_its_stack_counts_as_asking(compile_c, tmp_path):
    library = compile_c(tmp_path / "liba.so", OUT, "-fuse-ld=lld", "-Wl,-z,nognustack")
    wheel = write_wheel(tmp_path / "in/pkg-1-cp311-cp311-linux_x86_64.whl",
                        {"pkg/liba.so": library.read_bytes()})
    report, _ = repair(wheel, tmp_path / "out", faults=1)
    assert "executable stack" in report["findings"][0]["message"]
    report, unpacked = repair(wheel, tmp_path / "out", "--clear-execstack")
    assert stack_flags(unpacked / "pkg/liba.so") == "RW"


def test_static_tls_is_summed_up(compile_c, tmp_path):
    source = ('static __thread __attribute__((tls_model("initial-exec"))) char room[%d];\n'
              "char *%s(void) { return room; }\n")
    outside = tmp_path / "outside"
    compile_c(outside / "libout.so", source % (600, "out"), "-Wl,-soname,libout.so")
    library = compile_c(tmp_path / "liba.so", "char *out(void);\n" + source % (64, "a") +
                        "char *b(void) { return out(); }\n", f"-L{outside}", "-lout")
    wheel = write_wheel(tmp_path / "in/pkg-1-cp311-cp311-linux_x86_64.whl",
                        {"pkg/liba.so": library.read_bytes()})
    report = json.loads(run(elfwheel(), "repair", "--json", "--dry-run", "--ldpaths", outside,
                            wheel).stdout)
    [note] = [line for line in report["notes"] if line.startswith("static TLS: ")]
    assert note.startswith(f"static TLS: 664 bytes in all: pkg/liba.so (64), {outside}/libout.so (600);")
    assert "512 by default" in note
