"""Versions that a file wants and its libraries do not define, as the loader finds them."""

import json
import re

import pytest

from support.checkout import elfwheel, run

TWO = "V1 { global: f; local: *; }; V2 { global: g; } V1;"
ONE = "V1 { global: f; g; local: *; };"
SOURCE = "int f(void) { return 1; } int g(void) { return 2; }"


@pytest.fixture
def machine(compile_c, tmp_path):
    """app needs g@V2 of libuser.so's libone.so; make(script) puts another libone.so there."""

    def make(script):
        flags = []
        if script:
            (tmp_path / "map").write_text(script)
            flags = [f"-Wl,--version-script={tmp_path}/map"]
        return compile_c(tmp_path / "libone.so", SOURCE, "-Wl,-soname,libone.so", *flags)

    one = make(TWO)
    compile_c(tmp_path / "libuser.so", "int g(void); int h(void) { return g(); }", one,
              "-Wl,-rpath,$ORIGIN")
    compile_c(tmp_path / "app", "int h(void); int main(void) { return h(); }",
              tmp_path / "libuser.so", f"-Wl,-rpath,{tmp_path}")
    compile_c(tmp_path / "plain", "int main(void) { return 0; }")
    return make


def loaders_words(path) -> set:
    """(version, library, asker) as ldd prints them."""
    done = run("ldd", path, expect=None)
    return {(match[2], match[1], match[3]) for match in re.finditer(
        r"^.*: (\S+): version `(.*)' not found \(required by (.*)\)$", done.stdout + done.stderr,
        re.M)}


def our_words(path, expect) -> set:
    answer = json.loads(run(elfwheel(), "lddtree", "--json", path, expect=expect).stdout)
    return {(one["version"], one["library"], one["needed_by"])
            for one in answer.get("missing_versions", [])}


def test_none_is_missing(machine, tmp_path):
    assert our_words(tmp_path / "app", 0) == loaders_words(tmp_path / "app") == set()


def test_a_version_that_the_library_has_no_more(machine, tmp_path):
    machine(ONE)
    app, one, user = (str(tmp_path / name) for name in ("app", "libone.so", "libuser.so"))
    assert our_words(app, 1) == loaders_words(app) == {("V2", one, user)}
    line = f"version V2 not found in {one}, needed by {user}"
    assert run(elfwheel(), "lddtree", app, expect=1).stdout.endswith(f"\n{line}\n")
    assert run(elfwheel(), "lddtree", "--explain", app, expect=1).stdout.endswith(f"\n{line}\n")
    flat = run(elfwheel(), "lddtree", "--format", "flat", app, expect=1)
    assert flat.stderr == f"elfwheel: {app}: {line}\n"
    assert line in run(elfwheel(), "lddtree", "--format", "html", app, expect=1).stdout


def test_a_library_without_versions_has_them_all(machine, tmp_path):
    machine(None)
    assert our_words(tmp_path / "app", 0) == loaders_words(tmp_path / "app") == set()


def test_a_version_that_may_be_missing(machine, tmp_path):
    """VER_FLG_WEAK, which no linker sets by itself."""
    machine(ONE)
    image = bytearray((tmp_path / "libuser.so").read_bytes())
    name_hash = 0
    for character in b"V2":
        name_hash = (name_hash << 4) + character
    at = image.index(name_hash.to_bytes(4, "little") + b"\0\0")
    image[at + 4] = 2
    (tmp_path / "libuser.so").write_bytes(image)
    assert our_words(tmp_path / "app", 0) == loaders_words(tmp_path / "app") == set()


def test_an_opening_fails_for_it(machine, tmp_path):
    machine(ONE)
    done = run(elfwheel(), "bindings", "--dlopen", tmp_path / "libuser.so", tmp_path / "plain",
               expect=1)
    assert (f"dlopen {tmp_path}/libuser.so (local) fails: version V2 not found in "
            f"{tmp_path}/libone.so, needed by {tmp_path}/libuser.so\n") in done.stdout
    opened = run("/usr/bin/python3", "-c", "import ctypes, sys; ctypes.CDLL(sys.argv[1])",
                 tmp_path / "libuser.so", expect=1)
    assert "version `V2' not found" in opened.stderr
