"""Trees of elfwheel that tests configure and build by themselves."""

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

from support.checkout import CACHE, ROOT, run


@contextmanager
def build_tree(*options: str, targets: tuple[str, ...] = ()):
    """A Release build without tests, by tools/build. It lies beside build/release: what has been
    compiled there, with the same options, comes out of the compiler cache."""
    (ROOT / "build").mkdir(exist_ok=True)
    directory = Path(tempfile.mkdtemp(prefix="tree-", dir=ROOT / "build"))
    try:
        run(ROOT / "tools/build", directory, "-DCMAKE_BUILD_TYPE=Release", "-DELFWHEEL_WERROR=ON",
            "-DELFWHEEL_TESTS=OFF", *options, *targets, timeout=3600, ELFWHEEL_CACHE=str(CACHE))
        yield directory
    finally:
        shutil.rmtree(directory)
