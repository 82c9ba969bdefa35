"""`elfwheel verify`: each finding on a wheel that has the fault, and none on one that has not.

Where a loader can be asked whether the fault is one, it is: in a process that opens the file.
"""

import json

import pytest
from conftest import write_wheel
from support.checkout import TOOLS_PYTHON, elfwheel, run

TAG = "cp311-cp311-manylinux_2_36_x86_64"
EXTENSION = "int PyInit_{}(void) {{ return {}; }}\n"


@pytest.fixture
def wheel_of(tmp_path):
    """wheel_of(files, tag) is a wheel of these, each content a path or bytes."""

    def make(files, tag=TAG):
        contents = {name: file if isinstance(file, bytes) else file.read_bytes()
                    for name, file in files.items()}
        return write_wheel(tmp_path / f"in/pkg-1-{tag}.whl", contents)

    return make


def findings(wheel, *flags, expect=0):
    report = json.loads(run(elfwheel(), "verify", "--json", *flags, wheel, expect=expect).stdout)
    return [(each["severity"], each["check"], each["file"], each["message"])
            for each in report["findings"]]


def opened(library, compiler="gcc"):
    """What dlopen says of it ("" if it opens it), and whether the stack is executable then."""
    source = library.with_suffix(".open.c")
    source.write_text("""
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
int main(int argc, char **argv) {
  puts(dlopen(argv[argc - 1], RTLD_NOW) ? "" : dlerror());
  char line[512];
  FILE *maps = fopen("/proc/self/maps", "r");
  while (fgets(line, sizeof line, maps))
    if (strstr(line, "[stack]")) puts(strstr(line, "x") ? "executable" : "plain");
  return 0;
}
""")
    program = library.with_suffix(".opener")
    run(compiler, source, "-o", program)
    error, stack = run(program, library).stdout.splitlines()
    return error, stack == "executable"


def test_a_clean_wheel_has_no_findings(compile_c, wheel_of, tmp_path):
    library = compile_c(tmp_path / "a.so", EXTENSION.format("a", 1))
    done = run(elfwheel(), "verify", wheel_of({"pkg/a.cpython-311-x86_64-linux-gnu.so": library}))
    assert done.stdout.endswith(".whl: ok, 1 ELF file checked in 1 layout\n")
    assert len(done.stdout.splitlines()) == 1


def test_an_executable_stack(compile_c, wheel_of, tmp_path):
    library = compile_c(tmp_path / "a.so", EXTENSION.format("a", 1), "-Wl,-z,execstack")
    assert opened(library) == ("", True)
    wheel = wheel_of({"pkg/a.so": library})
    assert findings(wheel, expect=1) == [
        ("error", "stack", "pkg/a.so", "asks for an executable stack: glibc refuses to open it "
                                       "from 2.41 on")]
    # The advice works.
    run(elfwheel(), "patchelf", "--clear-execstack", library)
    assert opened(library) == ("", False)
    assert findings(wheel_of({"pkg/a.so": library})) == []


def test_no_word_about_the_stack_means_an_executable_one(compile_c, wheel_of, tmp_path):
    library = compile_c(tmp_path / "a.so", EXTENSION.format("a", 1), "-Wl,-z,execstack")
    data = bytearray(library.read_bytes())
    at = data.index(b"\x51\xe5\x74\x64")  # PT_GNU_STACK becomes PT_NULL
    data[at:at + 4] = bytes(4)
    library.write_bytes(data)
    assert opened(library) == ("", True)
    [(severity, check, _, message)] = findings(wheel_of({"pkg/a.so": library}), expect=1)
    assert (severity, check) == ("error", "stack") and message.startswith("has no PT_GNU_STACK")


@pytest.mark.parametrize("numbers, refused", [(16, False), (600, True)])
def test_static_thread_local_storage(compile_c, wheel_of, tmp_path, numbers, refused):
    source = (f'__thread int numbers[{numbers}] __attribute__((tls_model("initial-exec")));\n'
              "int get(void) { return numbers[1]; }\n" + EXTENSION.format("a", 1))
    library = compile_c(tmp_path / "a.so", source)
    assert ("static TLS block" in opened(library)[0]) == refused
    wheel = wheel_of({"pkg/a.so": library})
    size = f"reserves {4 * numbers} bytes of static thread-local storage, "
    if refused:
        assert findings(wheel, expect=1) == [
            ("error", "static-tls", "pkg/a.so",
             size + "glibc has 1664 for all libraries that are opened")]
        return
    assert findings(wheel) == [
        ("remark", "static-tls", "pkg/a.so",
         size + "of the 1664 that glibc has for all libraries that are opened")]
    assert "remark: " not in run(elfwheel(), "verify", wheel).stdout
    assert f"pkg/a.so: remark: {size}" in run(elfwheel(), "verify", "-v", wheel).stdout


def test_many_files_with_static_thread_local_storage(compile_c, wheel_of, tmp_path):
    source = ('__thread int n{0}[300] __attribute__((tls_model("initial-exec")));\n'
              "int get{0}(void) {{ return n{0}[1]; }}\n")
    files = {f"pkg/{name}.so": compile_c(tmp_path / f"{name}.so", source.format(name))
             for name in "ab"}
    program = "import ctypes, sys\nfor file in sys.argv[1:]: ctypes.CDLL(file)"
    done = run("/usr/bin/python3", "-I", "-c", program, *(tmp_path / f"{n}.so" for n in "ab"),
               expect=1)
    assert "cannot allocate memory in static TLS block" in done.stderr
    told = findings(wheel_of(files))
    assert [each[:3] for each in told] == [("remark", "static-tls", "pkg/a.so"),
                                           ("remark", "static-tls", "pkg/b.so"),
                                           ("warning", "static-tls", None)]


def test_musl_has_no_static_storage_for_what_is_opened(wheel_of, tmp_path):
    source = tmp_path / "a.c"
    source.write_text('__thread int n __attribute__((tls_model("initial-exec")));\n'
                      "int get(void) { return n; }\n" + EXTENSION.format("a", 1))
    library = tmp_path / "a.so"
    run("musl-gcc", "-shared", "-fPIC", source, "-o", library)
    assert "initial-exec TLS" in opened(library, "musl-gcc")[0]
    tag = "cp311-cp311-musllinux_1_2_x86_64"
    assert findings(wheel_of({"pkg/a.so": library}, tag), expect=1) == [
        ("error", "static-tls", "pkg/a.so", "reserves 4 bytes of static thread-local storage, "
                                            "which musl has for no library that is opened")]
    # A program's own libraries are there when it starts.
    run("musl-gcc", "-shared", "-fPIC", source, "-o", library, "-Wl,-soname,liba.so")
    source.write_text("int get(void); int main(void) { return get(); }\n")
    program = tmp_path / "program"
    run("musl-gcc", source, library, "-o", program, "-Wl,-rpath,$ORIGIN/../pkg")
    files = {"pkg/liba.so": library, "tools/program": program}
    assert findings(wheel_of(files, tag)) == []


def test_text_relocations(compile_c, wheel_of, tmp_path):
    source = 'extern int out; __asm__(".text\\n.quad out");\n' + EXTENSION.format("a", 1)
    library = compile_c(tmp_path / "a.so", source, "-Wl,-z,notext")
    assert "TEXTREL" in run("readelf", "-dW", library).stdout
    [(severity, check, file, message)] = findings(wheel_of({"pkg/a.so": library}))
    assert (severity, check, file) == ("warning", "textrel", "pkg/a.so")
    assert message.startswith("has text relocations")


@pytest.mark.parametrize("page, refused", [(0x1000, True), (0x10000, False), (0x200000, False)])
def test_pages_of_64_kib(wheel_of, tmp_path, page, refused):
    source = tmp_path / "a.c"
    source.write_text(EXTENSION.format("a", 1))
    library = tmp_path / "a.so"
    run("aarch64-linux-gnu-gcc", "-shared", "-fPIC", source, "-o", library,
        f"-Wl,-z,max-page-size={page}")
    expected = [("error", "page-size", "pkg/a.so", "does not load where pages have 64 KiB: a "
                                                   "segment is aligned to 0x1000")]
    wheel = wheel_of({"pkg/a.so": library}, "cp311-cp311-manylinux_2_36_aarch64")
    assert findings(wheel, expect=int(refused)) == (expected if refused else [])


def test_pages_of_android_have_16_kib(wheel_of, tmp_path):
    source = tmp_path / "a.c"
    source.write_text("int a(void) { return 1; }\n")
    library = tmp_path / "liba.so"
    for page, told in [(0x4000, []), (0x1000, [
            ("warning", "page-size", "pkg/liba.so", "does not load where pages have 16 KiB: a "
                                                    "segment is aligned to 0x1000")])]:
        run("aarch64-linux-gnu-gcc", "-shared", "-fPIC", "-nostdlib", source, "-o", library,
            f"-Wl,-z,max-page-size={page}")
        assert findings(wheel_of({"pkg/liba.so": library},
                                 "cp313-cp313-android_24_arm64_v8a")) == told


@pytest.mark.parametrize("tag, name, expected", [
    ("cp311-cp311", "a.cpython-312-x86_64-linux-gnu.so",
     ("error", "its name is for CPython 3.12, not for CPython 3.11")),
    ("cp313-cp313t", "a.cpython-313-x86_64-linux-gnu.so",
     ("error", "its name is for CPython 3.13, not for CPython 3.13t")),
    ("cp313-cp313t", "a.cpython-313t-x86_64-linux-gnu.so", None),
    ("cp311-cp311", "a.cpython-311-x86_64-linux-gnu.so", None),
    ("cp311-cp311", "a.abi3.so", None),
    ("cp311-cp311", "a.so", None),
    ("cp313-abi3", "a.abi3.so", None),
    ("cp313-abi3", "a.cpython-313-x86_64-linux-gnu.so",
     ("error", "its name is not for CPython 3.14, CPython 3.15, which the tags allow")),
    ("py3-none", "a.cpython-315-x86_64-linux-gnu.so",
     ("warning", "its name is not for CPython 3.8, CPython 3.9, CPython 3.10 and 4 more, which the "
                 "tags allow")),
    ("pp310-pypy310_pp73", "a.pypy310-pp73-x86_64-linux-gnu.so", None),
    ("pp310-pypy310_pp73", "a.abi3.so",
     ("error", "its name is for CPython's stable ABI, not for PyPy 3.10")),
])
def test_the_name_of_an_extension(compile_c, wheel_of, tmp_path, tag, name, expected):
    library = compile_c(tmp_path / "a.so", EXTENSION.format("a", 1))
    told = findings(wheel_of({f"pkg/{name}": library}, f"{tag}-manylinux_2_36_x86_64"),
                    expect=int(expected is not None and expected[0] == "error"))
    assert told == ([] if expected is None else
                    [(expected[0], "abi", f"pkg/{name}", expected[1])])


def test_an_extension_for_another_python_beside_the_right_one(compile_c, wheel_of, tmp_path):
    library = compile_c(tmp_path / "a.so", EXTENSION.format("a", 1))
    files = {f"pkg/a.cpython-{version}-x86_64-linux-gnu.so": library for version in (311, 312)}
    told = [each for each in findings(wheel_of(files)) if each[1] == "abi"]
    assert told == [("warning", "abi", "pkg/a.cpython-312-x86_64-linux-gnu.so",
                     "its name is for CPython 3.12, not for CPython 3.11")]


def test_the_suffixes_are_those_of_this_python(compile_c, wheel_of, tmp_path):
    code = "import importlib.machinery as m, sys; print(*m.EXTENSION_SUFFIXES)"
    suffixes = run(TOOLS_PYTHON, "-I", "-c", code).stdout.split()
    assert len(suffixes) > 1
    library = compile_c(tmp_path / "a.so", EXTENSION.format("a", 1))
    for suffix in suffixes:
        assert findings(wheel_of({f"pkg/a{suffix}": library})) == []


def linked(compile_c, directory, source, name, *needs):
    """A library with an rpath to its own directory."""
    return compile_c(directory / name, source, f"-Wl,-soname,{name}", "-Wl,-rpath,$ORIGIN",
                     "-Wl,--no-as-needed", *(directory / need for need in needs))


@pytest.fixture
def contested(compile_c, tmp_path):
    """a.so needs libone.so and libuser.so, which needs libtwo.so: one and two define f and more."""

    def make(*two_flags):
        out = tmp_path / "contested"
        body = "int {}(void) {{ return {}; }}\n"
        linked(compile_c, out, body.format("f", 1) + body.format("g", 1), "libone.so")
        compile_c(out / "libtwo.so", body.format("f", 2) + body.format("g", 2) +
                  "int own(void) { return f() * 10 + g(); }\n", "-Wl,-soname,libtwo.so", *two_flags)
        linked(compile_c, out, "int f(void), own(void);\n"
                               "int user(void) { return f() * 100 + own(); }\n",
               "libuser.so", "libtwo.so")
        linked(compile_c, out, "int user(void);\nint a(void) { return user(); }\n" +
               EXTENSION.format("a", 1), "a.so", "libone.so", "libuser.so")
        return {f"pkg/{name}": out / name
                for name in ("a.so", "libone.so", "libtwo.so", "libuser.so")}

    return make


def answer(library):
    code = f"import ctypes; print(ctypes.CDLL({str(library)!r}).a())"
    return int(run("/usr/bin/python3", "-I", "-c", code).stdout)


def test_symbols_that_another_library_takes_over(contested, wheel_of):
    files = contested()
    assert answer(files["pkg/a.so"]) == 111, "all of libtwo's functions are libone's in fact"
    told = findings(wheel_of(files))
    assert told == [("warning", "symbols", "pkg/libtwo.so",
                     "takes 2 of 2 symbols that both define (f, g) from pkg/libone.so, not its own, "
                     "in what a.so loads")]


def test_symbols_of_a_library_that_stays_at_home(contested, wheel_of):
    files = contested("-Wl,-Bsymbolic")
    assert answer(files["pkg/a.so"]) == 122
    [(severity, check, file, message)] = findings(wheel_of(files))
    assert (severity, check, file) == ("warning", "symbols", "pkg/libuser.so")
    assert message == ("takes 1 of 1 symbol that both define (f) from pkg/libone.so, though it "
                       "needs pkg/libtwo.so, in what a.so loads")


def test_what_cxx_has_one_meaning_for_is_nobodys(contested, compile_c, wheel_of, tmp_path):
    """Two libraries with the same class: by its language they are one."""
    out = tmp_path / "cxx"
    source = "int _ZN1c1fEv(void) {{ return {}; }}\n"  # c::f()
    linked(compile_c, out, source.format(1), "libone.so")
    linked(compile_c, out, source.format(2) + "int two(void) { return _ZN1c1fEv(); }\n", "libtwo.so")
    linked(compile_c, out, EXTENSION.format("a", 1), "a.so", "libone.so", "libtwo.so")
    assert findings(wheel_of({f"pkg/{file.name}": file for file in out.glob("*.so")})) == []


def test_two_copies_of_a_library_that_mix(compile_c, wheel_of, tmp_path):
    """However C++ it is: two versions are not one."""
    out = tmp_path / "mixed"
    source = "int _ZN1c1fEv(void) {{ return {0}; }}\nint f{0}(void) {{ return _ZN1c1fEv(); }}\n"
    for number, name in enumerate(["libx-11111111.so.1", "libx-22222222.so.1"]):
        linked(compile_c, out, source.format(number), name)
    linked(compile_c, out, EXTENSION.format("a", 1), "a.so", "libx-11111111.so.1",
           "libx-22222222.so.1")
    [told] = findings(wheel_of({f"pkg/{file.name}": file for file in out.glob("*.so*")}))
    assert told[:3] == ("warning", "symbols", "pkg/libx-22222222.so.1")


def test_parts_of_one_project_may_share_code(compile_c, wheel_of, tmp_path):
    out = tmp_path / "parts"
    source = "int array(void) {{ return {0}; }}\nint f{0}(void) {{ return array(); }}\n"
    for number, name in enumerate(["libway-client.so", "libway-server.so"]):
        linked(compile_c, out, source.format(number), name)
    linked(compile_c, out, EXTENSION.format("a", 1), "a.so", "libway-client.so", "libway-server.so")
    [told] = findings(wheel_of({f"pkg/{file.name}": file for file in out.glob("*.so")}))
    assert told[:3] == ("remark", "symbols", "pkg/libway-server.so")


def test_extensions_that_load_the_same_stand_for_each_other(contested, compile_c, wheel_of):
    files = contested()
    out = files["pkg/a.so"].parent
    for name in "bcd":
        linked(compile_c, out, EXTENSION.format(name, 1), f"{name}.so", "libone.so", "libuser.so")
        files[f"pkg/{name}.so"] = out / f"{name}.so"
    [told] = findings(wheel_of(files))
    assert told[3].endswith(", in what a.so, b.so and 2 more load")


def test_symbols_that_two_extensions_define(compile_c, wheel_of, tmp_path):
    """Python opens each with RTLD_LOCAL."""
    source = "int f(void) {{ return {0}; }}\nint call{0}(void) {{ return f(); }}\n"
    files = {f"pkg/{name}.so": compile_c(tmp_path / f"{name}.so",
                                         source.format(i) + EXTENSION.format(name, i))
             for i, name in enumerate("ab")}
    assert findings(wheel_of(files)) == []


def test_a_version_that_no_library_defines(compile_c, wheel_of, tmp_path):
    script = tmp_path / "map"
    flags = ["-Wl,-soname,libone.so", f"-Wl,--version-script={script}"]
    source = "int f(void) { return 1; }\n"
    script.write_text("ONE_1 { global: f; };\n")
    one = compile_c(tmp_path / "libone.so", source, *flags)
    user = compile_c(tmp_path / "a.so", "int f(void); int a(void) { return f(); }\n",
                     one, "-Wl,-rpath,$ORIGIN")
    assert findings(wheel_of({"pkg/a.so": user, "pkg/libone.so": one})) == []
    script.write_text("ONE_2 { global: f; };\n")
    compile_c(one, source, *flags)
    assert "version `ONE_1' not found" in opened(user)[0]
    assert findings(wheel_of({"pkg/a.so": user, "pkg/libone.so": one}), expect=1) == [
        ("error", "version", "pkg/a.so",
         "needs the version ONE_1 of libone.so, which pkg/libone.so does not define")]


def test_two_copies_of_llvms_openmp_in_one_process(compile_c, wheel_of, tmp_path):
    """Made-up libraries under their names: what counts is who loads both."""
    out = tmp_path / "openmp"
    linked(compile_c, out, "int one;\n", "libomp.so")
    linked(compile_c, out, "int two;\n", "libiomp5.so")
    linked(compile_c, out, EXTENSION.format("a", 1), "a.so", "libomp.so", "libiomp5.so")
    files = {f"pkg/{name}": out / name for name in ("a.so", "libomp.so", "libiomp5.so")}
    [(severity, check, file, message)] = findings(wheel_of(files), expect=1)
    assert (severity, check, file) == ("error", "runtime", "pkg/libomp.so")
    assert "pkg/libomp.so (for a.so); pkg/libiomp5.so (for a.so)" in message
