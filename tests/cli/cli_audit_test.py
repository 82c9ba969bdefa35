"""Auditors (rtld-audit(7)) beside the real loader: in none of its lists, and yet loaded."""

import json

import pytest

from support.checkout import elfwheel, run

# Says of its own namespace what is in it, in order.
AUDITOR = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
int dep(void);
unsigned la_version(unsigned version) {
  Dl_info info;
  struct link_map *map;
  dladdr1((void *)la_version, &info, (void **)&map, RTLD_DL_LINKMAP);
  while (map->l_prev) map = map->l_prev;
  for (; map; map = map->l_next) fprintf(stderr, "audit %s\\n", map->l_name);
  return version + dep();
}
"""


class Machine:
    """In one directory, which is "@": a/libaudit.so needs libdep.so, which lies in a, b and d."""

    def __init__(self, compile_c, directory):
        self.compile, self.directory = compile_c, directory
        for place in "abd":
            self.compile(directory / place / "libdep.so", "int dep(void) { return 0; }\n",
                         "-Wl,-soname,libdep.so")
        self.auditor("a/libaudit.so")

    def at(self, text):
        return text.replace("@", str(self.directory))

    def auditor(self, name, *flags):
        return self.compile(self.directory / name, AUDITOR, f"-L{self.directory}/d", "-ldep",
                            *map(self.at, flags))

    def program(self, *flags):
        return self.compile(self.directory / "app", "int main(void) { return 0; }\n",
                            *map(self.at, flags))

    def loaded(self, program, ldpaths="", audit=""):
        """The auditors' namespaces as the loader has them, joined; ours must be the same."""
        variables = {"LD_LIBRARY_PATH": self.at(ldpaths), "LD_AUDIT": self.at(audit)}
        done = run(program, **{name: value for name, value in variables.items() if value})
        real = [line.removeprefix("audit ") for line in done.stderr.splitlines()
                if line.startswith("audit ")]
        refused = done.stderr.count("cannot be loaded as audit interface")
        answer = self.ours(program, ldpaths, audit)
        assert [path for auditor in answer["auditors"] for path in auditor["loaded"]] == real
        assert sum("error" in auditor for auditor in answer["auditors"]) == refused
        return [path.removeprefix(f"{self.directory}/") for path in real
                if path.startswith(str(self.directory))]

    def ours(self, program, ldpaths="", audit=""):
        flags = ["--ldpaths", self.at(ldpaths)] if ldpaths else []
        for name in filter(None, self.at(audit).split(":")):
            flags += ["--audit", name]
        return json.loads(run(elfwheel(), "lddtree", "--json", *flags, program).stdout)


@pytest.fixture
def machine(compile_c, tmp_path):
    return Machine(compile_c, tmp_path)


RPATH = ["-Wl,--disable-new-dtags", "-Wl,-rpath,@/a"]
RUNPATH = ["-Wl,--enable-new-dtags", "-Wl,-rpath,@/a"]
BOTH = ["a/libaudit.so", "a/libdep.so"]


@pytest.mark.parametrize("path", [RPATH, RUNPATH], ids=["rpath", "runpath"])
@pytest.mark.parametrize("tag", ["audit", "depaudit"])
def test_the_programs_paths_serve_its_auditor_and_what_that_needs(machine, tag, path):
    program = machine.program(f"-Wl,--{tag}=libaudit.so", *path)
    assert machine.loaded(program) == BOTH


def test_the_programs_runpath_comes_before_ld_library_path_here(machine):
    machine.auditor("b/libaudit.so")
    program = machine.program("-Wl,--audit=libaudit.so", *RUNPATH)
    assert machine.loaded(program, ldpaths="@/b") == BOTH


def test_an_auditors_own_runpath_comes_behind_ld_library_path(machine):
    machine.auditor("a/libaudit.so", "-Wl,--enable-new-dtags", "-Wl,-rpath,@/d")
    program = machine.program("-Wl,--audit=@/a/libaudit.so", *RUNPATH)
    assert machine.loaded(program) == ["a/libaudit.so", "d/libdep.so"]
    assert machine.loaded(program, ldpaths="@/b") == ["a/libaudit.so", "b/libdep.so"]


def test_ld_audit_comes_first_and_the_origin_is_the_programs(machine):
    machine.auditor("b/libother.so")
    program = machine.program("-Wl,--audit=$ORIGIN/a/libaudit.so")
    assert machine.loaded(program, ldpaths="@/d", audit="@/b/libother.so") == [
        "b/libother.so", "d/libdep.so", "a/libaudit.so", "d/libdep.so"]


def test_what_cannot_be_loaded_is_ignored(machine, tmp_path):
    (tmp_path / "libtext.so").write_text("no library\n")
    program = machine.program("-Wl,--audit=@/none.so:@/a/libaudit.so:@/libtext.so")
    assert machine.loaded(program) == []  # libdep.so is not found
    assert machine.ours(program)["warnings"] == [
        f"DT_AUDIT: {tmp_path}/none.so: not found: ignored",
        f"DT_AUDIT: libdep.so: not found, needed by {tmp_path}/a/libaudit.so: ignored",
        f"DT_AUDIT: {tmp_path}/libtext.so: file too short: ignored"]


def test_the_loaders_list_has_no_auditors_and_lddtree_says_that_they_are_there(machine):
    program = machine.program("-Wl,--audit=libaudit.so", *RPATH)
    traced = run(program, LD_TRACE_LOADED_OBJECTS="1")
    assert "libaudit" not in traced.stdout and "audit " in traced.stderr  # run all the same
    answer = machine.ours(program)
    assert "libaudit" not in str(answer["load_order"]) + str(answer["libs"])
    warning = (f"DT_AUDIT: {machine.directory}/a/libaudit.so is loaded first, into a namespace of "
               "its own (4 files), and may change what is found")
    assert answer["warnings"] == [warning]
    assert warning in run(elfwheel(), "lddtree", program).stdout


def test_a_librarys_own_tag_counts_where_it_is_the_root(machine, tmp_path):
    library = machine.compile(tmp_path / "libx.so", "int x;\n", "-Wl,-rpath,$ORIGIN/a",
                              machine.at("-Wl,--audit=@/a/libaudit.so"))
    assert machine.ours(library)["auditors"][0]["loaded"][:2] == [
        f"{tmp_path}/a/libaudit.so", f"{tmp_path}/a/libdep.so"]
    # Not where a program needs it; the linker's copy of the tag would be DT_DEPAUDIT.
    program = machine.compile(tmp_path / "user", "int main(void) { return 0; }\n")
    run(elfwheel(), "add-needed", library, program)
    assert "auditors" not in machine.ours(program)
    assert "audit " not in run(program).stderr


def test_the_environments_ld_audit_counts_unless_told_otherwise(machine):
    program = machine.program()
    missing = "/nowhere/libaudit.so"
    for flags, expected in ([], [missing]), (["--no-env"], []):
        answer = json.loads(run(elfwheel(), "lddtree", "--json", *flags, program,
                                LD_AUDIT=missing).stdout)
        assert [auditor["name"] for auditor in answer.get("auditors", [])] == expected
