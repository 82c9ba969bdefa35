"""Fifty published wheels, as tests/recipes/fifty_wheels.txt names them; 449 MB, got once."""

import fcntl
import sys
from pathlib import Path

from support.checkout import CACHE, ROOT, TOOLS_PYTHON, run

LIST = ROOT / "tests/recipes/fifty_wheels.txt"


def get_fifty_wheels() -> list[Path]:
    """Their paths under the cache, sorted."""
    directory = CACHE / "wheels50"
    directory.mkdir(parents=True, exist_ok=True)
    wanted = len(LIST.read_text().split())
    with open(directory / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if len(list(directory.glob("*.whl"))) != wanted:
            run(TOOLS_PYTHON, "-I", "-m", "pip", "download", "--quiet", "--no-input", "--no-deps",
                "--disable-pip-version-check", "--only-binary", ":all:", "--dest", directory,
                "--requirement", LIST, timeout=1800)
    wheels = sorted(directory.glob("*.whl"))
    assert len(wheels) == wanted, f"{directory} has other wheels than {LIST.name}"
    return wheels


if __name__ == "__main__":
    sys.stdout.write("".join(f"{wheel}\n" for wheel in get_fifty_wheels()))
