"""A program in .data/scripts, which pip puts into bin/, finds its libraries wherever that is.

It needs a library that the repair copied in and one that the wheel has in its package. Its entry in the
built wheel has no execute bit, as zip files made by hand or on other systems have none.
"""

import zipfile

import pytest
from conftest import repair
from support.checkout import auditwheel, elfwheel, run
from support.install_places import PLACES, into_environment, into_target
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


@pytest.mark.parametrize("install", PLACES, ids=lambda place: place.__name__)
def test_it_runs(repaired, tmp_path, install):
    assert run(install(repaired, tmp_path, "tool")).stdout == "42\n"


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
    done = run(install(repaired, tmp_path, "tool"), expect=None)
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
