"""A program in .data/scripts, which pip puts into bin/, finds its libraries wherever that is.

It needs a library that the repair copied in and one that the wheel has in its package. Its entry in the
built wheel has no execute bit, as zip files made by hand or on other systems have none.
"""

import zipfile

import pytest
from conftest import repair
from support.checkout import TOOLS_PYTHON, auditwheel, elfwheel, run
from support.small_wheel import write_wheel

PROGRAM = "pkg-1.data/scripts/tool"


def compile_c(out, source, *flags):
    out.parent.mkdir(parents=True, exist_ok=True)
    file = out.with_suffix(".c")
    file.write_text(source)
    run("gcc", "-O1", file, "-o", out, *flags)
    return out


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The wheel as it is built, and the directory of the library outside."""
    root = tmp_path_factory.mktemp("built")
    shared = ["-shared", "-fPIC"]
    compile_c(root / "outside/libout.so", "int out(void) { return 5; }\n", *shared,
              "-Wl,-soname,libout.so")
    own = compile_c(root / "libown.so", "int own(void) { return 37; }\n", *shared,
                    "-Wl,-soname,libown.so")
    tool = compile_c(root / "tool", "#include <stdio.h>\nint out(void), own(void);\n"
                     'int main(void) { printf("%d\\n", out() + own()); }\n',
                     f"-L{root}/outside", "-lout", f"-L{root}", "-lown")
    wheel = write_wheel(root / "in/pkg-1-cp311-cp311-linux_x86_64.whl",
                        {"pkg/libown.so": own.read_bytes(), PROGRAM: tool.read_bytes()})
    return wheel, root / "outside"


@pytest.fixture(scope="module")
def repaired(built, tmp_path_factory):
    wheel, outside = built
    repaired = repair(wheel, tmp_path_factory.mktemp("repaired") / "out",
                      LD_LIBRARY_PATH=str(outside))
    run(elfwheel(), "verify", repaired)
    return repaired


def pip(*words, **variables):
    run(TOOLS_PYTHON, "-I", "-m", "pip", "--disable-pip-version-check", *words, "--no-index",
        "--no-deps", "--quiet", PIP_ROOT_USER_ACTION="ignore", **variables)


def environment(directory, *flags):
    run(TOOLS_PYTHON, "-I", "-m", "venv", "--without-pip", *flags, directory)
    return directory


def into_environment(wheel, root):
    pip("--python", environment(root / "env") / "bin/python", "install", wheel)
    return root / "env/bin/tool"


def into_environment_that_moves(wheel, root):
    into_environment(wheel, root)
    (root / "elsewhere/deep").mkdir(parents=True)
    (root / "env").rename(root / "elsewhere/deep/env")
    return root / "elsewhere/deep/env/bin/tool"


# As pipx and `uv tool install` make one.
def through_a_link(wheel, root):
    (root / "link").symlink_to(into_environment(wheel, root))
    return root / "link"


def into_user_directory(wheel, root):
    """With --user, which only an environment that sees its Python's packages allows."""
    python = environment(root / "env", "--system-site-packages") / "bin/python"
    # -I leaves PYTHONUSERBASE out.
    run(python, "-c", "import site; assert site.ENABLE_USER_SITE", PYTHONUSERBASE=str(root / "user"))
    run(TOOLS_PYTHON, "-m", "pip", "--disable-pip-version-check", "--python", python, "install",
        "--user", "--ignore-installed", "--no-index", "--no-deps", "--quiet", wheel,
        PYTHONUSERBASE=str(root / "user"), PIP_ROOT_USER_ACTION="ignore")
    return root / "user/bin/tool"


def into_target(wheel, root):
    pip("install", "--target", root / "target", wheel)
    return root / "target/bin/tool"


def into_prefix(wheel, root):
    pip("install", "--prefix", root / "prefix", wheel)
    [tool] = (root / "prefix").rglob("tool")  # local/bin by Debian's own Python
    return tool


PLACES = [into_environment, into_environment_that_moves, through_a_link, into_user_directory,
          into_target, into_prefix]


@pytest.mark.parametrize("install", PLACES, ids=lambda place: place.__name__)
def test_it_runs(repaired, tmp_path, install):
    tool = install(repaired, tmp_path)
    assert run(tool).stdout == "42\n"


def test_it_is_made_executable(built, repaired):
    def mode(wheel):
        return zipfile.ZipFile(wheel).getinfo(PROGRAM).external_attr >> 16

    assert not mode(built[0]) & 0o111
    assert mode(repaired) == 0o100755


# What the documents say of the other way: a Python script that looks for the program in the
# interpreter's own site-packages.
@pytest.mark.parametrize("install, runs", [(into_environment, True), (into_target, False)],
                         ids=["into_environment", "into_target"])
def test_the_script_that_auditwheel_puts_in_its_place(compile_to_one_library, tmp_path, install,
                                                      runs):
    wheel, outside = compile_to_one_library
    out = tmp_path / "auditwheel"
    auditwheel("tools", "repair", "-w", out, wheel, LD_LIBRARY_PATH=str(outside))
    [repaired] = out.iterdir()
    done = run(install(repaired, tmp_path), expect=None)
    assert (done.returncode == 0) == runs, done.stderr


@pytest.fixture
def compile_to_one_library(built, tmp_path):
    """The program with the library outside alone, executable: what auditwheel can do."""
    _, outside = built
    tool = compile_c(tmp_path / "tool", "int out(void);\nint main(void) { return out() - 5; }\n",
                     f"-L{outside}", "-lout")
    wheel = write_wheel(tmp_path / "in/pkg-1-cp311-cp311-linux_x86_64.whl",
                        {"pkg/__init__.py": b"", PROGRAM: tool.read_bytes()})
    # The same with an execute bit.
    source = zipfile.ZipFile(wheel)
    executable = tmp_path / "executable" / wheel.name
    executable.parent.mkdir()
    with zipfile.ZipFile(executable, "w") as archive:
        for info in source.infolist():
            info.external_attr = (0o100755 if info.filename == PROGRAM else 0o100644) << 16
            archive.writestr(info, source.read(info.filename))
    return executable, outside
