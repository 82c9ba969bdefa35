"""File name, WHEEL and library directory that both tools give to wheels of all kinds of names."""

import zipfile

import pytest
from support.checkout import auditwheel, elfwheel, run
from support.small_wheel import write_wheel
from support.wheel_file import WheelFile

EXTENSION = "m.cpython-311-x86_64-linux-gnu.so"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """An extension and the directory of the library that it needs."""
    scratch = tmp_path_factory.mktemp("built")
    (scratch / "f.c").write_text("int f(void) { return 7; }\n")
    (scratch / "m.c").write_text("int f(void); int PyInit_m(void) { return f(); }\n")
    run("gcc", "-shared", "-fPIC", scratch / "f.c", "-o", scratch / "libf.so", "-Wl,-soname,libf.so")
    run("gcc", "-shared", "-fPIC", scratch / "m.c", "-o", scratch / EXTENSION, scratch / "libf.so")
    return (scratch / EXTENSION).read_bytes(), scratch


def facts(out):
    [repaired] = out.iterdir()
    wheel = WheelFile(repaired)
    [libraries] = {name.split("/")[0] for name in wheel.data if name.split("/")[0].endswith(".libs")}
    purelib = [line for line in wheel.data[f"{wheel.dist_info}/WHEEL"].decode().splitlines()
               if line.lower().startswith("root-is-purelib")]
    return {"name": repaired.name, "tags": wheel.tags, "libraries": libraries,
            "purelib": [line.lower() for line in purelib],
            "signatures": [name for name in wheel.data if name.endswith(".jws")]}


def compare(wheel, outside, tmp_path, *flags):
    words = ["repair", *flags, "--ldpaths", outside, "-w"]
    run(elfwheel(), *words, tmp_path / "ours", wheel)
    auditwheel("tools", *words, tmp_path / "theirs", wheel)
    ours, theirs = facts(tmp_path / "ours"), facts(tmp_path / "theirs")
    assert ours == theirs
    return ours


def with_build_number(path, number):
    """The same wheel under a name that has a build number."""
    parts = path.stem.split("-")
    return path.rename(path.with_name("-".join([*parts[:2], number, *parts[2:]]) + ".whl"))


@pytest.mark.parametrize("stem", [
    "pkg-1-cp311-cp311-linux_x86_64", "My_Pkg.x-1-cp39-abi3-linux_x86_64",
    "pkg-1.0+local.1-cp311-cp311-linux_x86_64", "pkg-1-py2.py3-none-linux_x86_64",
    "pkg-1-py3-none-any", "pkg-1-cp311-cp311-linux_x86_64.manylinux2014_x86_64",
    "pkg-1-cp310.cp311-cp310.cp311-linux_x86_64"])
def test_names_and_tags(built, tmp_path, stem):
    extension, outside = built
    wheel = write_wheel(tmp_path / f"in/{stem}.whl", {f"pkg/{EXTENSION}": extension})
    if "." in stem.split("-", 2)[2]:
        # WHEEL has the sets written out.
        written = "".join(f"Tag: {tag}\n" for tag in sorted(WheelFile(wheel).name_tags))
        wheel = rewrite_wheel_file(wheel, tmp_path, written)
    compare(wheel, outside, tmp_path)


def rewrite_wheel_file(wheel, tmp_path, tags):
    files = {name: data for name, data in WheelFile(wheel).data.items()
             if ".dist-info/" not in name}
    return write_wheel(tmp_path / "again" / wheel.name, files, tags=tags)


def test_a_build_number_stays(built, tmp_path):
    extension, outside = built
    wheel = write_wheel(tmp_path / "in/pkg-1-cp311-cp311-linux_x86_64.whl",
                        {f"pkg/{EXTENSION}": extension})
    found = compare(with_build_number(wheel, "2abc"), outside, tmp_path)
    assert found["name"].startswith("pkg-1-2abc-cp311-cp311-manylinux")


def test_signatures_go(built, tmp_path):
    extension, outside = built
    wheel = write_wheel(tmp_path / "in/pkg-1-cp311-cp311-linux_x86_64.whl",
                        {f"pkg/{EXTENSION}": extension})
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("pkg-1.dist-info/RECORD.jws", b"{}")
    assert compare(wheel, outside, tmp_path)["signatures"] == []


@pytest.mark.parametrize("flags", [
    ("--plat", "manylinux_2_17_x86_64"), ("--plat", "manylinux_2_17_x86_64", "--only-plat"),
    ("--plat", "manylinux2014_x86_64", "--only-plat"),
    ("--no-update-tags",), ("-L", "_vendored.libs"), ("--exclude", "libnothing*")])
def test_flags(built, tmp_path, flags):
    extension, outside = built
    wheel = write_wheel(tmp_path / "in/pkg-1-cp311-cp311-linux_x86_64.whl",
                        {f"pkg/{EXTENSION}": extension})
    compare(wheel, outside, tmp_path, *flags)
