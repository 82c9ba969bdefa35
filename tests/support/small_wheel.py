"""A wheel of a few files."""

import base64
import hashlib
import zipfile
from pathlib import Path

from support.checkout import run


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


def write_wheel_with_outside_library(root: Path) -> tuple[Path, Path]:
    """A wheel whose library pkg/liba.so needs libout.so, and the directory that this is in."""
    outside = root / "outside"
    outside.mkdir(parents=True)
    shared = ["gcc", "-O1", "-shared", "-fPIC"]
    (outside / "out.c").write_text("int out(void) { return 5; }\n")
    run(*shared, outside / "out.c", "-o", outside / "libout.so", "-Wl,-soname,libout.so")
    (root / "a.c").write_text("int out(void); int a(void) { return out(); }\n")
    run(*shared, root / "a.c", "-o", root / "liba.so", f"-L{outside}", "-lout")
    return write_wheel(root / "in/pkg-1-cp311-cp311-linux_x86_64.whl",
                       {"pkg/__init__.py": b"", "pkg/liba.so": (root / "liba.so").read_bytes()}), \
        outside
