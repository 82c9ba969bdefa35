"""`elfwheel lddtree` beside the real loader where the system's own files decide: ld.so.cache,
ld.so.conf, ld.so.preload, and which directories are default ones. Each scene is a mount namespace
in which files of the test lie over those of the system."""

import os
import re
import shlex

import pytest

from support.checkout import elfwheel, run

LOADER = "/lib64/ld-linux-x86-64.so.2"
LINE = re.compile(r"\t(?:\S+ => )?(not found|/\S+?)(?: \(0x[0-9a-f]+\))?")


class Scene:
    def __init__(self, compile_c, directory):
        self.compile, self.directory = compile_c, directory
        self.covers = {}
        # Sanitizers want to be the first in a process; what is preloaded here has no code.
        self.variables = {"ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=0"}

    def library(self, name, *needs, soname=None, flags=()):
        """Without code or libc. `needs` are the file names of libraries that need not be there."""
        stubs = []
        for need in needs:
            stubs.append(self.directory / "stubs" / need)
            self.compile(stubs[-1], "", "-nostdlib", f"-Wl,-soname,{need}")
        soname = soname or os.path.basename(name)
        return self.compile(self.directory / name, "", "-nostdlib", "-Wl,--no-as-needed", *stubs,
                            f"-Wl,-soname,{soname}", *flags)

    def cache(self, *directories):
        """What ldconfig writes for a machine with these directories in its ld.so.conf."""
        configuration, cache = self.directory / "ld.so.conf", self.directory / "ld.so.cache"
        configuration.write_text("".join(f"{self.directory / name}\n" for name in directories))
        run("/sbin/ldconfig", "-X", "-f", configuration, "-C", cache)
        self.covers["/etc/ld.so.cache"] = cache

    def etc(self, name, text):
        """An /etc with this file and the cache alone."""
        etc = self.directory / "etc"
        etc.mkdir()
        (etc / name).write_text(text)
        self.covers.pop("/etc/ld.so.cache").rename(etc / "ld.so.cache")
        self.covers["/etc"] = etc

    def run(self, *command, expect=0):
        mounts = [shlex.join(["mount", "--bind", str(cover), place])
                  for place, cover in self.covers.items()]
        script = "\n".join(["set -eu", *mounts, "exec " + shlex.join(map(str, command))])
        namespace = ["-m"] if os.geteuid() == 0 else ["-r", "-m"]
        return run("unshare", *namespace, "bash", "-c", script, expect=expect,
                   **self.variables).stdout

    def expect(self, root, *paths):
        """Both have these paths, and "not found" where it stands."""
        expected = [path if path == "not found" else str(path) for path in paths]
        traced = self.run("env", "LD_TRACE_LOADED_OBJECTS=1", LOADER, root, expect=None)
        real = [match[1] for match in map(LINE.fullmatch, traced.splitlines())
                if match and "linux-vdso" not in match[0]]
        assert real == expected
        listed = self.run(elfwheel(), "lddtree", "--format", "flat", root,
                          expect=1 if "not found" in paths else 0)
        assert [re.sub(r" \([^()]*\)$", "", line).split(" => ")[1]
                for line in listed.splitlines()] == expected


@pytest.fixture
def scene(compile_c, tmp_path):
    return Scene(compile_c, tmp_path)


def test_ld_so_conf_counts_for_nothing_without_ldconfig(scene):
    root = scene.library("root.so", "libzzq.so.1")
    library = scene.library("d/libzzq.so.1")
    scene.cache()
    scene.etc("ld.so.conf", f"{scene.directory}/d\n")
    scene.expect(root, "not found")
    scene.covers.clear()
    scene.cache("d")
    scene.expect(root, library)


def test_a_stale_entry_of_the_cache_is_not_replaced(scene):
    root = scene.library("root.so", "libzzq.so.1")
    first, second = scene.library("d/libzzq.so.1"), scene.library("e/libzzq.so.1")
    scene.cache("d", "e")
    scene.expect(root, first)
    first.unlink()
    scene.expect(root, "not found")
    scene.cache("d", "e")
    scene.expect(root, second)


def test_the_cache_knows_sonames_and_not_file_names(scene):
    by_soname = scene.library("root.so", "libzzname.so.1")
    by_file = scene.library("other.so", "libzzfile.so.5")
    library = scene.library("d/libzzfile.so.5", soname="libzzname.so.1")
    (scene.directory / "d/libzzname.so.1").symlink_to(library)
    scene.cache("d")
    scene.expect(by_soname, scene.directory / "d/libzzname.so.1")
    scene.expect(by_file, "not found")


def test_the_cache_compares_digits_as_numbers(scene):
    root = scene.library("root.so", "libzzx.so.1")
    library = scene.library("d/libzzx.so.01")
    scene.cache("d")
    scene.expect(root, library)


def test_nodefaultlib_forbids_only_entries_in_default_directories(scene):
    root = scene.library("root.so", "libzzq.so.1", "libm.so.6", flags=["-Wl,-z,nodefaultlib"])
    library = scene.library("d/libzzq.so.1")
    scene.cache("d")
    scene.expect(root, library, "not found")


def test_lib64_and_usr_local_lib_are_no_default_directories(scene):
    root = scene.library("root.so", "libzza.so.1", "libzzb.so.1")
    lib64 = scene.library("lib64/libzza.so.1").parent
    (lib64 / os.path.basename(LOADER)).symlink_to(os.path.realpath(LOADER))
    local = scene.library("local/libzzb.so.1").parent
    scene.cache()
    scene.covers |= {os.path.realpath("/lib64"): lib64, "/usr/local/lib": local}
    assert "libzza.so.1" in scene.run("ls", "/lib64", "/usr/lib64")
    assert "libzzb.so.1" in scene.run("ls", "/usr/local/lib")
    scene.expect(root, "not found", "not found")


def test_words_of_a_second_comment_are_preloaded(scene):
    root = scene.library("root.so", "libzzq.so.1")
    first, second, third = (scene.library(f"lib{name}.so") for name in ("one", "two", "three"))
    scene.cache()
    scene.etc("ld.so.preload", f"# not {first}\n{second}\n# nor {third}\n")
    scene.expect(root, second, third, "not found")
