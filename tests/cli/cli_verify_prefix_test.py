"""`elfwheel verify --prefix`: what pip installed, in an environment and in another root."""

import json
import shutil
import sysconfig

import pytest
from conftest import write_wheel
from support.checkout import TOOLS_PYTHON, elfwheel, run

SITE = f"lib/python{sysconfig.get_python_version()}/site-packages"
TAG = f"cp3{sysconfig.get_python_version()[2:]}"


@pytest.fixture
def environment(compile_c, tmp_path):
    """An environment with a package whose extension needs a library of the package."""
    one = compile_c(tmp_path / "libone.so", "int f(void) { return 1; }\n", "-Wl,-soname,libone.so")
    user = compile_c(tmp_path / "a.so", "int f(void); int PyInit_a(void) { return f(); }\n"
                     "int pthread_create(); void *newer = (void *)pthread_create;\n",
                     one, "-Wl,-rpath,$ORIGIN")
    wheel = write_wheel(tmp_path / f"in/pkg-1-{TAG}-{TAG}-manylinux_2_36_x86_64.whl",
                        {"pkg/__init__.py": b"", "pkg/a.so": user.read_bytes(),
                         "pkg/libone.so": one.read_bytes()})
    prefix = tmp_path / "venv"
    run(TOOLS_PYTHON, "-I", "-m", "venv", "--without-pip", prefix)
    run(TOOLS_PYTHON, "-I", "-m", "pip", "--python", prefix / "bin/python", "install", "--quiet",
        "--no-index", "--no-deps", "--disable-pip-version-check", wheel)
    return prefix


def verify(*arguments, expect=0):
    report = json.loads(run(elfwheel(), "verify", "--json", *arguments, expect=expect).stdout)
    return [(each["severity"], each["check"], each["file"], each["message"])
            for each in report["findings"]]


@pytest.mark.parametrize("below", ["", SITE])
def test_what_pip_installed_is_good(environment, below):
    done = run(elfwheel(), "verify", "--prefix", environment / below)
    assert done.stdout == f"{environment / below}: ok, 2 ELF files checked\n"


def test_the_old_way_to_name_it_stays(environment):
    assert run(elfwheel(), "verify", environment).stdout == \
        run(elfwheel(), "verify", "--prefix", environment).stdout


def test_a_library_that_went(environment):
    (environment / SITE / "pkg/libone.so").unlink()
    told = verify("--prefix", environment, expect=1)
    assert [each[:3] for each in told] == [("error", "record", f"{SITE}/pkg/libone.so"),
                                           ("error", "needed", f"{SITE}/pkg/a.so")]
    assert "listed in RECORD, but not readable" in told[0][3]
    assert told[1][3].startswith("needs libone.so, not found when installed; searched ")


def test_a_file_that_somebody_changed_or_left(environment, compile_c):
    package = environment / SITE / "pkg"
    (package / "__init__.py").write_text("x = 1\n")
    compile_c(package / "left.so", "int left;\n")
    assert [each[:3] for each in verify("--prefix", environment, expect=1)] == [
        ("error", "record", f"{SITE}/pkg/__init__.py"),
        ("warning", "unlisted", f"{SITE}/pkg/left.so")]


def test_a_package_of_another_python(environment):
    site = environment / SITE
    shutil.move(site, environment / "lib/python3.9/site-packages")
    assert verify("--prefix", environment) == [], "a.so is for any Python"
    moved = environment / "lib/python3.9/site-packages"
    name = "a.cpython-311-x86_64-linux-gnu.so"
    (moved / "pkg/a.so").rename(moved / "pkg" / name)
    [record] = moved.glob("pkg-*.dist-info/RECORD")
    record.write_text(record.read_text().replace("pkg/a.so", f"pkg/{name}"))
    assert verify("--prefix", environment, expect=1) == [
        ("error", "abi", f"lib/python3.9/site-packages/pkg/{name}",
         "its name is for CPython 3.11, not for CPython 3.9")]


def test_a_tag_that_promises_too_much(environment):
    [wheel_file] = (environment / SITE).glob("pkg-*.dist-info/WHEEL")
    wheel_file.write_text(wheel_file.read_text().replace("manylinux_2_36", "manylinux_2_17"))
    assert ("error", "tag", f"{SITE}/pkg/a.so",
            "needs GLIBC_2.34 of libc.so.6: manylinux_2_17_x86_64 promises too much, "
            "manylinux_2_34_x86_64 is the best tag") in verify("--prefix", environment, expect=1)


@pytest.mark.parametrize("directory, message", [
    ("nowhere", "cannot open: No such file or directory"),
    ("file", "not a directory"),
    ("empty", "holds neither wheels nor installed distributions"),
])
def test_a_prefix_that_is_none(tmp_path, directory, message):
    (tmp_path / "file").write_text("")
    (tmp_path / "empty").mkdir()
    done = run(elfwheel(), "verify", "--prefix", tmp_path / directory, expect=2)
    assert (done.stdout, done.stderr) == ("", f"elfwheel: {tmp_path / directory}: {message}\n")


class MuslRoot:
    """A root with musl's loader and nothing else, and an environment in it."""

    def __init__(self, root):
        self.root = root
        self.prefix = root / "opt/venv"
        (root / "lib").mkdir(parents=True)
        shutil.copy("/lib/ld-musl-x86_64.so.1", root / "lib", follow_symlinks=True)
        self.site = self.prefix / SITE

    def install(self, name, source, *flags):
        file = self.site / "pkg" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        text = self.root / "source.c"
        text.write_text(source)
        run("musl-gcc", "-shared", "-fPIC", text, "-o", file, f"-Wl,-soname,{name}", *flags)
        return file

    def finish(self):
        files = {str(file.relative_to(self.site)): file.read_bytes()
                 for file in self.site.rglob("*.so*")}
        wheel = write_wheel(self.root / "in/pkg-1-py3-none-musllinux_1_2_x86_64.whl", files)
        shutil.unpack_archive(wheel, self.site, "zip")


def test_a_root_of_musl(tmp_path):
    machine = MuslRoot(tmp_path / "root")
    # musl looks along the rpath of whoever loads a file, and for RUNPATH too.
    deep = machine.install("libdeep.so", "int deep(void) { return 1; }\n")
    one = machine.install("libone.so", "int deep(void); int one(void) { return deep(); }\n", deep)
    machine.install("a.so", "int one(void); int PyInit_a(void) { return one(); }\n", one, deep,
                    "-Wl,--no-as-needed,--enable-new-dtags,-rpath,$ORIGIN")
    machine.finish()
    for prefix in ("/opt/venv", machine.prefix):
        assert verify("--sysroot", machine.root, "--prefix", prefix) == []
    deep.unlink()
    told = verify("--sysroot", machine.root, "--prefix", machine.prefix, expect=1)
    assert {each[1:3] for each in told} == {("record", f"{SITE}/pkg/libdeep.so"),
                                            ("needed", f"{SITE}/pkg/libone.so"),
                                            ("needed", f"{SITE}/pkg/a.so")}


def test_a_root_whose_libc_is_too_old(tmp_path, compile_c):
    root = tmp_path / "root"
    library = compile_c(tmp_path / "a.so",
                        "int puts(const char *); int PyInit_a(void) { return puts(\"\"); }\n")
    wheel = write_wheel(tmp_path / "in/pkg-1-py3-none-linux_x86_64.whl",
                        {"pkg/a.so": library.read_bytes()})
    shutil.unpack_archive(wheel, root / "venv" / SITE, "zip")
    script = tmp_path / "map"
    flags = ["-Wl,-soname,libc.so.6", "-nostdlib", f"-Wl,--version-script={script}"]
    for version, told in [("GLIBC_2.2.5", []), ("GLIBC_2.2", [
            ("error", "version", f"{SITE}/pkg/a.so", "needs the version GLIBC_2.2.5 of libc.so.6, "
                                                     "which /lib64/libc.so.6 does not define")])]:
        script.write_text(f"{version} {{ global: puts; }};\n")
        compile_c(root / "lib64/libc.so.6", "int puts(const char *text) { return 0; }\n", *flags)
        assert verify("--sysroot", root, "--prefix", "/venv", expect=len(told)) == told
