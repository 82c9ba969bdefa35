"""Wheels that break one rule each, made from a sound one."""

import base64
import hashlib
import struct
import zipfile
from pathlib import Path

NAME = "CyFES-2.7-cp311-cp311-linux_x86_64.whl"
DIST_INFO = "CyFES-2.7.dist-info"
LIBRARY = "CyFES-2.7.data/data/cyfes/libcufes.so"


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def with_record(members: dict[str, bytes]) -> dict[str, bytes]:
    """The members with a RECORD that is true of them."""
    rows = []
    for name, data in members.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        rows.append(f"{name},sha256={digest},{len(data)}\n")
    record = f"{DIST_INFO}/RECORD"
    return members | {record: "".join([*rows, f"{record},,\n"]).encode()}


def write(out: Path, members: list[tuple[str, bytes]]) -> Path:
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            entry = zipfile.ZipInfo(name, (2024, 5, 17, 12, 30, 0))
            entry.external_attr = 0o100644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            # zipfile cleans names up; a hostile writer does not.
            entry.filename = name
            archive.writestr(entry, data)
    return out


class BrokenWheels:
    """Each method writes one wheel under its proper file name into its own directory."""

    def __init__(self, sound: Path, directory: Path):
        self.members = contents(sound)
        del self.members[f"{DIST_INFO}/RECORD"]
        self.directory = directory

    def _write(self, members: dict[str, bytes], extra: list[tuple[str, bytes]] = ()) -> Path:
        return write(self._path(), [*members.items(), *extra])

    def _path(self) -> Path:
        self.directory.mkdir(parents=True, exist_ok=True)
        return self.directory / NAME

    def text(self) -> Path:
        self._path().write_text("This is no wheel.\n")
        return self._path()

    def empty(self) -> Path:
        self._path().write_bytes(b"")
        return self._path()

    def without_dist_info(self) -> Path:
        return self._write({name: data for name, data in self.members.items()
                            if not name.startswith(f"{DIST_INFO}/")})

    def with_two_dist_infos(self) -> Path:
        return self._write(with_record(self.members | {"Other-1.dist-info/METADATA": b"Name: O\n"}))

    def with_entry(self, name: str) -> Path:
        return self._write(with_record(self.members | {name: b"evil"}))

    def with_entry_twice(self, name: str) -> Path:
        return self._write(with_record(self.members), [(name, self.members[name])])

    def with_changed_file(self, name: str, data: bytes) -> Path:
        """RECORD has the hash and size of another content."""
        return self._write(with_record(self.members) | {name: data})

    def with_unlisted_file(self, name: str) -> Path:
        return self._write(with_record(self.members) | {name: b"unlisted"})

    def without_listed_file(self, name: str) -> Path:
        members = with_record(self.members)
        del members[name]
        return self._write(members)

    def with_symbolic_link(self, name: str, target: str) -> Path:
        out = self._write(with_record(self.members | {name: target.encode()}))
        data = bytearray(out.read_bytes())
        at = data.rindex(b"PK\x01\x02", 0, data.rindex(name.encode()))
        struct.pack_into("<I", data, at + 38, 0o120777 << 16)
        out.write_bytes(data)
        return out

    def with_missing_library(self, old: bytes, new: bytes) -> Path:
        """libcufes.so needs `new` instead of `old`, a name of the same length that nobody has."""
        assert len(old) == len(new) and old in self.members[LIBRARY]
        library = self.members[LIBRARY].replace(old, new)
        return self._write(with_record(self.members | {LIBRARY: library}))
