"""`elfwheel inspect`: the facts are those that readelf reads."""

import json
import re

from support.checkout import elfwheel, run

SOURCE = "int puts(const char *); int answer(void) { return puts(\"42\"); }\n"


def facts(file) -> dict:
    return json.loads(run(elfwheel(), "inspect", "--json", file).stdout)


def test_the_facts_are_those_of_readelf(compile_c, tmp_path):
    file = compile_c(tmp_path / "libx.so", SOURCE, "-Wl,-soname,libx.so.1", "-Wl,-rpath,$ORIGIN",
                     "-Wl,--enable-new-dtags", "-Wl,-z,relro,-z,now", "-Wl,--build-id=sha1")
    answer = facts(file)
    dynamic = run("readelf", "-dW", file).stdout
    assert answer["needed"] == re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic)
    assert (answer["soname"], answer["runpath"], answer["rpath"]) == ("libx.so.1", "$ORIGIN", None)
    assert answer["build_id"] in run("readelf", "-nW", file).stdout
    segments = re.findall(r"^  ([A-Z_]+) +0x[0-9a-f]+ 0x", run("readelf", "-lW", file).stdout, re.M)
    assert [segment["type"] for segment in answer["segments"]] == [f"PT_{s}" for s in segments]
    assert answer["security"] == {
        "relro": "full", "bind_now": True, "position_independent": True,
        "executable_stack": False, "text_relocations": False, "writable_code": False}
    assert answer["size"] == file.stat().st_size
    assert answer["arch"] == "x86_64"


def test_a_weak_library_is_shown_as_such(compile_c, tmp_path):
    file = compile_c(tmp_path / "libx.so", SOURCE, "-Wl,-z,norelro", "-Wl,-z,execstack")
    security = facts(file)["security"]
    assert (security["relro"], security["executable_stack"]) == ("none", True)
    assert "EXECUTABLE STACK" in run(elfwheel(), "inspect", file).stdout


def test_a_static_program_needs_nothing(compile_c, tmp_path):
    answer = facts(compile_c(tmp_path / "app", "int main(void) { return 0; }\n", "-static"))
    assert answer["needed"] == [] and answer["interp"] is None and answer["dynamic"] == []


def test_damage_behind_the_headers_is_told_and_the_rest_shown(compile_c, tmp_path):
    file = compile_c(tmp_path / "libx.so", SOURCE, "-Wl,-soname,libx.so.1")
    answer = facts(file)
    versions = next(line["value"] for line in answer["dynamic"] if line["tag"] == "DT_VERNEED")
    data = bytearray(file.read_bytes())
    data[versions + 8:versions + 12] = b"\xff\xff\xff\x7f"  # vn_aux
    file.write_bytes(data)
    damaged = facts(file)
    assert len(damaged["problems"]) == 1
    assert damaged["soname"] == "libx.so.1"
    assert "unreadable: " in run(elfwheel(), "inspect", file).stdout


def test_what_is_no_elf_file_is_refused_in_one_line(tmp_path):
    text = tmp_path / "text"
    text.write_text("no ELF\n")
    done = run(elfwheel(), "inspect", text, tmp_path, expect=2)
    assert done.stderr == (f"elfwheel: {text}: not an ELF file\n"
                           f"elfwheel: {tmp_path}: cannot open: Is a directory\n")
    assert done.stdout == ""
