"""Zip archives laid out by hand, so that every field can lie. Source: PKWARE APPNOTE.TXT 6.3.10."""

import base64
import hashlib
import struct
import zlib
from dataclasses import dataclass


@dataclass
class Member:
    """One entry; what is None is as it is in truth, and the local header as the directory's."""

    name: str
    data: bytes = b"x = 1\n"
    mode: int = 0o100644
    flags: int = 0
    crc: int | None = None
    size: int | None = None
    packed: bytes | None = None
    packed_size: int | None = None
    local_name: str | None = None
    local_size: int | None = None
    local_method: int | None = None
    extra: bytes = b""
    comment: bytes = b""
    behind: bytes = b""
    at: int | None = None  # shares the local header there

    def fields(self, method: int, size: int) -> bytes:
        crc = zlib.crc32(self.data) if self.crc is None else self.crc
        packed = len(self.packing()) if self.packed_size is None else self.packed_size
        return struct.pack("<HHHHIII", self.flags, method, 0x6000, 0x5a21, crc, packed, size)

    def packing(self) -> bytes:
        if self.packed is not None:
            return self.packed
        return zlib.compress(self.data, 9, -15)

    def local(self) -> bytes:
        name = (self.name if self.local_name is None else self.local_name).encode()
        size = self.declared() if self.local_size is None else self.local_size
        method = 8 if self.local_method is None else self.local_method
        return (struct.pack("<IH", 0x04034b50, 20) + self.fields(method, size) +
                struct.pack("<HH", len(name), 0) + name + self.packing() + self.behind)

    def declared(self) -> int:
        return len(self.data) if self.size is None else self.size

    def listed(self, offset: int) -> bytes:
        name = self.name.encode()
        return (struct.pack("<IHH", 0x02014b50, 3 << 8 | 20, 20) + self.fields(8, self.declared()) +
                struct.pack("<HHHHHII", len(name), len(self.extra), len(self.comment), 0, 0,
                            self.mode << 16, offset) + name + self.extra + self.comment)


def build_zip(members: list[Member], comment: bytes = b"", padding: bytes = b"") -> bytes:
    """`padding` stands between the directory and the end record."""
    archive, directory = b"", b""
    for member in members:
        directory += member.listed(len(archive) if member.at is None else member.at)
        if member.at is None:
            archive += member.local()
    end = struct.pack("<IHHHHIIH", 0x06054b50, 0, 0, len(members), len(members), len(directory),
                      len(archive), len(comment))
    return archive + directory + padding + end + comment


def wheel_members(*lies: Member, name="pkg", version="1",
                  tag="cp311-cp311-linux_x86_64") -> list[Member]:
    """A sound wheel's entries and these, all of them in RECORD with the size that they claim."""
    info = f"{name}-{version}.dist-info"
    members = [
        Member(f"{name}/__init__.py"), *lies,
        Member(f"{info}/WHEEL", b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: false\n"
                                b"Tag: " + tag.encode() + b"\n"),
        Member(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\n"
                                   f"Version: {version}\n".encode())]
    rows = {}
    for member in members:
        digest = base64.urlsafe_b64encode(hashlib.sha256(member.data).digest()).rstrip(b"=")
        rows[member.name] = f"{member.name},sha256={digest.decode()},{member.declared()}\n"
    record = "".join([*rows.values(), f"{info}/RECORD,,\n"]).encode()
    return [*members, Member(f"{info}/RECORD", record)]
