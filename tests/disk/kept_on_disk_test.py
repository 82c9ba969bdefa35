"""What stays as it was when a file is replaced or written to, which outputs are not replaced at
all, and what happens where a file cannot be replaced or written.
"""

import os
import shutil
import stat
import struct
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from fault_injection import EDIT, SANITIZED, snapshot, strace
from support.checkout import elfwheel, environment, run

RPATH = "$ORIGIN/../" + "a-long-name/" * 12
ROOT = os.geteuid() == 0
# The tests of the full disk and of mounts need a mount; a user can make one in a namespace.
UNSHARE = ["unshare", "--mount"] if ROOT else ["unshare", "--map-root-user", "--mount"]


@pytest.fixture
def library(plain_library, tmp_path):
    file = tmp_path / "work/liba.so"
    file.parent.mkdir()
    file.write_bytes(plain_library)
    file.chmod(0o755)
    return file


@pytest.fixture
def open_directory():
    """A directory that every user can reach, with copies of the programs."""
    with tempfile.TemporaryDirectory(prefix="elfwheel-") as name:
        directory = Path(name)
        directory.chmod(0o755)
        shutil.copy(EDIT, directory / "edit")
        (directory / "work").mkdir()
        yield directory
        (directory / "work").chmod(0o755)


def as_nobody(*command) -> subprocess.CompletedProcess:
    user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if ROOT else []
    return subprocess.run([*user, *map(str, command)], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, env=environment())


def edit(input, output=None, *options, rpath=RPATH):
    return [EDIT, rpath, input, output or input, *options]


def expect_edited(file, rpath=RPATH):
    assert run(elfwheel(), "print-rpath", file).stdout == rpath + "\n"


def expect_refused(done, message: str):
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"edit: {message}\n")


def access_list(*entries) -> bytes:
    """A POSIX access control list as its extended attribute has it: (tag, permissions, id)."""
    return struct.pack("<I", 2) + b"".join(
        struct.pack("<HHI", tag, permissions, number) for tag, permissions, number in entries)


NOBODY_MAY_READ = access_list((1, 7, 0xffffffff), (2, 4, 65534), (4, 5, 0xffffffff),
                              (16, 5, 0xffffffff), (32, 1, 0xffffffff))
# cap_net_raw=ep, version 2
CAPABILITY = struct.pack("<IIIII", 0x02000001, 1 << 13, 0, 0, 0)


@pytest.mark.parametrize("option", ["", "in-place"], ids=["replaced", "in-place"])
def test_mode_owner_and_attributes_stay(library, option):
    os.setxattr(library, "user.origin", b"here")
    os.setxattr(library, "system.posix_acl_access", NOBODY_MAY_READ)
    if ROOT:
        os.chown(library, 12345, 54321)
        library.chmod(0o6751)
        os.setxattr(library, "security.capability", CAPABILITY)
    before = snapshot(library.parent)["liba.so"]
    assert len(before[4]) == (3 if ROOT else 2)
    run(*edit(library, None, *filter(None, [option])))
    after = snapshot(library.parent)["liba.so"]
    assert after[1:] == before[1:] and after[0] != before[0]


def test_the_directorys_default_access_list_is_not_given_to_an_old_file(library):
    os.setxattr(library.parent, "system.posix_acl_default", NOBODY_MAY_READ)
    run(*edit(library))
    assert os.listxattr(library) == [] and stat.S_IMODE(library.stat().st_mode) == 0o755
    run(*edit(library, library.parent / "new.so"))
    assert "system.posix_acl_access" in os.listxattr(library.parent / "new.so")


def test_new_output_gets_the_inputs_mode_as_the_umask_allows(library):
    library.chmod(0o4777)
    old = os.umask(0o027)
    try:
        run(*edit(library, library.parent / "new.so"))
    finally:
        os.umask(old)
    assert stat.S_IMODE((library.parent / "new.so").stat().st_mode) == 0o750


def test_symlink_stays_and_its_target_is_replaced(library):
    link = library.parent / "elsewhere/link.so"
    link.parent.mkdir()
    link.symlink_to("../liba.so")
    run(*edit(link))
    assert os.readlink(link) == "../liba.so" and not library.is_symlink()
    expect_edited(library)
    assert len(list(link.parent.iterdir())) == 1


def test_hard_linked_twin_keeps_the_old_content(library, plain_library):
    twin = library.parent / "twin.so"
    os.link(library, twin)
    run(*edit(library))
    assert twin.read_bytes() == plain_library
    expect_edited(library)


@pytest.mark.parametrize("make_link", [os.link, os.symlink])
def test_output_is_the_input_by_another_name(library, make_link):
    other = library.parent / "other.so"
    make_link(library, other)
    run(*edit(library, other))
    expect_edited(other)
    before = other.stat()
    assert run(*edit(other, other)).stdout == "unchanged\n"
    assert (other.stat().st_ino, other.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_holes_stay(library):
    with open(library, "ab") as file:
        file.truncate(64 << 20)
        file.seek(0, os.SEEK_END)
        file.write(b"payload")
    assert library.stat().st_blocks * 512 < 1 << 20
    run(*edit(library))
    assert library.stat().st_size > 64 << 20
    assert library.stat().st_blocks * 512 < 1 << 20
    with open(library, "rb") as file:
        file.seek(-7, os.SEEK_END)
        assert file.read() == b"payload"
    run(*edit(library, library.parent / "new.so"))
    assert (library.parent / "new.so").stat().st_blocks * 512 < 1 << 20


@pytest.mark.parametrize("option", ["", "in-place"], ids=["replaced", "in-place"])
def test_memory_does_not_grow_with_the_file(tmp_path, option):
    (tmp_path / "data").write_bytes(os.urandom(1 << 20) * 64)
    source = tmp_path / "large.s"
    source.write_text(f'.section .rodata\n.incbin "{tmp_path}/data"\n')
    library = tmp_path / "liblarge.so"
    run("gcc", "-shared", source, "-o", library)
    # A small process starts it, for what starts a program counts towards its peak.
    program = ("import os, sys\n"
               "child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)\n"
               "_, status, usage = os.wait4(child, 0)\n"
               "print(usage.ru_maxrss)\n"
               "sys.exit(status != 0)")
    done = run(sys.executable, "-I", "-S", "-c", program,
               *edit(library, None, *filter(None, [option])))
    outcome, peak = done.stdout.split()
    assert outcome == "changed"
    if not SANITIZED:  # which takes memory of its own
        assert int(peak) < 20 << 10, f"{peak} KB"


def test_running_program_is_replaced_but_not_written_to(tmp_path):
    program = tmp_path / "sleep"
    shutil.copy("/bin/sleep", program)
    with subprocess.Popen([program, "60"]) as running:
        try:
            expect_refused(run(*edit(program, None, "in-place"), expect=None),
                           "a program cannot be written to while it runs: leave out --in-place, "
                           "and it is replaced")
            run(*edit(program))
        finally:
            running.kill()
    expect_edited(program)
    run(program, "0")


def test_read_only_file(open_directory, plain_library):
    target = open_directory / "work/liba.so"
    for who in (lambda *words: run(*words, expect=None), as_nobody):
        target.write_bytes(plain_library)
        target.chmod(0o444)
        if ROOT:
            os.chown(target, 65534, 65534)
            os.chown(target.parent, 65534, 65534)
        before = target.stat()
        done = who(open_directory / "edit", RPATH, target, target)
        assert (done.returncode, done.stdout, done.stderr) == (0, "changed\n", "")
        after = target.stat()
        assert (after.st_mode, after.st_uid, after.st_gid) == (
            before.st_mode, before.st_uid, before.st_gid)
        expect_edited(target)
        target.unlink()


def test_inputs_that_cannot_be_read(open_directory, plain_library):
    work = open_directory / "work"
    closed = work / "closed.so"
    closed.write_bytes(plain_library)
    closed.chmod(0)
    os.mkfifo(work / "fifo")
    for file, message in [(work / "none", "cannot open: No such file or directory"),
                          (closed / "below", "cannot open: Not a directory"),
                          (work, "cannot open: Is a directory"),
                          (work / "fifo", "cannot open: not a regular file"),
                          (Path("/dev/null"), "cannot open: not a regular file"),
                          (closed, "cannot open: Permission denied")]:
        expect_refused(as_nobody(open_directory / "edit", RPATH, file, file), message)
    assert sorted(file.name for file in work.iterdir()) == ["closed.so", "fifo"]


def test_output_that_is_a_directory_or_lies_nowhere(library):
    directory = library.parent
    expect_refused(run(*edit(library, directory), expect=None),
                   f"{directory}: cannot write: Is a directory")
    expect_refused(run(*edit(library, f"{directory}/new/"), expect=None),
                   f"{directory}/new/: cannot create a file in {directory}/new: "
                   "No such file or directory")
    expect_refused(run(*edit(library, directory / "none/new.so"), expect=None),
                   f"{directory}/none/new.so: cannot create a file in {directory}/none: "
                   "No such file or directory")


def edited(library) -> bytes:
    copy = library.parent / "copy.so"
    run(*edit(library, copy))
    content = copy.read_bytes()
    copy.unlink()
    return content


def test_devices_are_written_to(library):
    expect_refused(run(*edit(library, "/dev/full"), expect=None),
                   "/dev/full: cannot write: No space left on device")
    run(*edit(library, "/dev/null"))
    for device in ("/dev/full", "/dev/null"):
        assert stat.S_ISCHR(os.stat(device).st_mode)


def test_fifo_is_written_to(library):
    fifo = library.parent / "fifo"
    os.mkfifo(fifo)
    wanted, got = edited(library), []
    reader = threading.Thread(target=lambda: got.append(fifo.read_bytes()))
    reader.start()
    run(*edit(library, fifo))
    reader.join()
    assert got == [wanted] and stat.S_ISFIFO(fifo.stat().st_mode)


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_standard_output_continues_where_it_stands(library, name):
    wanted, file = edited(library), library.parent / "out"
    with open(file, "wb", buffering=0) as out:
        out.write(b"before ")
        subprocess.run(edit(library, name)[:4], stdout=out, check=True, env=environment())
        out.seek(0, os.SEEK_END)
    assert file.read_bytes() == b"before " + wanted + b"changed\n"


def test_output_larger_than_a_buffer_is_whole(library):
    with open(library, "ab") as file:
        file.write(os.urandom(3 << 20))
    wanted = edited(library)
    done = subprocess.run(edit(library, "/dev/stdout"), stdout=subprocess.PIPE, check=True,
                          env=environment())
    assert done.stdout == wanted + b"changed\n"


class TestFallBack:
    """The directory takes no new file, or the file's owner could not stay."""

    @pytest.fixture
    def target(self, open_directory, plain_library):
        target = open_directory / "work/liba.so"
        target.write_bytes(plain_library)
        target.chmod(0o666)
        self.edit = open_directory / "edit"
        yield target

    def expect_in_place(self, target, inode, *command):
        done = as_nobody(*command)
        assert (done.returncode, done.stdout, done.stderr) == (0, "changed, in place\n", "")
        assert target.stat().st_ino == inode and stat.S_IMODE(target.stat().st_mode) == 0o666
        expect_edited(target)
        assert [file.name for file in target.parent.iterdir() if file.name[0] == "."] == []

    def test_read_only_directory(self, target):
        target.parent.chmod(0o555)
        self.expect_in_place(target, target.stat().st_ino, self.edit, RPATH, target, target)

    def test_read_only_directory_of_another_output(self, target, open_directory, plain_library):
        source = open_directory / "source.so"
        source.write_bytes(plain_library)
        target.write_bytes(b"x" * 1_000_000)
        target.parent.chmod(0o555)
        self.expect_in_place(target, target.stat().st_ino, self.edit, RPATH, source, target)
        assert target.stat().st_size < 100_000

    def test_file_that_cannot_be_written_either(self, target, plain_library):
        target.chmod(0o444)
        target.parent.chmod(0o555)
        expect_refused(as_nobody(self.edit, RPATH, target, target),
                       f"cannot create a file in {target.parent}: Permission denied")
        assert target.read_bytes() == plain_library

    @pytest.mark.skipif(not ROOT, reason="needs files of two users")
    def test_file_of_another_user(self, target):
        target.parent.chmod(0o777)
        self.expect_in_place(target, target.stat().st_ino, self.edit, RPATH, target, target)
        assert target.stat().st_uid == 0

    @pytest.mark.skipif(not ROOT, reason="needs files of two users")
    def test_file_of_another_user_that_cannot_be_written(self, target, plain_library):
        target.parent.chmod(0o777)
        target.chmod(0o644)
        expect_refused(as_nobody(self.edit, RPATH, target, target),
                       "cannot keep the file's owner: Operation not permitted")
        assert target.read_bytes() == plain_library
        assert [file.name for file in target.parent.iterdir()] == ["liba.so"]

    def test_mount_point(self, target, plain_library):
        """A container's file that is mounted from outside cannot be renamed over."""
        outside = target.parent / "outside.so"
        outside.write_bytes(plain_library)
        done = subprocess.run(
            [*UNSHARE, "sh", "-ec", 'mount --bind "$1" "$2"; "$3" "$4" "$2" "$2"', "sh",
             outside, target, self.edit, RPATH], capture_output=True, text=True, env=environment())
        assert (done.returncode, done.stdout, done.stderr) == (0, "changed, in place\n", "")
        expect_edited(outside)
        assert target.read_bytes() == plain_library
        assert sorted(file.name for file in target.parent.iterdir()) == ["liba.so", "outside.so"]


@pytest.mark.parametrize("room", [0, 1, 4, 8, 24])
@pytest.mark.parametrize("option", ["", "in-place"], ids=["replaced", "in-place"])
def test_full_disk(library, plain_library, room, option):
    """`room` free pages: the result takes six, an edit in place two more than there are."""
    long = "$ORIGIN/../" + "a-long-name/" * 600
    mount = library.parent / "full"
    mount.mkdir()
    script = '''
        mount -t tmpfs -o size=1m,nr_inodes=64 none "$1"
        cp "$2" "$1/liba.so"
        head -c 1m /dev/zero >"$1/filler" 2>"$2.log" || :
        truncate -s -"$4" "$1/filler"
        "$3" "$5" "$1/liba.so" "$1/liba.so" $6 || echo "exit $?"
        ls -A "$1"
        cp "$1/liba.so" "$2.result"'''
    done = subprocess.run([*UNSHARE, "sh", "-ec", script, "sh", mount, library, EDIT,
                           str(room * 4096), long, option],
                          capture_output=True, text=True, env=environment())
    assert done.returncode == 0, done.stderr
    enough = room >= (2 if option else 6)
    if enough:
        assert (done.stdout, done.stderr) == ("changed\nfiller\nliba.so\n", "")
        expect_edited(f"{library}.result", long)
    else:
        assert (done.stdout, done.stderr) == ("exit 2\nfiller\nliba.so\n",
                                              "edit: cannot write: No space left on device\n")
        assert Path(f"{library}.result").read_bytes() == plain_library


def test_quota_that_is_used_up(library, plain_library):
    """No quota here: strace lets the calls fail as the kernel would."""
    done = strace(edit(library), ["-o", "/dev/null", "-e", "trace=copy_file_range,pwrite64", "-e",
                                  "inject=copy_file_range,pwrite64:error=EDQUOT"])
    expect_refused(done, "cannot write: Disk quota exceeded")
    assert library.read_bytes() == plain_library
    assert [file.name for file in library.parent.iterdir()] == ["liba.so"]


def test_directory_that_cannot_be_flushed(library):
    done = strace(edit(library), ["-o", "/dev/null", "-e", "trace=fsync", "-e",
                                  "inject=fsync:error=EIO:when=2"])
    expect_refused(done, "the new file is in place, but its directory cannot be flushed: "
                         "Input/output error")
    expect_edited(library)


def test_in_place_takes_no_other_output(library):
    expect_refused(run(*edit(library, library.parent / "new.so", "in-place"), expect=None),
                   "a file that is edited in place has no other output")
