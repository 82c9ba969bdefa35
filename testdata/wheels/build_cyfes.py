#!/usr/bin/env python3
"""Builds the CUDA fixture: the wheel of the small package CyFES, as its build machine leaves it.

The wheel holds an extension in the package and CyFES-2.7.data/data/cyfes/libcufes.so, which needs
libcudart and libgomp and finds the former by the toolkit's absolute directory. Such a wheel works
on its build machine alone. With nvcc the library has a real kernel; without, g++ compiles the same
source against the CUDA runtime that tools/setup took from PyPI.

Compiled files are kept under ${ELFWHEEL_CACHE:-build}/fixtures, named by a hash of their inputs.
Packing has no clock in it: the same files give the same bytes.
"""

import argparse
import base64
import fcntl
import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

SOURCES = Path(__file__).resolve().parent / "cyfes"
ROOT = SOURCES.parents[2]
NAME, VERSION = "CyFES", "2.7"
DIST_INFO = f"{NAME}-{VERSION}.dist-info"
LIBRARY = f"{NAME}-{VERSION}.data/data/cyfes/libcufes.so"
# The directory that pip built in is gone when the wheel is used; its name stays in the extension.
BUILD_TREE = "/tmp/pip-req-build-cyfes/build/lib.linux-x86_64-cpython/cyfes"
# From site-packages/cyfes to <prefix>/cyfes, as such a package's setup.py writes it.
PREFIX_RPATH = "$ORIGIN/../../../../cyfes"
METADATA = f"""\
Metadata-Version: 2.1
Name: {NAME}
Version: {VERSION}
Summary: Free energy surfaces from Gaussian hills, on a GPU or on all cores
Requires-Python: >=3.7
"""


def cache_directory() -> Path:
    return (ROOT / os.environ.get("ELFWHEEL_CACHE", "build")).resolve()


def run(*command) -> str:
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"build_cyfes.py: {shlex.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


@dataclass
class Toolkit:
    """A CUDA toolkit to build with: the compiler, and where the shared libcudart lies."""

    nvcc: str | None
    libraries: Path
    includes: Path | None

    def compile_library(self, out: Path) -> None:
        link = [f"-Wl,-rpath,{self.libraries}", "-Wl,-soname,libcufes.so"]
        if self.nvcc:
            host = ",".join(["-fPIC", "-fopenmp", *(o.replace(",", "\\,") for o in link)])
            run(self.nvcc, "-O2", "-shared", "-cudart", "shared", "-Xcompiler", host,
                SOURCES / "cufes.cu", "-o", out)
        else:
            run("g++", "-O2", "-shared", "-fPIC", "-fopenmp", f"-I{self.includes}", "-x", "c++",
                SOURCES / "cufes.cu", "-x", "none", "-o", out, f"-L{self.libraries}", "-lcudart",
                *link)


def installed_toolkit() -> Toolkit | None:
    """The toolkit of the nvcc on PATH (or in its usual place), if it has the shared runtime."""
    nvcc = shutil.which("nvcc") or shutil.which("/usr/local/cuda/bin/nvcc")
    if not nvcc:
        return None
    for line in run(nvcc, "-dryrun", "-x", "cu", "/dev/null").splitlines():
        if "LIBRARIES=" not in line:
            continue
        for option in shlex.split(line.partition("LIBRARIES=")[2]):
            directory = Path(option.removeprefix("-L"))
            if (directory / "libcudart.so").exists():
                return Toolkit(nvcc, directory.resolve(), None)
    return None


def pypi_toolkit() -> Toolkit:
    """The runtime from PyPI, in a directory laid out as NVIDIA's installer lays out a toolkit:
    the file under its full version, the SONAME and the plain name as links to it."""
    found = sorted((cache_directory() / "venvs/cuda").glob("lib/python3*/site-packages/nvidia/cu*"))
    if not found:
        sys.exit("build_cyfes.py: no nvcc and no CUDA runtime from PyPI: run tools/setup")
    [runtime] = found[0].glob("lib/libcudart.so.*")
    [info] = found[0].parents[1].glob("nvidia_cuda_runtime-*.dist-info")
    full_name = "libcudart.so." + info.name.removesuffix(".dist-info").split("-")[1]
    toolkit = cache_directory() / "fixtures" / f"cuda-{full_name.removeprefix('libcudart.so.')}"
    library = toolkit / "lib64" / full_name
    if not (toolkit / "complete").exists():
        library.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(runtime, library)
        for link in (runtime.name, "libcudart.so"):
            (library.parent / link).unlink(missing_ok=True)
            (library.parent / link).symlink_to(full_name)
        (toolkit / "complete").touch()
    return Toolkit(None, library.parent, found[0] / "include")


def cached(name: str, inputs: list[str], files: list[Path], make) -> Path:
    """The file `name` made from these inputs, from the cache or by make(path)."""
    digest = hashlib.sha256("\0".join(inputs).encode())
    for file in files:
        digest.update(file.read_bytes())
    out = cache_directory() / "fixtures" / f"cyfes-{digest.hexdigest()[:16]}" / name
    if not out.exists():
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out.parent) as scratch:
            make(Path(scratch) / name)
            (Path(scratch) / name).rename(out)
    return out


def library(toolkit: Toolkit) -> Path:
    inputs = [str(toolkit), run(toolkit.nvcc or "g++", "--version"), run("g++", "--version")]
    files = [SOURCES / "cufes.cu", SOURCES / "cufes.h", Path(__file__)]
    return cached("libcufes.so", inputs, files, toolkit.compile_library)


def extension(form: str, needed: Path, build_tree: str) -> Path:
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    command = ["gcc", "-O2", "-shared", "-fPIC", f"-I{sysconfig.get_path('include')}",
               SOURCES / "wrapper.c"]
    if form == "dlopen":
        command.append("-DCYFES_DLOPEN")
    else:
        # libcufes.so's own needs are not looked at: they are the toolkit's business.
        command += [needed, "-Wl,--allow-shlib-undefined",
                    f"-Wl,-rpath,{build_tree}:{PREFIX_RPATH}"]
    inputs = [form, str(needed), build_tree, suffix, run("gcc", "--version")]
    files = [SOURCES / "wrapper.c", SOURCES / "cufes.h", Path(__file__)]
    return cached(f"wrapper{suffix}", inputs, files, lambda out: run(*command, "-o", out))


def wheel_tag() -> str:
    python = f"cp{sys.version_info.major}{sys.version_info.minor}"
    return f"{python}-{python}-{sysconfig.get_platform().replace('-', '_').replace('.', '_')}"


def pack(out: Path, members: dict[str, tuple[bytes, int]]) -> None:
    """Writes the wheel: the members with their modes, then RECORD."""
    rows = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        def add(name: str, data: bytes, mode: int) -> None:
            entry = zipfile.ZipInfo(name, (2024, 5, 17, 12, 30, 0))
            entry.external_attr = (0o100000 | mode) << 16
            entry.create_system = 3
            entry.compress_type = zipfile.ZIP_STORED if len(data) < 64 else zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)

        for name, (data, mode) in members.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            rows.append(f"{name},sha256={digest},{len(data)}\n")
            add(name, data, mode)
        record = f"{DIST_INFO}/RECORD"
        add(record, "".join([*rows, f"{record},,\n"]).encode(), 0o644)


def build(form: str, out: Path, *, nvcc: bool = True, build_tree: str = BUILD_TREE,
          prepatch: str | None = None, prepatch_with: str | None = None) -> Path:
    """Builds the wheel into the directory `out` and returns its path."""
    fixtures = cache_directory() / "fixtures"
    fixtures.mkdir(parents=True, exist_ok=True)
    with open(fixtures / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        toolkit = (installed_toolkit() if nvcc else None) or pypi_toolkit()
        native = library(toolkit)
        wrapper = extension(form, native, build_tree)
    package = SOURCES / "package"
    with tempfile.TemporaryDirectory() as scratch:
        if prepatch is not None:
            native = Path(shutil.copy(native, scratch))
            run(*shlex.split(prepatch_with or f"{os.environ['ELFWHEEL']} set-rpath"), prepatch, native)
        tag = wheel_tag()
        wheel = f"Wheel-Version: 1.0\nGenerator: build_cyfes\nRoot-Is-Purelib: false\nTag: {tag}\n"
        out.mkdir(parents=True, exist_ok=True)
        path = out / f"{NAME}-{VERSION}-{tag}.whl"
        pack(path, {
            "cyfes/__init__.py": ((package / f"init_{form}.py").read_bytes(), 0o644),
            "cyfes/hills.py": ((package / "hills.py").read_bytes(), 0o644),
            f"cyfes/{wrapper.name}": (wrapper.read_bytes(), 0o755),
            LIBRARY: (native.read_bytes(), 0o755),
            f"{NAME}-{VERSION}.data/scripts/cyfes-info":
                ((package / "cyfes-info").read_bytes(), 0o755),
            f"{DIST_INFO}/METADATA": (METADATA.encode(), 0o644),
            f"{DIST_INFO}/WHEEL": (wheel.encode(), 0o644),
            f"{DIST_INFO}/top_level.txt": (b"cyfes\n", 0o644),
        })
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--form", choices=["needed", "dlopen"], required=True,
                        help="the extension is linked to libcufes.so, or opens it by path")
    parser.add_argument("--out", type=Path, required=True, help="directory for the wheel")
    parser.add_argument("--no-nvcc", action="store_true", help="build with g++ even where nvcc is")
    parser.add_argument("--build-tree", default=BUILD_TREE, metavar="DIR",
                        help="build directory that stays in the extension's rpath")
    parser.add_argument("--prepatch", metavar="RPATH",
                        help="give libcufes.so this rpath before packing")
    parser.add_argument("--prepatch-with", metavar="COMMAND",
                        help="what sets it: COMMAND RPATH FILE (default: $ELFWHEEL set-rpath)")
    options = parser.parse_args()
    print(build(options.form, options.out, nvcc=not options.no_nvcc, build_tree=options.build_tree,
                prepatch=options.prepatch, prepatch_with=options.prepatch_with))


if __name__ == "__main__":
    main()
