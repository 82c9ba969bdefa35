"""Hostile archives: `show`, `repair` and `verify` refuse each with one line that names the entry.

What each lie is about, field by field, is tested in tests/wheel/archive_hostile_test.cc.
"""

import struct
import zipfile
import zlib

import pytest
from support.checkout import HAS_OWN_RUNTIME, elfwheel, run
from support.raw_zip import Member, build_zip, wheel_members

FIRST = len(wheel_members()[0].local())  # where the second entry begins
NAME = "pkg-1-cp311-cp311-linux_x86_64.whl"
ZEROS = bytes(300 << 20)


def wheel(*lies, **end):
    return lambda: build_zip(wheel_members(*lies), **end)


def extra_field(kind, body):
    return struct.pack("<HH", kind, len(body)) + body


def shared_bytes():
    """pkg/inner.py is what pkg/outer.py's data begins with."""
    inner = Member("pkg/inner.py").local()
    outer = Member("pkg/outer.py", packed=inner, packed_size=len(inner), size=len(inner),
                   data=inner)
    members = wheel_members(outer, Member("pkg/inner.py"))
    at = len(members[0].local()) + 30 + len("pkg/outer.py")
    members[2].at = at
    return build_zip(members)


def cut_zeros():
    """A bomb of 300 MiB in 300 KiB."""
    return build_zip(wheel_members(Member("pkg/zeros", ZEROS)))


def other_directory(**changes):
    """The sound wheel with a ZIP64 end record that says something else."""
    members = wheel_members()
    sound = build_zip(members)
    entries, _, size, offset = struct.unpack("<HHII", sound[-14:-2])
    values = {"entries": entries, "size": size, "offset": offset} | changes
    end = struct.pack("<IQHHIIQQQQ", 0x06064b50, 44, 45, 45, 0, 0, values["entries"],
                      values["entries"], values["size"], values["offset"])
    locator = struct.pack("<IIQI", 0x07064b50, 0, len(sound) - 22, 1)
    return build_zip(members, padding=end + locator)


# What is wrong, and what the program says after "elfwheel: WHEEL: ".
CASES = {
    "way out": (wheel(Member("../evil.py")), "../evil.py: the name leaves the directory"),
    "way out in the middle": (wheel(Member("pkg/../../evil.py")),
                              "pkg/../../evil.py: the name leaves the directory"),
    "absolute": (wheel(Member("/tmp/evil.py")), "/tmp/evil.py: the name is an absolute path"),
    "drive": (wheel(Member("c:evil.py")), "c:evil.py: the name is an absolute path"),
    "backslash": (wheel(Member("..\\evil.py")), "..\\evil.py: the name has a backslash"),
    "twice": (wheel(Member("pkg/a.py"), Member("pkg/a.py", b"y = 2\n")),
              "pkg/a.py: the archive has two entries of this name"),
    "file and directory": (wheel(Member("pkg/a"), Member("pkg/a/b.py")),
                           "pkg/a/b.py: the archive has a file of the name pkg/a too"),
    "link": (wheel(Member("pkg/link", b"/etc/passwd", mode=0o120777)),
             "pkg/link: the entry is a symbolic link: wheels cannot have links"),
    "device": (wheel(Member("pkg/null", mode=0o020666)),
               "pkg/null: the mode 20666 is not that of a file"),
    "encrypted": (wheel(Member("pkg/secret.py", flags=1)), "pkg/secret.py: the entry is encrypted"),
    "shared bytes": (shared_bytes, "pkg/inner.py: the entry overlaps another one"),
    "bomb": (cut_zeros, f"pkg/zeros: {len(Member('', ZEROS).packing())} bytes inflate to "
                        f"{len(ZEROS)}, more than 500 times as much"),
    "other local name": (wheel(Member("pkg/good.py", local_name="pkg/evil.py")),
                         f"pkg/good.py: the local header at {FIRST:#x} calls it pkg/evil.py"),
    "other local size": (wheel(Member("pkg/a.py", local_size=7)),
                         "pkg/a.py: size or CRC-32 differ between the local header and the "
                         "directory"),
    "other local method": (wheel(Member("pkg/a.py", local_method=0)),
                           "pkg/a.py: the compression method is 0 in the local header and 8 in the "
                           "directory"),
    "hidden entry": (wheel(Member("pkg/a.py", behind=Member("pkg/evil.py").local())),
                     "pkg/a.py: an entry follows it that the directory does not list"),
    "other name in an extra field": (
        wheel(Member("pkg/a.py", extra=extra_field(0x7075, b"\1....pkg/evil.py"))),
        "pkg/a.py: an extra field calls it pkg/evil.py"),
    "extra field without end": (wheel(Member("pkg/a.py", extra=struct.pack("<HH", 0x5455, 9))),
                                "pkg/a.py: an extra field ends behind its header"),
    "ZIP64 sizes": (wheel(Member("pkg/a.py", extra=extra_field(1, struct.pack("<QQ", 6, 99)))),
                    "pkg/a.py: the ZIP64 extra field has other sizes than the header"),
    "ZIP64 end with another number": (lambda: other_directory(entries=1),
                                      "the end record and the ZIP64 end record disagree"),
    "ZIP64 end with another place": (lambda: other_directory(offset=0),
                                     "the end record and the ZIP64 end record disagree"),
    "second end in the comment": (wheel(comment=build_zip([Member("pkg/evil.py")])),
                                  "the archive's comment holds a second end record"),
    "bytes behind": (lambda: wheel()() + b"evil",
                     "not a zip archive: there is no end-of-central-directory record at its end"),
}

ELF = b"\x7fELF" + bytes(100)

# What shows only when an entry is read.
CONTENT = {
    "CRC-32": (Member("pkg/a.so", ELF, crc=1),
               f"the content's CRC-32 is {zlib.crc32(ELF):08x}, not the 00000001 that the archive "
               "says"),
    "too long": (Member("pkg/a.so", ELF, size=99),
                 "the content is longer than the 99 bytes that the archive says"),
    "too short": (Member("pkg/a.so", ELF, size=999),
                  "the content has 104 bytes, not the 999 that the archive says"),
    "damaged": (Member("pkg/a.so", ELF, packed=b"\x07\xff\xff\xff"),
                "cannot inflate: Zlib error: data error"),
}


def write(path, data):
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return path


def assert_refused(command, file, message):
    out = file.parent.parent / "out"
    flags = ["-w", out] if command == "repair" else []
    done = run(elfwheel(), command, *flags, file, expect=2)
    assert (done.stdout, done.stderr) == ("", f"elfwheel: {file}: {message}\n")
    assert sorted(file.parent.parent.rglob("*")) == [file.parent, file], "something was left"


@pytest.mark.parametrize("case", CASES)
def test_a_hostile_wheel_is_refused(case, tmp_path):
    make, message = CASES[case]
    file = write(tmp_path / "in" / NAME, make())
    for command in ("show", "repair", "verify"):
        assert_refused(command, file, message)


@pytest.mark.parametrize("case", CONTENT)
def test_content_that_is_not_what_the_archive_says_is_refused(case, tmp_path):
    member, message = CONTENT[case]
    file = write(tmp_path / "in" / NAME, build_zip(wheel_members(member)))
    for command in ("show", "repair", "verify"):
        assert_refused(command, file, f"pkg/a.so: {message}")


def test_the_sound_wheel_is_not(tmp_path):
    file = write(tmp_path / "in" / NAME, wheel()())
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
    run(elfwheel(), "verify", file)


@pytest.mark.parametrize("end", [{"comment": b"built by hand"},
                                 {"padding": b""}])
def test_harmless_oddities_are_not(end, tmp_path):
    times = extra_field(0x5455, b"\1\0\0\0\0")
    file = write(tmp_path / "in" / NAME,
                 build_zip(wheel_members(Member("pkg/a.py", extra=times, comment=b"a comment",
                                                behind=bytes(7))), **end))
    run(elfwheel(), "verify", file)


def test_a_bomb_is_refused_without_being_inflated(tmp_path):
    """40 GiB in one member: neither memory nor time may go by what it claims."""
    member = Member("pkg/zeros", packed=bytes(1000), packed_size=0xffffffff, size=0xffffffff,
                    extra=extra_field(1, struct.pack("<QQ", 40 << 30, 1000)))
    file = write(tmp_path / "in" / NAME, build_zip(wheel_members(member)))
    # Sanitizers reserve more for themselves.
    limit = "ulimit -v 1000000" if HAS_OWN_RUNTIME else "true"
    done = run("sh", "-c", f'{limit} && exec "$@"', "sh", elfwheel(), "verify", file, expect=2)
    assert "pkg/zeros: the entry inflates to 42949672960 bytes, more than 17179869184" in done.stderr
