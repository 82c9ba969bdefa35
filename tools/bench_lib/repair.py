"""What a repair costs: elfwheel, auditwheel, and the floor (tools/repair_floor.cc), which only reads,
inflates, hashes and deflates what has to change, on the same processors and at the same level.

They take turns, so that what else the machine does strikes all alike; figures are medians of wall
time, of CPU time (user and system, with children) and of the peak of resident memory of one process.
"""

import base64
import hashlib
import json
import os
import resource
import statistics
import subprocess
import sys
import sysconfig
import time
import zipfile
from pathlib import Path

LEVEL = 6
TAG = f"cp{sys.version_info.major}{sys.version_info.minor}"
SUFFIX = sysconfig.get_config_var("EXT_SUFFIX")
TOOLKIT = Path("/usr/local/cuda/lib64")


class Run:
    """Medians over the runs of one command."""

    def __init__(self):
        self.walls, self.cpus, self.peak = [], [], 0

    @property
    def wall(self):
        return statistics.median(self.walls)

    @property
    def cpu(self):
        return statistics.median(self.cpus)


def run_process(command: list[str], variables: dict[str, str]) -> str:
    """What it said to stderr."""
    run = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                         stdin=subprocess.DEVNULL, env=os.environ | variables)
    if run.returncode != 0:
        sys.exit(f"tools/bench: {command}: exit {run.returncode}: {run.stderr[-500:]}")
    return run.stderr


def peak_memory(command: list[str], variables: dict[str, str]) -> int:
    """Bytes. By time(1), which is small: what a process had before it became another counts."""
    return int(run_process(["/usr/bin/time", "-f", "%M", *command], variables).split()[-1]) * 1024


def take_turns(commands: dict[str, tuple[list[str], dict[str, str]]], rounds: int) -> dict[str, Run]:
    """After a round that is for the peaks alone."""
    runs = {name: Run() for name in commands}
    for name, command in commands.items():
        runs[name].peak = peak_memory(*command)
    for _ in range(rounds):
        for name, command in commands.items():
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            start = time.perf_counter()
            run_process(*command)
            runs[name].walls.append(time.perf_counter() - start)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            runs[name].cpus.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return runs


def compile_extension(path: Path, *libraries: str):
    """A library that a Python module of that name would be, which needs `libraries`."""
    name = path.name.split(".")[0]
    source = f"void PyInit_{name}(void) {{}}\nint work_{name}(int x) {{ return x + 1; }}\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["gcc", "-shared", "-fPIC", "-O2", "-x", "c", "-", "-o", str(path), "-Wl,--no-as-needed",
                    *libraries], input=source.encode(), check=True)


def write_wheel(directory: Path, name: str, files: dict[str, Path]) -> Path:
    """A wheel of `files`, by their paths in it."""
    tag = f"{TAG}-{TAG}-linux_x86_64"
    info = f"{name}-1.0.dist-info"
    texts = {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: bench\nRoot-Is-Purelib: false\nTag: {tag}\n",
    }
    path = directory / f"{name}-1.0-{tag}.whl"
    record = []
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for place, content in [*((p, f.read_bytes()) for p, f in files.items()),
                               *((p, t.encode()) for p, t in texts.items())]:
            archive.writestr(place, content)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            record.append(f"{place},sha256={digest},{len(content)}\n")
        archive.writestr(f"{info}/RECORD", "".join(record) + f"{info}/RECORD,,\n")
    return path


def small_wheel(directory: Path) -> Path:
    extension = directory / f"small/_small{SUFFIX}"
    compile_extension(extension, "-lgomp")
    return write_wheel(directory, "small", {f"small/{extension.name}": extension})


def toolkit_library(stem: str) -> Path:
    found = sorted(TOOLKIT.glob(f"{stem}.so.*"), key=lambda path: len(path.name))
    if not found:
        sys.exit(f"tools/bench: no {stem} in {TOOLKIT}: the CUDA toolkit is needed")
    return found[0].resolve()


def cublas_wheel(directory: Path) -> Path:
    extension = directory / f"blas/_blas{SUFFIX}"
    compile_extension(extension, f"-L{TOOLKIT}", "-lcublas", f"-Wl,-rpath,{TOOLKIT}",
                      f"-Wl,-rpath-link,{TOOLKIT}")
    return write_wheel(directory, "blas", {f"blas/{extension.name}": extension})


def own_wheel(directory: Path) -> Path:
    extension = directory / f"own/_own{SUFFIX}"
    compile_extension(extension, "-lgomp")
    files = {f"own/{extension.name}": extension}
    for stem in ("libcufft", "libcurand"):
        library = toolkit_library(stem)
        files[f"own/{library.name}"] = library
    return write_wheel(directory, "own", files)


def packed_member(wheel: Path, name: str, directory: Path) -> str:
    """SIZE:FILE of the deflate data of one member."""
    with zipfile.ZipFile(wheel) as archive, open(wheel, "rb") as raw:
        info = archive.getinfo(name)
        raw.seek(info.header_offset + 26)
        lengths = int.from_bytes(raw.read(2), "little") + int.from_bytes(raw.read(2), "little")
        raw.seek(info.header_offset + 30 + lengths)
        data = raw.read(info.compress_size)
    path = directory / f"{hashlib.sha256(name.encode()).hexdigest()[:16]}.deflate"
    path.write_bytes(data)
    return f"{info.file_size}:{path}"


def floor_command(floor: Path, elfwheel: str, wheel: Path, directory: Path) -> list[str]:
    plan = json.loads(subprocess.run([elfwheel, "repair", "--dry-run", "--json", str(wheel)], check=True,
                                     capture_output=True).stdout)
    return [str(floor), str(LEVEL), *(graft["source"] for graft in plan["grafts"]),
            *(packed_member(wheel, patch["path"], directory) for patch in plan["patches"])]


def measure_wheel(elfwheel: str, auditwheel: Path, floor: Path, wheel: Path, directory: Path,
                  rounds: int) -> tuple[dict[str, Run], dict[str, int]]:
    """The runs, and the sizes of what was written."""
    targets = {name: directory / f"by_{name}" for name in ("elfwheel", "auditwheel")}
    path = {"PATH": f"{auditwheel.parent}:{os.environ['PATH']}"}
    runs = take_turns({
        "elfwheel": ([elfwheel, "repair", "-q", "-z", str(LEVEL), "-w", str(targets["elfwheel"]),
                      str(wheel)], {}),
        "auditwheel": ([str(auditwheel), "repair", "-z", str(LEVEL), "-w", str(targets["auditwheel"]),
                        str(wheel)], path),
        "floor": (floor_command(floor, elfwheel, wheel, directory), {}),
    }, rounds)
    sizes = {}
    for name, target in targets.items():
        (result,) = target.iterdir()
        sizes[name] = result.stat().st_size
        result.unlink()
    return runs, sizes


def seconds(value: float) -> str:
    return f"{value * 1e3:.1f} ms" if value < 1 else f"{value:.2f} s"


def megabytes(value: float) -> str:
    return f"{value / 1e6:.0f} MB"


def measure_repair(elfwheel: str, auditwheel: Path, floor: Path, geospatial: Path, directory: Path,
                   quick: bool, table) -> str:
    """The table; `geospatial`: a wheel that needs a hundred libraries."""
    wheels = [
        ("one small extension (libgomp)", small_wheel(directory), 20, "≥ 12", True),
        (f"a hundred libraries ({geospatial.name.split('-')[0]})", geospatial, 5, "≥ 12", True),
        ("cuBLAS copied in", cublas_wheel(directory), 3, "≥ 4", True),
        ("400 MB of its own that stay", own_wheel(directory), 5, "≥ 15", False),
    ]
    rows = []
    for label, wheel, rounds, wanted, has_floor in wheels:
        runs, sizes = measure_wheel(elfwheel, auditwheel, floor, wheel, directory,
                                    1 if quick else rounds)
        own, other, bare = runs["elfwheel"], runs["auditwheel"], runs["floor"]
        rows.append([
            label, f"{seconds(own.wall)} ({seconds(own.cpu)})",
            f"{seconds(other.wall)} ({seconds(other.cpu)})",
            f"**{other.wall / own.wall:.1f}** ({other.cpu / own.cpu:.1f})", wanted,
            f"{seconds(bare.wall)} ({seconds(bare.cpu)})" if has_floor else "–",
            f"{own.wall / bare.wall:.2f} ({own.cpu / bare.cpu:.2f})" if has_floor else "–",
            f"{megabytes(own.peak)} / {megabytes(other.peak)}",
            f"{sizes['elfwheel'] / 1e6:.2f} / {sizes['auditwheel'] / 1e6:.2f} MB",
        ])
    header = ["wheel", "elfwheel", "auditwheel", "auditwheel ÷ elfwheel", "wanted", "floor",
              "elfwheel ÷ floor", "peak memory: elfwheel / auditwheel", "size: elfwheel / auditwheel"]
    return table(header, rows)
