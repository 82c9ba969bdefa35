"""A library that a package is linked with and that nobody finds afterwards."""

from pathlib import Path

from support.checkout import run

NEEDED_NAME = "liblost.so.1"


def build_lost_library(directory: Path) -> None:
    """liblost.so, for the linker; no loader looks for a file of that name."""
    source = directory / "lost.c"
    source.write_text("int lost(void) { return 1; }\n")
    run("gcc", "-shared", "-fPIC", f"-Wl,-soname,{NEEDED_NAME}", source,
        "-o", directory / "liblost.so")


def lose_a_library(project: Path) -> None:
    """Makes a copy of docs/recipes/packages/setuptools need it."""
    elsewhere = project / "elsewhere"
    elsewhere.mkdir()
    build_lost_library(elsewhere)
    (elsewhere / "seeker.c").write_text("int lost(void);\nint seek(void) { return lost(); }\n")
    setup = project / "setup.py"
    setup.write_text(setup.read_text()
                     .replace('_gmp.c"', '_gmp.c", "elsewhere/seeker.c"')
                     .replace('["gmp"]', '["gmp", "lost"], library_dirs=["elsewhere"]'))
