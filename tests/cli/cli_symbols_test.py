"""`elfwheel symbols`: lists as nm's, look-up in a dependency tree, which word is a name."""

import json
import random
import struct
from pathlib import Path

import pytest
from support.checkout import HAS_OWN_RUNTIME, elfwheel, run
from support.patchelf_pair import fixture, fixtures

NM = {"aarch64": "aarch64-linux-gnu-nm", "arm": "arm-linux-gnueabihf-nm",
      "riscv64": "riscv64-linux-gnu-nm", "s390x": "s390x-linux-gnu-nm"}
LIBRARIES = Path("/usr/lib/x86_64-linux-gnu")


def nm(file, *options, program="nm") -> str:
    return run(program, "-D", *options, file, LC_ALL="C", expect=None).stdout


def symbols(*words, expect=0, **variables) -> str:
    return run(elfwheel(), "symbols", *words, expect=expect, **variables).stdout


def look_up(*words, expect=0, **variables) -> dict:
    return json.loads(symbols("--json", *words, expect=expect, **variables))


# nm of binutils 2.40 finds symbols by section headers alone.
@pytest.mark.parametrize("entry", [each for each in fixtures() if "no_sections" not in each.name],
                         ids=lambda entry: entry.name)
def test_lists_of_fixtures_are_those_of_nm(entry):
    program = NM.get(entry.target, "nm")
    assert symbols(entry.path) == nm(entry.path, program=program)
    assert symbols("--defined", entry.path) == nm(entry.path, "--defined-only", program=program)
    assert symbols("--undefined", entry.path) == nm(entry.path, "--undefined-only", program=program)


def test_lists_of_two_hundred_libraries_of_this_machine_are_those_of_nm():
    libraries = [file for file in sorted(LIBRARIES.glob("*.so*"))
                 if file.is_file() and not file.is_symlink()
                 and file.read_bytes()[:4] == b"\x7fELF"]
    chosen = random.Random(5).sample(libraries, min(200, len(libraries)))
    wrong = [file.name for file in chosen if symbols(file) != nm(file, "--with-symbol-versions")]
    assert wrong == []


def test_versions_of_one_name_are_told_apart(compile_c, tmp_path):
    (tmp_path / "map").write_text("V_1 { global: answer; };\nV_2 { global: answer; } V_1;\n")
    library = compile_c(tmp_path / "libv.so", """
        int old(void) { return 1; }
        int answer(void) { return 2; }
        __asm__(".symver old,answer@V_1");
        __asm__(".symver answer,answer@@V_2");
        """, f"-Wl,--version-script={tmp_path}/map")
    text = symbols("--defined", library)
    assert text == nm(library, "--defined-only")
    assert " T answer@V_1\n" in text and " T answer@@V_2\n" in text
    assert " A V_1\n" in text


def test_every_letter_is_that_of_nm(compile_c, tmp_path):
    library = compile_c(tmp_path / "libl.so", """
        int zeroed; int data = 1; const int constant = 2; __thread int of_thread;
        __attribute__((weak)) int weak_data = 3;
        __attribute__((weak)) int weak_code(void) { return 1; }
        static int chosen(void) { return 1; }
        static int (*choose(void))(void) { return chosen; }
        int indirect(void) __attribute__((ifunc("choose")));
        extern int absent __attribute__((weak));
        int absent_code(void) __attribute__((weak));
        int needed(void);
        int *pointer = &absent;
        int code(void) { return needed() + (absent_code ? absent_code() : 0); }
        """)
    text = symbols(library)
    assert text == nm(library)
    letters = {line[17:].split()[0] for line in text.splitlines()}
    assert {"B", "D", "R", "V", "W", "i", "T", "U", "w"} <= letters
    unique = LIBRARIES / "libstdc++.so.6"
    assert symbols(unique) == nm(unique) and " u " in symbols(unique)


def test_without_section_headers_segments_give_the_same_list(tmp_path):
    for name in ("libc.so.6", "libstdc++.so.6", "libz.so.1"):
        data = bytearray((LIBRARIES / name).read_bytes())
        struct.pack_into("<Q", data, 0x28, 0)  # e_shoff
        struct.pack_into("<HH", data, 0x3c, 0, 0)  # e_shnum, e_shstrndx
        (tmp_path / name).write_bytes(data)
        assert symbols(tmp_path / name) == nm(LIBRARIES / name)


def test_demangled_names_are_those_of_nm():
    library = LIBRARIES / "libstdc++.so.6"
    assert symbols("--demangle", library) == nm(library, "-C")
    assert symbols("-C", fixture("exceptions")) == nm(fixture("exceptions"), "-C")


@pytest.mark.skipif(not HAS_OWN_RUNTIME, reason="the shared libstdc++ demangles without a bound")
def test_a_name_that_would_fill_memory_stays_as_it_is(compile_c, tmp_path):
    # f(A<int, int>, A<that, that>, ...): each parameter is twice as long as the one before it.
    name, last = "_Z1f1AIiiE", "S0_"
    for following in "123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ":
        name, last = f"{name}S_I{last}{last}E", f"S{following}_"
    library = compile_c(tmp_path / "liba.so", f"int {name}(void) {{ return 1; }}\n")
    assert f" T {name}\n" in symbols("-C", library)
    small = compile_c(tmp_path / "libb.so", "int _Z1f1AIiiES_IS0_S0_E(void) { return 1; }\n")
    assert " T f(A<int, int>, A<A<int, int>, A<int, int> >)\n" in symbols("-C", small)


def test_several_lists_have_headings_as_nm(compile_c, tmp_path):
    first = compile_c(tmp_path / "liba.so", "int a(void) { return 1; }\n")
    second = compile_c(tmp_path / "libb.so", "int b(void) { return 1; }\n")
    assert symbols(first, second) == run("nm", "-D", first, second, LC_ALL="C").stdout


def test_json_has_every_fact(compile_c, tmp_path):
    library = compile_c(tmp_path / "liba.so",
                        "__attribute__((visibility(\"protected\"))) int _Z1av(void) { return 1; }\n")
    listed = look_up(library)
    assert listed["path"] == str(library)
    [symbol] = [each for each in listed["symbols"] if each["name"] == "_Z1av"]
    assert symbol["value"] > 0 and symbol["size"] > 0
    assert list(symbol.items()) == [
        ("name", "_Z1av"), ("version", None), ("default", False), ("library", None),
        ("defined", True), ("letter", "T"), ("type", "FUNC"), ("binding", "GLOBAL"),
        ("visibility", "PROTECTED"), ("value", symbol["value"]), ("size", symbol["size"]),
        ("demangled", "a()")]
    several = look_up(library, library)
    assert [each["path"] for each in several] == [str(library)] * 2


def two_tvms(compile_c, directory) -> Path:
    """app needs libtvm.so, which lies in new/ (by RUNPATH, defines TVMFuncCall) and in old/."""
    new = compile_c(directory / "new/libtvm.so.2", "int TVMFuncCall(void) { return 2; }\n",
                    "-Wl,-soname,libtvm.so", "-Wl,--build-id=0x00ff")
    (directory / "new/libtvm.so").symlink_to(new.name)
    compile_c(directory / "old/libtvm.so", "int TVMOther(void) { return 1; }\n",
              "-Wl,-soname,libtvm.so")
    return compile_c(directory / "app",
                     "int TVMFuncCall(void); int main(void) { return TVMFuncCall(); }\n",
                     f"-L{directory}/new", "-ltvm", f"-Wl,-rpath,{directory}/new",
                     "-Wl,--enable-new-dtags")


def test_the_library_that_is_loaded_is_the_one_that_answers(compile_c, tmp_path):
    app = two_tvms(compile_c, tmp_path)
    answer = look_up(app, "TVMFuncCall")
    assert answer["path"] == str(app) and answer["name"] == "TVMFuncCall"
    assert answer["defined"] is True and answer["missing"] == []
    needer, definer = answer["objects"]
    assert (needer["path"], needer["symbols"][0]["defined"]) == (str(app), False)
    assert definer["path"] == f"{tmp_path}/new/libtvm.so"
    assert definer["realpath"] == f"{tmp_path}/new/libtvm.so.2"
    assert (definer["soname"], definer["found_by"]) == ("libtvm.so", "runpath")
    assert definer["build_id"] == "00ff"
    [symbol] = definer["symbols"]
    assert symbol["defined"] and symbol["type"] == "FUNC" and symbol["binding"] == "GLOBAL"
    text = symbols(app, "TVMFuncCall")
    assert text.startswith(f"TVMFuncCall in {app}\n"
                           f"  defined by {tmp_path}/new/libtvm.so\n"
                           f"      is {tmp_path}/new/libtvm.so.2\n"
                           "      soname libtvm.so, build id 00ff, found by runpath\n"
                           "      T TVMFuncCall: global function, no version, ")
    assert f"  needed by {app}\n" in text


def test_another_library_in_front_is_seen_and_defines_nothing(compile_c, tmp_path):
    app = two_tvms(compile_c, tmp_path)
    old = f"{tmp_path}/old"
    for words, variables in (([], {"LD_LIBRARY_PATH": old}), (["--ldpaths", old], {})):
        answer = look_up(*words, app, "TVMFuncCall", expect=1, **variables)
        assert answer["defined"] is False
        assert [each["path"] for each in answer["objects"]] == [str(app)]
        text = symbols(*words, app, "TVMFuncCall", expect=1, **variables)
        assert "  defined by none of the " in text
    assert look_up("--no-env", app, "TVMFuncCall", LD_LIBRARY_PATH=old)["defined"] is True
    assert [each["path"] for each in look_up("--ldpaths", old, app, "TVMOther")["objects"]] == \
        [f"{old}/libtvm.so"]


def test_what_is_not_found_is_named(compile_c, tmp_path):
    app = two_tvms(compile_c, tmp_path)
    (tmp_path / "new/libtvm.so").unlink()
    assert look_up(app, "TVMFuncCall", expect=1)["missing"] == ["libtvm.so"]
    assert "  libtvm.so is not found, so not searched\n" in symbols(app, "TVMFuncCall", expect=1)
    # Whoever defines it answers the question all the same.
    assert symbols(app, "main", expect=1) != ""
    assert look_up(app, "__libc_start_main")["missing"] == ["libtvm.so"]


def test_a_choice_narrows_the_answer_and_not_the_verdict(compile_c, tmp_path):
    app = two_tvms(compile_c, tmp_path)
    assert [each["path"] for each in look_up("--undefined", app, "TVMFuncCall")["objects"]] == \
        [str(app)]
    assert [each["soname"] for each in look_up("--defined", app, "TVMFuncCall")["objects"]] == \
        ["libtvm.so"]


def test_versions_can_be_asked_for():
    old = look_up("/bin/ls", "memcpy@GLIBC_2.2.5")
    [libc] = [each for each in old["objects"] if each["soname"] == "libc.so.6"]
    assert [(each["version"], each["default"]) for each in libc["symbols"]] == \
        [("GLIBC_2.2.5", False)]
    assert look_up("/bin/ls", "memcpy@@GLIBC_2.14")["defined"] is True
    assert look_up("/bin/ls", "memcpy@@GLIBC_2.2.5", expect=1)["defined"] is False
    assert "i memcpy@@GLIBC_2.14: global indirect function (ifunc), default version" in \
        symbols("/bin/ls", "memcpy")


def test_cxx_names_can_be_asked_for_as_they_are_written(compile_c, tmp_path):
    library = compile_c(tmp_path / "liba.so", "int _ZN3tvm3runEi(int x) { return x; }\n")
    for name in ("tvm::run", "tvm::run(int)", "_ZN3tvm3runEi"):
        assert "tvm::run(int)" in symbols("-C", library, "--name", name)
    symbols("-C", library, "--name", "tvm::ru", expect=1)
    symbols(library, "--name", "tvm::run", expect=1)


def test_each_file_has_its_own_tree(compile_c, tmp_path):
    app = two_tvms(compile_c, tmp_path)
    answers = look_up(app, "/bin/true", "TVMFuncCall", expect=1)
    assert [(each["path"], each["defined"]) for each in answers] == \
        [(str(app), True), ("/bin/true", False)]


def test_the_last_word_is_a_name_unless_a_file_is_called_so(compile_c, tmp_path):
    compile_c(tmp_path / "liba.so", "int a(void) { return 1; }\n")
    compile_c(tmp_path / "a", "int main(void) { return 0; }\n")

    def from_there(*words, expect=0):
        return run(elfwheel(), "symbols", *words, cwd=tmp_path, expect=expect)

    assert from_there("liba.so", "b", expect=1).stdout.startswith("b in liba.so\n")
    assert "\na:\n" in from_there("liba.so", "a").stdout
    assert "  defined by liba.so\n" in from_there("liba.so", "--name", "a").stdout
    # One word alone is a file; so is what no C program could call a symbol.
    assert from_there("b", expect=2).stderr == \
        "elfwheel: b: cannot open: No such file or directory\n"
    assert from_there("liba.so", "libb.so", expect=2).stderr == \
        "elfwheel: libb.so: cannot open: No such file or directory\n"
    assert from_there("liba.so", "x/b", expect=2).stderr == \
        "elfwheel: x/b: cannot open: No such file or directory\n"
    (tmp_path / "directory").mkdir()
    done = from_there("liba.so", "directory", expect=2)
    assert (done.stdout, done.stderr) == (
        "", "elfwheel: directory: there is a file called so that is no readable ELF file; "
            "--name looks up a symbol\n")


def test_bad_input_is_one_line(tmp_path):
    text = tmp_path / "text"
    text.write_text("no ELF\n")
    cut = tmp_path / "cut.so"
    cut.write_bytes((LIBRARIES / "libz.so.1").read_bytes()[:4096])
    for words in ([text], [text, "name"], [cut], [cut, "name"], ["--json", text]):
        done = run(elfwheel(), "symbols", *words, expect=2)
        assert done.stdout == ""
        assert done.stderr.startswith("elfwheel: /") and done.stderr.count("\n") == 1
    done = run(elfwheel(), "symbols", text, "/bin/true", expect=2)
    assert done.stderr == f"elfwheel: {text}: not an ELF file\n"
    assert "/bin/true:\n" in done.stdout
    assert run(elfwheel(), "symbols", "--defined", "--undefined", text, expect=2).stderr == \
        "elfwheel: --defined excludes --undefined; see elfwheel symbols --help\n"


def test_a_dependency_whose_symbols_are_damaged_is_told(compile_c, tmp_path):
    app = two_tvms(compile_c, tmp_path)
    library = tmp_path / "new/libtvm.so.2"
    data = bytearray(library.read_bytes())
    # Of DT_SYMTAB (6) alone: the loader would map the library, and so does the look-up.
    offset = next(at for at in range(0, len(data) - 16, 8)
                  if struct.unpack_from("<qQ", data, at)[0] == 6
                  and struct.unpack_from("<q", data, at - 16)[0] == 5)
    struct.pack_into("<Q", data, offset + 8, 1 << 40)
    library.write_bytes(data)
    done = run(elfwheel(), "symbols", app, "TVMFuncCall", expect=2)
    assert done.stderr.startswith(f"elfwheel: {app}: {tmp_path}/new/libtvm.so: DT_SYMTAB")
    assert done.stderr.count("\n") == 1
    assert f"  needed by {app}\n" in done.stdout


def test_a_sysroot_is_the_whole_world(compile_c, tmp_path):
    root = tmp_path / "root"
    compile_c(root / "usr/lib/libb.so", "int b(void) { return 2; }\n", "-nostdlib")
    compile_c(root / "app.so", "int b(void); int a(void) { return b(); }\n", "-nostdlib",
              f"-L{root}/usr/lib", "-lb")
    definers = [each["path"] for each in look_up("--sysroot", root, "/app.so", "b")["objects"]
                if each["symbols"][0]["defined"]]
    assert definers == ["/usr/lib/libb.so"]
    assert symbols("--sysroot", root, "/app.so") == nm(root / "app.so")
