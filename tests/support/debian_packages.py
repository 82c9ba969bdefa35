"""The .deb files that cpack makes of a build tree."""

import re
from pathlib import Path

from support.checkout import run


class Packages:
    """Made by cpack in `directory`, which also holds its scratch files. `variables`: of cpack's
    environment."""

    def __init__(self, build: Path, directory: Path, **variables: str):
        run("cpack", "-G", "DEB", "--config", build / "CPackConfig.cmake", "-B", directory,
            cwd=directory, **variables)
        self.files = sorted(directory.glob("*.deb"))
        self.program, self.library = self.files

    @staticmethod
    def field(package: Path, name: str) -> str:
        return run("dpkg-deb", "--field", package, name).stdout.strip()

    @staticmethod
    def listing(package: Path) -> dict[str, tuple[str, str]]:
        """{path: (permissions, owner)} of everything in the package; directories end in a slash."""
        lines = run("dpkg-deb", "--contents", package).stdout.splitlines()
        rows = [re.fullmatch(r"(\S+) (\S+) +\d+ \S+ \S+ \.(/.*?)(?: -> .*)?", line) for line in lines]
        return {row[3]: (row[1], row[2]) for row in rows}
