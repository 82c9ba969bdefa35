"""What a user of CyFES does with an installed wheel, and what must be true of it afterwards.

As a program, for the reader of a demonstration: `python -m support.cyfes_session WHEEL` (with tests
on PYTHONPATH) installs the wheel into a fresh environment, hides the CUDA toolkit and libgomp, uses
the package and says what happened. Exit 1 if the package does not work or uses other copies.
"""

import argparse
import sys
import tempfile
from math import exp
from pathlib import Path

from support.fixture_wheels import CudaFixture
from support.installed import Hidden, Installed, hide_cuda_and_openmp, last_line
from support.wheel_file import graft_name

# Imports the package, asks the CUDA runtime for its version and runs the OpenMP loop.
USE_CYFES = """
from array import array
import cyfes
surface = cyfes.surface(array("d", [0.0, 0.5, 1.0]))
values, threads = surface.on_cpu(array("d", [0.25, 1.0]))
facts = {"version": cyfes.runtime_version(), "kernel": cyfes.has_kernel(),
         "surface": list(values), "threads": threads}
try:
    facts["gpu"] = list(surface.on_gpu(array("d", [0.25, 1.0])))
except RuntimeError as error:
    facts["gpu"] = str(error)
"""

CENTERS, GRID = (0.25, 1.0), (0.0, 0.5, 1.0)
EXPECTED_SURFACE = [sum(1.5 * exp(-0.5 * ((x - c) / 0.25) ** 2) for c in CENTERS) for x in GRID]


def largest_error(surface: list[float]) -> float:
    return max(abs(a - b) for a, b in zip(surface, EXPECTED_SURFACE, strict=True))


def assert_cyfes_worked(facts: dict) -> None:
    assert facts["version"] >= 10000, f"cudaRuntimeGetVersion failed: {facts['version']}"
    assert facts["threads"] == 2, f"the OpenMP loop ran on {facts['threads']} thread(s)"
    assert largest_error(facts["surface"]) < 1e-12, f"wrong surface {facts['surface']}"
    if isinstance(facts["gpu"], list):
        assert largest_error(facts["gpu"]) < 1e-9, f"wrong surface from the GPU: {facts['gpu']}"
    else:
        assert facts["gpu"].startswith("CUDA error "), facts["gpu"]


def mapped_copies(facts: dict, stem: str) -> list[Path]:
    """The files mapped into the process whose names begin with `stem`."""
    return [Path(path) for path in facts["mapped"] if Path(path).name.startswith(stem)]


def assert_uses_vendored_copies(facts: dict, environment: Installed, fixture: CudaFixture) -> None:
    vendored = environment.site_packages / "CyFES.libs"
    assert mapped_copies(facts, "libcudart") == [vendored / graft_name(fixture.cudart)]
    assert mapped_copies(facts, "libgomp") == [vendored / graft_name(fixture.gomp)]
    assert mapped_copies(facts, "libcufes") == [environment.prefix / "cyfes/libcufes.so"]


def use_where_the_toolkit_is_hidden(wheel: Path, fixture: CudaFixture, directory: Path) -> dict:
    """Installs and uses the wheel; the vendored copies and no others must be mapped."""
    environment = Installed(wheel, directory)
    facts = environment.facts(USE_CYFES, hide_cuda_and_openmp(fixture.toolkit))
    assert_cyfes_worked(facts)
    assert_uses_vendored_copies(facts, environment, fixture)
    return facts


def show(environment: Installed, hidden: Hidden) -> bool:
    """Uses the package where `hidden` is hidden, and prints what happened."""
    print(f"  installed into  {environment.prefix}")
    for place in [*hidden.directories, *hidden.files]:
        if place.exists():
            print(f"  hidden          {place}")
    done = environment.run_reporting(USE_CYFES, hidden, expect=None)
    if done.returncode:
        print(f"  import cyfes    FAILS: {last_line(done.stderr)}")
        return False
    facts = environment.facts_of(done)
    assert_cyfes_worked(facts)
    print(f"  import cyfes    works; cudaRuntimeGetVersion {facts['version']}, "
          f"OpenMP loop on {facts['threads']} threads, "
          f"{'a real kernel' if facts['kernel'] else 'built without nvcc'}")
    copies = [file for stem in ("libcufes", "libcudart", "libgomp")
              for file in mapped_copies(facts, stem)]
    for file in copies:
        print(f"  mapped          {file}")
    return hidden == Hidden() or all(file.is_relative_to(environment.prefix) for file in copies)


def main() -> None:
    parser = argparse.ArgumentParser(description="Uses a CyFES wheel without the CUDA toolkit.")
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--on-build-machine", action="store_true", help="hide nothing")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cyfes-") as scratch:
        hidden = Hidden() if options.on_build_machine else hide_cuda_and_openmp()
        worked = show(Installed(options.wheel.resolve(), Path(scratch) / "venv"), hidden)
    sys.exit(0 if worked else 1)


if __name__ == "__main__":
    main()
