"""docs/schemas: each output of --json and --jsonl, of files and wheels of all kinds, is as its schema
says, no key is without a description, and no description is of a key that nothing prints."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from support import json_schemas
from support.checkout import WHEELS, elfwheel, environment, run
from support.small_wheel import write_wheel

TAG = "cp311-cp311-linux_x86_64"


def compile_to(out: Path, source: str, *flags, compiler="gcc") -> Path:
    out.parent.mkdir(parents=True, exist_ok=True)
    file = out.with_name(out.name + ".c")
    file.write_text(source)
    kind = ["-shared", "-fPIC"] if ".so" in out.name else []
    run(compiler, "-O1", *kind, file, "-o", out, *flags)
    file.unlink()
    return out


class Files:
    """Programs and libraries of many kinds, which find each other or don't."""

    def __init__(self, root: Path):
        self.root = root
        main = "int main(void) { return 0; }\n"
        self.plain = compile_to(root / "plain", main)
        self.static = compile_to(root / "static", main, "-static")
        self.musl = compile_to(root / "musl", main, compiler="musl-gcc")
        self.foreign = compile_to(root / "foreign", main, compiler="aarch64-linux-gnu-gcc")
        self.foreign32 = compile_to(root / "foreign32", main, compiler="arm-linux-gnueabihf-gcc")
        self.big = compile_to(root / "big", main, compiler="s390x-linux-gnu-gcc")
        self.bare = compile_to(root / "bare.so", "int b;\n", "-nostdlib", "-Wl,--build-id=none")
        # A library in two versions, of which the program finds the older.
        for place, version in (("new", "V2"), ("old", "V1")):
            script = root / f"{version}.map"
            script.write_text(f"{version} {{ global: *; }};\n")
            compile_to(root / place / "libv.so", "int v(void) { return 1; }\n",
                       "-Wl,-soname,libv.so", f"-Wl,--version-script={script}")
        call = "int v(void); int main(void) { return v(); }\n"
        self.versioned = compile_to(root / "versioned", call, f"-L{root}/new", "-lv",
                                    f"-Wl,-rpath,{root}/new")
        self.unversioned = compile_to(root / "unversioned", call, f"-L{root}/new", "-lv",
                                      f"-Wl,-rpath,{root}/old")
        self.missing = compile_to(root / "missing", call, f"-L{root}/new", "-lv")
        self.damaged = compile_to(root / "damaged", call, f"-L{root}/new", "-lv",
                                  f"-Wl,-rpath,{root}/cut")
        (root / "cut").mkdir()
        (root / "cut/libv.so").write_bytes(b"\x7fELF")
        self.unstarted = compile_to(root / "unstarted", "int main(void) { return 0; }\n",
                                    f"-Wl,--dynamic-linker={root}/gone.so.1")
        self.auditor = compile_to(root / "audit.so", "unsigned la_version(unsigned v) { return v; }\n")
        # Two libraries define what a third and the program want.
        for name in "ab":
            compile_to(root / f"lib{name}.so", f"int both(void) {{ return 1; }} int {name};\n",
                       f"-Wl,-soname,lib{name}.so")
        compile_to(root / "libuser.so", "int both(void); int use(void) { return both(); }\n",
                   f"-L{root}", "-lb", "-Wl,-soname,libuser.so")
        self.doubled = compile_to(root / "doubled", "int use(void), both(void), b_(void);\n"
                                  "int main(void) { return use() + both(); }\n", f"-L{root}",
                                  "-Wl,--no-as-needed", "-la", "-lb", "-luser",
                                  f"-Wl,-rpath,{root}")
        # Two that are kept apart by RTLD_LOCAL.
        compile_to(root / "libother.so", "int both(void); int other(void) { return both(); }\n",
                   f"-L{root}", "-la", f"-Wl,-rpath,{root}")
        compile_to(root / "libuser2.so", "int both(void); int user2(void) { return both(); }\n",
                   f"-L{root}", "-lb", f"-Wl,-rpath,{root}")
        self.cpp = compile_to(root / "libcpp.so", "int _Z3fooi(int x) { return x; }\n")
        # Its versions lie behind the end of the file.
        self.torn = compile_to(root / "torn/libtorn.so", "void *malloc(unsigned long);\n"
                               "void *torn(void) { return malloc(1); }\n", "-Wl,-soname,libtorn.so")
        self.on_torn = compile_to(root / "on_torn", "int main(void) { return 0; }\n",
                                  "-Wl,--no-as-needed", f"-L{root}/torn", "-ltorn",
                                  f"-Wl,-rpath,{root}/torn")
        told = json.loads(run(elfwheel(), "inspect", "--json", self.torn).stdout)
        [place] = [line["value"] for line in told["dynamic"] if line["tag"] == "DT_VERNEED"]
        data = bytearray(self.torn.read_bytes())
        data[place + 8:place + 12] = b"\xff\xff\xff\x7f"  # vn_aux
        self.torn.write_bytes(data)
        # A root whose cache ldconfig has not made yet.
        sysroot = root / "sysroot"
        (sysroot / "etc").mkdir(parents=True)
        (sysroot / "etc/ld.so.conf").write_text("/opt/lib\n")
        compile_to(sysroot / "opt/lib/libv.so", "int v(void) { return 1; }\n", "-nostdlib",
                   "-Wl,-soname,libv.so")
        compile_to(sysroot / "app", call.replace("main", "_start"), f"-L{sysroot}/opt/lib", "-lv",
                   "-nostdlib")
        self.sysroot = sysroot
        self.no_elf = root / "text"
        self.no_elf.write_text("text")


class Outputs:
    """(schema, words, value) of each run."""

    def __init__(self):
        self.all = []

    def add(self, schema, *words, several=False, **variables):
        done = run(elfwheel(), *words, expect=None, **variables)
        assert done.returncode in (0, 1, 2) and done.stdout != "", (words, done.stderr)
        values = [json.loads(line) for line in done.stdout.splitlines()] \
            if "--jsonl" in words else [json.loads(done.stdout)]
        assert several == isinstance(values[0], list)
        self.all += [(f"{schema}.schema.json", words, value) for value in values]


def add_files(outputs, files):
    singles = [files.plain, files.static, files.musl, files.foreign, files.foreign32, files.big,
               files.bare, files.versioned, files.missing, files.damaged, files.unversioned,
               files.doubled, files.cpp, files.auditor, Path("/bin/sh").resolve()]
    for each in singles:
        outputs.add("inspect", "inspect", "--json", each)
        outputs.add("symbols", "symbols", "--json", each)
        outputs.add("symbols-search", "symbols", "--json", "--name", "v", each)
        outputs.add("bindings", "bindings", "--json", each)
        outputs.add("lddtree", "lddtree", "--json", each)
        outputs.add("lddtree", "lddtree", "--json", "--explain", each)
        outputs.add("lddtree-why", "lddtree", "--json", "--why", "libv.so", each)
    two = [files.plain, files.no_elf, files.missing]
    for schema, words in (("inspect", ["inspect"]), ("symbols", ["symbols"]), ("bindings", ["bindings"]),
                          ("symbols-search", ["symbols", "--name", "main"]), ("lddtree", ["lddtree"]),
                          ("lddtree-why", ["lddtree", "--why", "libc.so.6"])):
        outputs.add(schema, *words, "--json", *two, several=True)
        outputs.add(schema, *words, "--json", files.no_elf, files.no_elf, several=True)
    outputs.add("lddtree", "lddtree", "--json", "--explain", files.plain,
                LD_AUDIT=f"{files.auditor}:/no.so", LD_PRELOAD="/no/preload.so")
    outputs.add("lddtree", "lddtree", "--json", files.unstarted)
    outputs.add("lddtree", "lddtree", "--json", "--explain", "--sysroot", files.sysroot, "/app")
    outputs.add("lddtree-why", "lddtree", "--json", "--why", "libv.so", files.versioned)
    outputs.add("bindings", "bindings", "--json", files.plain, "--dlopen", f"{files.root}/liba.so",
                "--dlopen", f"{files.root}/libb.so:global", "--dlopen", "libno.so:deepbind")
    outputs.add("bindings", "bindings", "--json", files.plain,
                "--dlopen", f"{files.root}/libother.so", "--dlopen", f"{files.root}/libuser2.so")
    outputs.add("inspect", "inspect", "--json", files.torn)
    outputs.add("symbols-search", "symbols", "--json", files.doubled, "both")
    outputs.add("symbols-search", "symbols", "--json", "--name", "malloc", files.on_torn)


def rich_wheel(tmp_path):
    """A wheel with something of each kind to do: a need of libpython, of a library that a package of
    this machine has and of one that the policy allows outside; an executable stack; symbols."""
    python = compile_to(tmp_path / "libpython3.11.so.1.0", "int Py_Is(void) { return 1; }\n",
                        "-Wl,-soname,libpython3.11.so.1.0")
    library = compile_to(tmp_path / "rich.so", "#include <math.h>\nint Py_Is(void);\n"
                         "double f(double x) { return cos(x) + Py_Is(); }\n", "-g", python,
                         "-Wl,--no-as-needed", "-lgomp", "-lz", "-Wl,-z,execstack")
    return write_wheel(tmp_path / f"in/rich-1-{TAG}.whl", {"rich/rich.so": library.read_bytes()})


def barred_wheel(tmp_path):
    """Its zlib has to have what no policy lets it count on."""
    library = compile_to(tmp_path / "barred.so", "extern char _dist_code[];\n"
                         "char f(void) { return _dist_code[0]; }\n", "-Wl,--no-as-needed", "-lz")
    return write_wheel(tmp_path / f"in/barred-1-{TAG}.whl", {"barred/b.so": library.read_bytes()})


def add_wheels(outputs, tmp_path):
    outside = tmp_path / "outside"
    compile_to(outside / "libout.so", "int out(void) { return 5; }\n", "-Wl,-soname,libout.so")
    library = compile_to(tmp_path / "a.so", "int out(void); int a(void) { return out(); }\n",
                         f"-L{outside}", "-lout")
    wheel = write_wheel(tmp_path / f"in/pkg-1-{TAG}.whl", {"pkg/a.so": library.read_bytes()})
    pure = write_wheel(tmp_path / "in/pure-1-py3-none-any.whl", {"pure.py": b""})
    bad = tmp_path / f"bad-1-{TAG}.whl"
    bad.write_text("no wheel")
    rich = rich_wheel(tmp_path)
    provider = write_wheel(tmp_path / f"in/other-1-{TAG}.whl",
                           {"other/libout.so": (outside / "libout.so").read_bytes()})
    singles = [wheel, pure, rich, barred_wheel(tmp_path),
               *WHEELS.glob("nvidia_cuda_runtime-*.whl")]
    every = [*singles, bad, *WHEELS.glob("scipy_openblas64-*.whl")]
    out = ["-w", tmp_path / "out"]
    split = ["--ldpaths", outside, "--clear-execstack", "--split-debug", tmp_path / "debug"]
    for words in (["show"], ["show", "--ldpaths", outside], ["verify"], ["verify", "-v"],
                  ["repair", *out], ["repair", *out, "--dry-run"], ["repair", *out, *split],
                  ["show", "--allow-pure-python-wheel"],
                  ["repair", *out, "--allow-pure-python-wheel"]):
        for each in singles:
            outputs.add(words[0], *words, "--json", each)
        outputs.add(words[0], *words, "--json", *every, several=True)
        outputs.add("lines", *words, "--jsonl", *every)
    outputs.add("repair", "repair", *out, "--json", "--depends-on", provider, wheel)


@pytest.fixture(scope="session")
def outputs(tmp_path_factory):
    outputs = Outputs()
    add_files(outputs, Files(tmp_path_factory.mktemp("files")))
    add_wheels(outputs, tmp_path_factory.mktemp("wheels"))
    return outputs


def test_every_output_is_as_its_schema_says(outputs, tmp_path):
    schemas = json_schemas.load()
    strict = json_schemas.strict(schemas)
    cases = [(name, value) for name, _, value in outputs.all]
    for kind in (schemas, strict):
        answers = json_schemas.faults(kind, cases, tmp_path)
        for (name, words, _), wrong in zip(outputs.all, answers, strict=True):
            assert wrong == [], (name, words)
    # Nor is it empty what was held against them.
    seen = set().union(*(json_schemas.met(schemas, name, value) for name, value in cases))
    unmet = set(json_schemas.properties_of(schemas)) - seen
    assert not unmet, "\n".join(sorted(unmet))


def test_every_key_is_described():
    for path, words in json_schemas.properties_of(json_schemas.load()).items():
        assert words, path


def test_a_key_that_nobody_described_is_seen(outputs, tmp_path):
    strict = json_schemas.strict(json_schemas.load())
    cases = []
    for name, _, value in outputs.all:
        value = value[0] if isinstance(value, list) and value else value
        if isinstance(value, dict):
            cases.append((name, value | {"nobody": 1}))
    assert all(json_schemas.faults(strict, cases, tmp_path))


def test_a_schema_sees_what_is_missing_or_of_another_kind(outputs, tmp_path):
    firsts = {name: value for name, _, value in reversed(outputs.all) if isinstance(value, dict)}
    assert set(firsts) == set(json_schemas.load())
    cases = []
    for name, value in firsts.items():
        for key in value:
            cases.append((name, {other: value[other] for other in value if other != key}))
            cases.append((name, value | {key: {"x": [1]}}))
    optional = {"interp_missing", "error", "warnings", "missing_versions", "problems", "auditors"}
    for (name, value), wrong in zip(cases, json_schemas.faults(json_schemas.load(), cases, tmp_path)):
        gone = set(firsts[name]) - set(value)
        assert wrong or gone and gone <= optional, (name, gone)


def test_each_command_with_json_has_a_schema():
    words = set(re.findall(r"\b[a-z][a-z-]+\b", run(elfwheel(), "--help").stdout))
    with_json = set()
    for word in words:
        done = subprocess.run([elfwheel(), word, "--help"], env=environment(), capture_output=True,
                              text=True)
        if done.returncode == 0 and re.search(r"(?<![\w-])--json\b", done.stdout):
            with_json.add(word)
    described = {schema["title"].split()[1] for schema in json_schemas.load().values()
                 if not schema["title"].endswith("--jsonl")}
    assert with_json == described and len(described) >= 7
