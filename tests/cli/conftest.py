"""What the tests of single commands share: small libraries and small wheels."""

import base64
import hashlib
import sys
import zipfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support.checkout import run  # noqa: E402


@pytest.fixture
def compile_c(tmp_path):
    """compile_c(out, source, *flags) makes a library of `out` *.so*, a program of anything else."""

    def compile_(out: Path, source: str, *flags) -> Path:
        out.parent.mkdir(parents=True, exist_ok=True)
        file = tmp_path / "source.c"
        file.write_text(source)
        kind = ["-shared", "-fPIC"] if ".so" in out.name else []
        run("gcc", "-O1", *kind, file, "-o", out, *flags)
        return out

    return compile_


def write_wheel(path: Path, files: dict[str, bytes]) -> Path:
    """A wheel of these files, with WHEEL, METADATA and RECORD that fit `path`'s name."""
    distribution, version, python, abi, platform = path.stem.split("-")
    info = f"{distribution}-{version}.dist-info"
    pure = str(platform == "any").lower()
    members = files | {
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: {pure}\n"
                         f"Tag: {python}-{abi}-{platform}\n".encode(),
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {distribution}\n"
                            f"Version: {version}\n".encode(),
    }
    rows = []
    for name, data in members.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        rows.append(f"{name},sha256={digest},{len(data)}\n")
    members[f"{info}/RECORD"] = "".join([*rows, f"{info}/RECORD,,\n"]).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


@pytest.fixture
def small_wheel(compile_c, tmp_path):
    """A wheel whose library pkg/liba.so needs libout.so, which is built into `outside`."""
    outside = tmp_path / "outside"
    compile_c(outside / "libout.so", "int out(void) { return 5; }\n", "-Wl,-soname,libout.so")
    library = compile_c(tmp_path / "liba.so", "int out(void); int a(void) { return out(); }\n",
                        f"-L{outside}", "-lout")
    return write_wheel(tmp_path / "in/pkg-1-cp311-cp311-linux_x86_64.whl",
                       {"pkg/__init__.py": b"", "pkg/liba.so": library.read_bytes()}), outside


@pytest.fixture
def pure_wheel(tmp_path):
    return write_wheel(tmp_path / "in/pure-1-py3-none-any.whl", {"pure.py": b""})
