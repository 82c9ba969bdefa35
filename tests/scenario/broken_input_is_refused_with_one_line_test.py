"""Hostile and broken input: the program says what is wrong, in one line, and writes nothing."""

import base64
import hashlib

import pytest
from support.broken_wheels import LIBRARY, NAME, BrokenWheels
from support.checkout import ROOT, elfwheel, run
from support.fixture_wheels import build_cuda_fixture
from support.wheel_file import WheelFile

HILLS = "cyfes/hills.py"
HILLS_SOURCE = ROOT / "testdata/wheels/cyfes/package/hills.py"
NO_ZIP = "not a zip archive: there is no end-of-central-directory record at its end"
SCHEMES = "data, headers, platlib, purelib, scripts"

# What is broken, and what the program says after "elfwheel: WHEEL: ".
CASES = {
    "text": (lambda broken: broken.text(), NO_ZIP),
    "empty": (lambda broken: broken.empty(), NO_ZIP),
    "no dist-info": (lambda broken: broken.without_dist_info(),
                     "not a wheel: no .dist-info directory"),
    "two dist-infos": (lambda broken: broken.with_two_dist_infos(),
                       "two .dist-info directories: CyFES-2.7.dist-info and Other-1.dist-info"),
    "entry that leaves the directory": (lambda broken: broken.with_entry("../evil.py"),
                                        "../evil.py: the name leaves the directory"),
    "entry that leaves it later": (lambda broken: broken.with_entry("cyfes/../../evil.py"),
                                   "cyfes/../../evil.py: the name leaves the directory"),
    "absolute entry": (lambda broken: broken.with_entry("/tmp/evil.py"),
                       "/tmp/evil.py: the name is an absolute path"),
    "entry twice": (lambda broken: broken.with_entry_twice(HILLS),
                    "cyfes/hills.py: the archive has two entries of this name"),
    "symbolic link": (lambda broken: broken.with_symbolic_link("cyfes/link", "/etc/passwd"),
                      "cyfes/link: the entry is a symbolic link: wheels cannot have links"),
    "RECORD with another size": (
        lambda broken: broken.with_changed_file(HILLS, b"x = 1\n"),
        f"cyfes/hills.py: RECORD says {HILLS_SOURCE.stat().st_size} bytes, the archive has 6"),
    "file that RECORD lacks": (lambda broken: broken.with_unlisted_file("cyfes/more.py"),
                               "cyfes/more.py: in the archive, but not listed in RECORD"),
    "file that only RECORD has": (lambda broken: broken.without_listed_file(HILLS),
                                  "cyfes/hills.py: listed in RECORD, but not in the archive"),
    "data of an unknown kind": (
        lambda broken: broken.with_entry("CyFES-2.7.data/odd/f"),
        f"CyFES-2.7.data/odd/f: odd is no install scheme key ({SCHEMES})"),
}


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    return build_cuda_fixture("dlopen", tmp_path_factory.mktemp("sound"))


@pytest.fixture
def broken(sound, tmp_path):
    return BrokenWheels(sound.wheel, tmp_path / "in")


def assert_refused(wheel, out, message, exit_code=2):
    done = run(elfwheel(), "repair", "-w", out, wheel, expect=exit_code)
    assert done.stderr == f"elfwheel: {wheel}: {message}\n"
    assert done.stdout == ""
    assert not out.exists() or not list(out.iterdir()), "something was left in the output directory"


def record_hash(data: bytes) -> str:
    digest = hashlib.sha256(data).digest()
    return "sha256=" + base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def flipped(data: bytes) -> bytes:
    """The same with its last byte changed."""
    return data[:-1] + bytes([data[-1] ^ 1])


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("case", CASES)
def test_a_broken_wheel_is_not_repaired(case, broken, tmp_path):
    make, message = CASES[case]
    assert_refused(make(broken), tmp_path / "out", message)
    assert not (tmp_path / "evil.py").exists()


@pytest.mark.parametrize("name", [LIBRARY, HILLS], ids=["library", "source"])
def test_a_file_that_record_lies_about_is_not_repaired(broken, name, tmp_path):
    content = broken.members[name]
    assert_refused(
        broken.with_changed_file(name, flipped(content)), tmp_path / "out",
        f"{name}: RECORD says {record_hash(content)}, "
        f"the content has {record_hash(flipped(content))}")


def test_verify_finds_the_file_that_record_lies_about(broken):
    content = broken.members[HILLS]
    wheel = broken.with_changed_file(HILLS, flipped(content))
    said = run(elfwheel(), "verify", wheel, expect=1).stdout.splitlines()
    assert said[0] == (f"{wheel}: cyfes/hills.py: RECORD says {record_hash(content)}, "
                       f"the content has {record_hash(flipped(content))} (pack the wheel anew)")


def test_a_library_that_cannot_be_found_is_named_with_every_directory(tmp_path):
    # The form built without nvcc has the same name in it on every machine.
    fixture = build_cuda_fixture("dlopen", tmp_path / "sound", nvcc=False)
    broken = BrokenWheels(fixture.wheel, tmp_path / "in")
    wheel = broken.with_missing_library(b"libcudart.so.13", b"libnowhere.so.9")
    directories = [str(fixture.toolkit), "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu",
                   "/lib", "/usr/lib"]
    assert_refused(wheel, tmp_path / "out",
                   f"libnowhere.so.9, needed by {LIBRARY}, cannot be found: searched "
                   f"{', '.join(directories)}", exit_code=1)


def test_a_wheel_that_is_not_there(tmp_path):
    assert_refused(tmp_path / NAME, tmp_path / "out", "cannot open: No such file or directory")


def test_a_wheel_under_another_name(sound, tmp_path):
    wheel = tmp_path / "cyfes.zip"
    wheel.write_bytes(sound.wheel.read_bytes())
    assert_refused(wheel, tmp_path / "out", "not a wheel's file name: expected "
                   "DISTRIBUTION-VERSION[-BUILD]-PYTHON-ABI-PLATFORM.whl")


def test_an_output_directory_that_is_a_file(sound, tmp_path):
    out = tmp_path / "out"
    out.write_text("precious\n")
    done = run(elfwheel(), "repair", "-w", out, sound.wheel, expect=2)
    assert done.stderr == \
        f"elfwheel: {sound.wheel}: cannot create a file in {out}: Not a directory\n"
    assert out.read_text() == "precious\n"


def test_a_broken_wheel_does_not_keep_others_from_being_repaired(sound, broken, tmp_path):
    text = broken.text()
    done = run(elfwheel(), "repair", "-w", tmp_path / "out", text, sound.wheel, expect=2)
    assert f"elfwheel: {text}: {NO_ZIP}" in done.stderr.splitlines()
    [repaired] = (tmp_path / "out").iterdir()
    assert WheelFile(repaired).record_faults() == []


@pytest.mark.parametrize("command", [["inspect"], ["lddtree"], ["print-rpath"],
                                     ["set-rpath", "$ORIGIN"], ["add-rpath", "$ORIGIN"],
                                     ["remove-rpath"]])
def test_a_text_is_no_elf_file(command, tmp_path):
    text = tmp_path / "libtext.so"
    text.write_text("INPUT(libreal.so)\n")
    done = run(elfwheel(), *command, text, expect=2)
    assert done.stderr == f"elfwheel: {text}: not an ELF file\n"
    assert text.read_text() == "INPUT(libreal.so)\n"
    assert list(tmp_path.iterdir()) == [text]


def test_each_of_several_files_is_tried(tmp_path):
    missing = tmp_path / "missing.so"
    done = run(elfwheel(), "print-rpath", missing, "/bin/true", expect=2)
    assert done.stdout == "/bin/true: \n"
    assert done.stderr == f"elfwheel: {missing}: cannot open: No such file or directory\n"
