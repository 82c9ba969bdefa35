"""`elfwheel bindings --conflicts`: what is told, how dangerous it is said to be, and what is not."""

import json
import shutil

import pytest

from support.checkout import elfwheel, run

DEFINE = "int f(void) { return %d; }"
CALL = "int f(void); int %s(void) { return f(); }"


@pytest.fixture
def library(compile_c, tmp_path):
    """library(path, source, needs=...) makes DIR/path with its file name as SONAME."""

    def make(path, source, *flags, needs=(), soname=None):
        out = tmp_path / path
        return compile_c(out, source, f"-Wl,-soname,{soname or out.name}", "-Wl,--no-as-needed",
                         "-Wl,-rpath," + ":".join(f"{tmp_path}/{place}" for place in
                                                  dict.fromkeys([str(need).rpartition("/")[0]
                                                                 for need in needs])),
                         *(tmp_path / need for need in needs), *flags)

    return make


@pytest.fixture
def program(compile_c, tmp_path):
    return compile_c(tmp_path / "program", "int main(void) { return 0; }")


def conflicts(root, *flags, expect) -> list[dict]:
    """The text says the same as the JSON, and the exit status whether it matters."""
    words = ["bindings", "--conflicts", *flags, root]
    text = run(elfwheel(), *words, expect=expect).stdout
    found = json.loads(run(elfwheel(), *words, "--json", expect=expect).stdout)["conflicts"]
    heads = [line for line in text.splitlines() if not line.startswith((" ", "apart"))]
    assert heads == ([f"{each['danger']:8}{each['text']}" for each in found] or ["no conflicts"])
    return found


def opens(*files) -> list:
    return [word for file in files for word in ("--dlopen", file)]


def test_a_library_that_is_replaced_in_its_own_calls(library, tmp_path):
    library("one/libone.so", DEFINE % 1)
    library("two/libtwo.so", DEFINE % 2 + CALL % "g")
    root = library("libroot.so", "", needs=["one/libone.so", "two/libtwo.so"])
    (found,) = conflicts(root, expect=1)
    one, two = str(tmp_path / "one/libone.so"), str(tmp_path / "two/libtwo.so")
    assert found == {
        "kind": "symbols", "danger": "high", "name": None, "objects": [one, two], "files": [],
        "symbols": ["f"], "blas": False, "text": "1 symbol (f) that 2 libraries define",
        "gets": [{"from": two, "to": one, "symbols": 1, "instead_of": two}]}


def test_a_library_that_gets_anothers_than_it_needs(library, tmp_path):
    library("one/libone.so", DEFINE % 1)
    library("two/libtwo.so", DEFINE % 2)
    user = library("user/libuser.so", CALL % "g", needs=["two/libtwo.so"])
    root = library("libroot.so", "", needs=["one/libone.so", "user/libuser.so"])
    (found,) = conflicts(root, expect=1)
    assert found["danger"] == "high"
    assert found["gets"] == [{"from": str(user), "to": str(tmp_path / "one/libone.so"),
                              "symbols": 1, "instead_of": str(tmp_path / "two/libtwo.so")}]
    text = run(elfwheel(), "bindings", "--conflicts", root, expect=1).stdout
    assert text == (f"high    1 symbol (f) that 2 libraries define\n"
                    f"        {tmp_path}/one/libone.so\n"
                    f"        {tmp_path}/two/libtwo.so\n"
                    f"        {user} gets 1 from {tmp_path}/one/libone.so, though it needs "
                    f"{tmp_path}/two/libtwo.so\n")


def test_a_library_that_needs_both(library):
    library("one/libone.so", DEFINE % 1)
    library("two/libtwo.so", DEFINE % 2)
    root = library("libroot.so", CALL % "g", needs=["one/libone.so", "two/libtwo.so"])
    (found,) = conflicts(root, expect=1)
    assert found["danger"] == "medium"


def test_everybody_gets_what_it_needs(library):
    library("one/libone.so", DEFINE % 1)
    library("two/libtwo.so", DEFINE % 2)
    library("user/libuser.so", CALL % "g", needs=["one/libone.so"])
    root = library("libroot.so", "", needs=["user/libuser.so", "one/libone.so", "two/libtwo.so"])
    (found,) = conflicts(root, expect=0)
    assert (found["kind"], found["danger"]) == ("symbols", "low")


def test_blas_is_named(library):
    library("one/libone.so", "int dgemm_(void) { return 1; }")
    library("two/libtwo.so", "int dgemm_(void) { return 2; }")
    root = library("libroot.so", "int dgemm_(void); int g(void) { return dgemm_(); }",
                   needs=["one/libone.so", "two/libtwo.so"])
    (found,) = conflicts(root, expect=1)
    assert found["blas"] and "LP64, ILP64" in found["text"]


@pytest.mark.parametrize("definition", [
    "__attribute__((weak)) int f(void) { return %d; }",  # as C++ shares its templates
    "static int f(void) { return %d; } int g%d(void) { return f(); }",
    '__attribute__((visibility("hidden"))) int f(void) { return %d; }',
])
def test_what_is_shared_or_private_is_none(definition, library):
    def source(number):
        return definition.replace("%d", str(number))

    library("one/libone.so", source(1))
    library("two/libtwo.so", source(2) + CALL % "h")
    root = library("libroot.so", CALL % "g", "-Wl,--unresolved-symbols=ignore-all",
                   needs=["one/libone.so", "two/libtwo.so"])
    done = run(elfwheel(), "bindings", "--conflicts", root, expect=None)
    assert done.stdout == "no conflicts\n"


def test_a_preload_is_meant(library):
    library("one/libone.so", DEFINE % 1 + CALL % "g")
    root = library("libroot.so", CALL % "h", needs=["one/libone.so"])
    preload = library("libpreload.so", DEFINE % 3)
    assert conflicts(root, "--preload", preload, expect=0) == []


def test_a_variable_that_the_program_copies(library, compile_c, tmp_path):
    library("libdata.so", "int data[9] = {1}; int* where(void) { return data; }")
    root = compile_c(tmp_path / "app", "extern int data[9]; int main(void) { return data[0]; }",
                     "-no-pie", "-fno-pic", tmp_path / "libdata.so", f"-Wl,-rpath,{tmp_path}")
    text = run(elfwheel(), "bindings", "--conflicts", root).stdout
    assert text == "no conflicts\n"


def test_what_a_program_replaces_does_not_depend_on_an_order(library, compile_c, tmp_path):
    library("libone.so", DEFINE % 1 + CALL % "g")
    root = compile_c(tmp_path / "app", DEFINE % 2 + "int main(void) { return f(); }", "-rdynamic",
                     "-Wl,--no-as-needed", tmp_path / "libone.so", f"-Wl,-rpath,{tmp_path}")
    (found,) = conflicts(root, expect=0)
    assert (found["danger"], found["objects"][0]) == ("low", str(root))


def test_functions_of_cxx_mean_the_same(library):
    std = "int throw_it(void) __asm__(\"_ZSt28__throw_bad_array_new_lengthv\");"
    define = std + "int throw_it(void) { return %d; }"
    library("one/libone.so", define % 1)
    library("two/libtwo.so", define % 2 + "int f(void) { return throw_it(); }")
    root = library("libroot.so", "", needs=["one/libone.so", "two/libtwo.so"])
    (found,) = conflicts(root, expect=0)
    assert (found["kind"], found["danger"]) == ("symbols", "low")


def test_each_is_served_by_itself(library, program):
    a = library("a.so", DEFINE % 1 + CALL % "g")
    b = library("b.so", DEFINE % 2 + CALL % "h")
    assert conflicts(program, *opens(a, b), expect=0) == []


VERSIONED = "-Wl,--default-symver"


def test_versions_keep_apart(library, tmp_path):
    library("one/libone.so", DEFINE % 1, VERSIONED)
    library("two/libtwo.so", DEFINE % 2, VERSIONED)
    library("a/liba.so", CALL % "g", needs=["one/libone.so"])
    library("b/libb.so", CALL % "h", needs=["two/libtwo.so"])
    root = library("libroot.so", "", needs=["a/liba.so", "b/libb.so"])
    assert conflicts(root, expect=0) == []
    answer = json.loads(run(elfwheel(), "bindings", "--json", root).stdout)
    assert answer["apart"] == [{"objects": [str(tmp_path / "one/libone.so"),
                                            str(tmp_path / "two/libtwo.so")],
                                "symbols": ["f"], "by": "definition"}]


def test_two_files_of_one_name(library, program, tmp_path):
    library("one/libx.so.1", DEFINE % 1)
    library("two/libx.so.1", DEFINE % 2)
    a = library("a.so", CALL % "g", needs=["one/libx.so.1"])
    b = library("b.so", CALL % "h", needs=["two/libx.so.1"])
    (found,) = conflicts(program, *opens(a, b), expect=1)
    assert (found["kind"], found["danger"], found["name"]) == ("same-name", "high", "libx.so.1")
    assert found["objects"] == [str(tmp_path / "one/libx.so.1")]
    assert found["files"] == [str(tmp_path / "two/libx.so.1")]
    assert [get["from"] for get in found["gets"]] == [str(b)]
    # The same content is no danger.
    shutil.copy(tmp_path / "one/libx.so.1", tmp_path / "two/libx.so.1")
    assert conflicts(program, *opens(a, b), expect=0) == []


def test_two_files_of_one_name_with_musl(tmp_path):
    source = tmp_path / "source.c"
    for name, text, words in [
            ("one/libx.so", DEFINE % 1, []), ("two/libx.so", DEFINE % 2, []),
            ("a.so", CALL % "g", [f"-L{tmp_path}/one", f"-Wl,-rpath,{tmp_path}/one"]),
            ("b.so", CALL % "h", [f"-L{tmp_path}/two", f"-Wl,-rpath,{tmp_path}/two"]),
            ("app", "int main(void) { return 0; }", [])]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        source.write_text(text)
        kind = ["-shared", "-fPIC"] if ".so" in name else []
        run("musl-gcc", *kind, source, "-o", tmp_path / name, *words, *(["-lx"] if words else []))
    (found,) = conflicts(tmp_path / "app", *opens(tmp_path / "a.so", tmp_path / "b.so"), expect=1)
    assert (found["kind"], found["files"]) == ("same-name", [str(tmp_path / "two/libx.so")])


def test_runtimes(library, program, tmp_path):
    library("one/libgomp-1a2b3c4d.so.1.0.0", "int omp_one(void) { return 1; }")
    library("two/libiomp5.so", "int omp_two(void) { return 2; }")
    a = library("a.so", "", needs=["one/libgomp-1a2b3c4d.so.1.0.0"])
    b = library("b.so", "", needs=["two/libiomp5.so"])
    (found,) = conflicts(program, *opens(a, b), expect=1)
    assert (found["kind"], found["danger"], found["name"]) == ("runtime", "medium", "OpenMP")
    assert found["text"] == "2 copies of OpenMP, each with a state of its own"


def test_versions_of_one_library(library, program):
    library("one/libssl.so.1.1", "int one(void) { return 1; }")
    library("two/libssl.so.3", "int two(void) { return 2; }")
    a = library("a.so", "", needs=["one/libssl.so.1.1"])
    b = library("b.so", "", needs=["two/libssl.so.3"])
    (found,) = conflicts(program, *opens(a, b), expect=0)
    assert (found["kind"], found["danger"], found["name"]) == ("versions", "low", "libssl")


def test_one_library_opened_twice_by_its_path(library, program):
    one = library("one/libtvm.so", DEFINE % 1)
    two = library("two/libtvm.so", DEFINE % 2)
    (found,) = conflicts(program, *opens(one, two), expect=1)
    assert (found["kind"], found["danger"], found["name"]) == ("versions", "medium", "libtvm")
    assert found["objects"] == [str(one), str(two)]


def test_what_cannot_be_opened_has_no_conflict(library, program, tmp_path):
    library("one/libx.so.1", DEFINE % 1)
    library("two/libx.so.1", DEFINE % 2)
    library("gone/libgone.so", "int gone(void) { return 1; }")
    a = library("a.so", CALL % "g", needs=["one/libx.so.1"])
    b = library("b.so", CALL % "h", needs=["two/libx.so.1", "gone/libgone.so"])
    shutil.rmtree(tmp_path / "gone")
    done = run(elfwheel(), "bindings", "--conflicts", *opens(a, b), program, expect=1)
    assert done.stdout == "no conflicts\n"
    text = run(elfwheel(), "bindings", *opens(a, b), program, expect=1).stdout
    assert f"dlopen {b} (local) fails: libgone.so: not found, needed by {b}\n" in text
