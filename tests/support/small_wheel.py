"""A wheel of a few files."""

import base64
import hashlib
import zipfile
from pathlib import Path


def write_wheel(path: Path, files: dict[str, bytes], requires: tuple[str, ...] = (),
                tags: str = "", modes: dict[str, int] | None = None) -> Path:
    """A wheel of these files, with WHEEL, METADATA and RECORD that fit `path`'s name. `tags`: the Tag
    lines of WHEEL, where the name has compressed sets. `modes`: of files that are not 0600, as
    zipfile has it."""
    distribution, version, python, abi, platform = path.stem.split("-")
    info = f"{distribution}-{version}.dist-info"
    pure = str(platform == "any").lower()
    members = files | {
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: {pure}\n"
                         f"{tags or f'Tag: {python}-{abi}-{platform}{chr(10)}'}".encode(),
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {distribution}\n"
                            f"Version: {version}\n".encode() +
                            "".join(f"Requires-Dist: {name}\n" for name in requires).encode(),
    }
    rows = []
    for name, data in members.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        rows.append(f"{name},sha256={digest},{len(data)}\n")
    members[f"{info}/RECORD"] = "".join([*rows, f"{info}/RECORD,,\n"]).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            entry = zipfile.ZipInfo(name, (2024, 5, 17, 12, 30, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o100000 | (modes or {}).get(name, 0o600)) << 16
            archive.writestr(entry, data)
    return path
