"""`elfwheel lddtree`: tree, JSON, flags that set the scene, exit codes."""

import json
import re
import subprocess

import pytest
from support.checkout import elfwheel, run


def tree(*arguments, expect=0, **variables) -> dict:
    return json.loads(run(elfwheel(), "lddtree", "--json", *arguments, expect=expect,
                          **variables).stdout)


def two_libraries(compile_c, directory):
    """app needs liba.so (by RUNPATH), liba.so needs libb.so, which lies in `elsewhere`."""
    compile_c(directory / "elsewhere/libb.so", "int b(void) { return 2; }\n")
    compile_c(directory / "lib/liba.so", "int b(void); int a(void) { return b(); }\n",
              f"-L{directory}/elsewhere", "-lb")
    return compile_c(directory / "app", "int a(void); int main(void) { return a(); }\n",
                     f"-L{directory}/lib", "-la", "-Wl,-rpath,$ORIGIN/lib",
                     "-Wl,--enable-new-dtags", "-Wl,--unresolved-symbols=ignore-in-shared-libs")


def test_the_answer_is_that_of_the_loader():
    traced = run("/bin/ls", LD_TRACE_LOADED_OBJECTS="1").stdout
    expected = re.findall(r"(?:=> |^\t)(/\S+) \(0x", traced, re.M)
    assert [entry["path"] for entry in tree("/bin/ls")["load_order"]] == expected


def test_what_is_missing_is_null_and_the_exit_code_is_one(compile_c, tmp_path):
    app = two_libraries(compile_c, tmp_path)
    answer = tree(app, expect=1)
    assert answer["needed"][0] == "liba.so"
    assert answer["runpath"] == ["$ORIGIN/lib"] and answer["rpath"] == []
    assert answer["libs"]["liba.so"] == {
        "path": f"{tmp_path}/lib/liba.so", "realpath": f"{tmp_path}/lib/liba.so", "soname": None,
        "needed": answer["libs"]["liba.so"]["needed"], "rpath": [], "runpath": [],
        "found_by": "runpath", "requested_by": [str(app)]}
    assert answer["libs"]["libb.so"]["path"] is None
    assert answer["libs"]["libb.so"]["found_by"] is None
    assert answer["libs"]["libb.so"]["requested_by"] == ["liba.so"]
    text = run(elfwheel(), "lddtree", app, expect=1).stdout
    assert f"    liba.so => {tmp_path}/lib/liba.so (runpath)\n        libb.so => not found\n" in text


def test_the_environment_counts_unless_told_otherwise(compile_c, tmp_path):
    app = two_libraries(compile_c, tmp_path)
    elsewhere = f"{tmp_path}/elsewhere"
    found = tree(app, LD_LIBRARY_PATH=elsewhere)["libs"]["libb.so"]
    assert (found["path"], found["found_by"]) == (f"{elsewhere}/libb.so", "LD_LIBRARY_PATH")
    assert tree(app, "--no-env", LD_LIBRARY_PATH=elsewhere,
                expect=1)["libs"]["libb.so"]["path"] is None


def test_ldpaths_and_preload_set_the_scene(compile_c, tmp_path):
    app = two_libraries(compile_c, tmp_path)
    assert tree(app, "--ldpaths", f"/nowhere:{tmp_path}/elsewhere",
                LD_LIBRARY_PATH="/also/nowhere")["libs"]["libb.so"]["found_by"] == "LD_LIBRARY_PATH"
    preload = f"{tmp_path}/elsewhere/libb.so"
    answer = tree(app, "--preload", preload, expect=1)
    assert answer["load_order"][0]["path"] == preload


def test_a_sysroot_is_the_whole_world(compile_c, tmp_path):
    root = tmp_path / "root"
    compile_c(root / "usr/lib/libb.so", "int b(void) { return 2; }\n", "-nostdlib")
    app = compile_c(root / "app.so", "int b(void); int a(void) { return b(); }\n", "-nostdlib",
                    f"-L{root}/usr/lib", "-lb")
    for file in (app, "/app.so"):
        answer = tree("--sysroot", root, file)
        assert answer["libs"]["libb.so"]["path"] == "/usr/lib/libb.so", answer


def test_explain_tells_every_place(compile_c, tmp_path):
    app = two_libraries(compile_c, tmp_path)
    text = run(elfwheel(), "lddtree", "--explain", "--ldpaths", "/nowhere", app, expect=1).stdout
    assert "\nlibb.so, needed by liba.so\n" in text
    assert "    LD_LIBRARY_PATH: /nowhere/libb.so: No such file or directory\n" in text
    searched = tree("--explain", "--ldpaths", "/nowhere", app, expect=1)["libs"]["libb.so"]["search"]
    assert {"source": "LD_LIBRARY_PATH", "path": "/nowhere/libb.so",
            "outcome": "No such file or directory"} in searched


def test_several_files_give_an_array(tmp_path):
    text = tmp_path / "text"
    text.write_text("no ELF\n")
    done = run(elfwheel(), "lddtree", "--json", "/bin/ls", text, "/bin/cat", expect=2)
    assert [answer["path"] for answer in json.loads(done.stdout)] == ["/bin/ls", "/bin/cat"]
    assert done.stderr == f"elfwheel: {text}: not an ELF file\n"
    assert run(elfwheel(), "lddtree", "--json", text, expect=2).stdout == ""


def test_several_files_share_what_was_read(compile_c, tmp_path):
    shared = compile_c(tmp_path / "libs.so", "int s(void) { return 1; }\n")
    programs = [compile_c(tmp_path / name, "int s(void); int main(void) { return s(); }\n",
                          f"-L{tmp_path}", "-ls", "-Wl,-rpath,$ORIGIN") for name in "abc"]
    trace = tmp_path / "trace"
    for count in (1, 3):
        # Leaks cannot be looked for while another process traces this one.
        run("strace", "-o", trace, "-e", "trace=openat", elfwheel(), "lddtree", *programs[:count],
            ASAN_OPTIONS="detect_leaks=0")
        assert trace.read_text().count(f'"{shared}"') == 1


@pytest.mark.parametrize("view", [(), ("--explain",), ("--format", "flat"), ("--format", "html")])
def test_a_program_whose_loader_is_not_there_is_not_started(compile_c, tmp_path, view):
    loader = tmp_path / "ld-musl-gone.so.1"
    app = compile_c(tmp_path / "app", "int main(void) { return 0; }\n",
                    f"-Wl,--dynamic-linker={loader}")
    done = run(elfwheel(), "lddtree", *view, app, expect=1)
    assert f"the loader {loader} is not there: nothing starts {app}" in done.stdout + done.stderr
    assert tree(app, expect=1)["interp_missing"] is True
    with pytest.raises(FileNotFoundError):
        subprocess.run([app])
    loader.symlink_to("/lib64/ld-linux-x86-64.so.2")
    subprocess.run([app], check=True)
    assert "interp_missing" not in tree(app)
