"""A wheel on disk, looked at without the program under test: entries, tags, RECORD."""

import base64
import csv
import hashlib
import io
import struct
import zipfile
from pathlib import Path


class WheelFile:
    def __init__(self, path: Path):
        self.path = path
        with zipfile.ZipFile(path) as archive:
            self.entries = {entry.filename: entry for entry in archive.infolist()}
            self.order = [entry.filename for entry in archive.infolist()]
            self.data = {name: archive.read(name) for name in self.entries
                         if not name.endswith("/")}
        assert len(self.order) == len(self.entries), f"{path}: an entry name occurs twice"

    @property
    def dist_info(self) -> str:
        [found] = {name.split("/")[0] for name in self.entries if ".dist-info/" in name}
        return found

    @property
    def tags(self) -> list[str]:
        lines = self.data[f"{self.dist_info}/WHEEL"].decode().splitlines()
        return [line.removeprefix("Tag: ") for line in lines if line.startswith("Tag: ")]

    @property
    def name_tags(self) -> set[str]:
        """The tags of the file name, its compressed sets written out."""
        pythons, abis, platforms = self.path.stem.split("-")[-3:]
        return {f"{python}-{abi}-{platform}" for python in pythons.split(".")
                for abi in abis.split(".") for platform in platforms.split(".")}

    def vendored(self, distribution: str) -> dict[str, bytes]:
        """The files of <distribution>.libs by file name."""
        directory = f"{distribution}.libs/"
        return {name.removeprefix(directory): data for name, data in self.data.items()
                if name.startswith(directory)}

    def compressed(self, name: str) -> tuple[int, bytes]:
        """An entry's method and its bytes as they stand in the file."""
        entry = self.entries[name]
        with open(self.path, "rb") as file:
            file.seek(entry.header_offset)
            header = file.read(30)
            assert header[:4] == b"PK\x03\x04", f"{self.path}: {name}: no local header"
            name_size, extra_size = struct.unpack("<HH", header[26:30])
            file.seek(name_size + extra_size, io.SEEK_CUR)
            return entry.compress_type, file.read(entry.compress_size)

    def record_faults(self) -> list[str]:
        """Everything in which RECORD differs from the archive; empty if it is exact."""
        record = f"{self.dist_info}/RECORD"
        faults, seen = [], set()
        for row in csv.reader(io.StringIO(self.data[record].decode(), newline="")):
            if len(row) != 3:
                faults.append(f"row {row} has not three fields")
                continue
            name, digest, size = row
            if name in seen:
                faults.append(f"{name} is listed twice")
            seen.add(name)
            if name == record:
                if digest or size:
                    faults.append(f"{name} has a hash or size of itself")
                continue
            if name not in self.data:
                faults.append(f"{name} is not in the archive")
                continue
            data = self.data[name]
            actual = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            if digest != f"sha256={actual}":
                faults.append(f"{name} has {digest}, not sha256={actual}")
            if size != str(len(data)):
                faults.append(f"{name} has size {size}, not {len(data)}")
        faults += [f"{name} is not listed" for name in sorted(set(self.data) - seen)]
        return faults


def graft_name(original: Path) -> str:
    """The name under which the file is vendored: the hash goes in at the name's first dot."""
    digest = hashlib.sha256(original.read_bytes()).hexdigest()[:8]
    base, _, rest = original.name.partition(".")
    return f"{base}-{digest}.{rest}"


def rewrite(source: Path, out: Path, change) -> Path:
    """Copies a wheel, each entry's data passed through change(name, data); None drops the entry.
    RECORD is taken as it comes, so that a change can make it lie."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            data = change(entry.filename, old.read(entry))
            if data is not None:
                new.writestr(entry, data)
    return out
