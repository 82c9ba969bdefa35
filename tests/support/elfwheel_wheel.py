"""The program under test as a wheel that pip installs, with the libraries that it opens."""

from pathlib import Path

from support.checkout import elfwheel, run
from support.small_wheel import write_wheel


def write_elfwheel_wheel(directory: Path) -> Path:
    """Repaired by the program itself: what its users would install, without a build of its own."""
    version = run(elfwheel(), "--version").stdout.split()[1]
    script = f"elfwheel-{version}.data/scripts/elfwheel"
    plain = write_wheel(directory / f"plain/elfwheel-{version}-py3-none-linux_x86_64.whl",
                        {script: Path(elfwheel()).read_bytes()}, modes={script: 0o755})
    run(elfwheel(), "repair", "--strip", "--include-lib", "libzip.so.*", "-w", directory / "out",
        plain)
    [repaired] = (directory / "out").iterdir()
    return repaired
