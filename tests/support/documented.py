"""The examples of a page under docs, as they stand there."""

import re
from pathlib import Path

from support.checkout import ROOT


def blocks(page: str, language: str) -> list[str]:
    """The page's fenced blocks of that language, in their order."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    found = re.findall(rf"^```{language}\n(.*?)^```$", text, re.M | re.S)
    assert found, f"{page} has no block of {language}"
    return found


def put_on_path(program: str, directory: Path) -> dict[str, str]:
    """Variables with which `elfwheel` starts that program."""
    directory.mkdir()
    (directory / "elfwheel").symlink_to(program)
    return {"PATH": f"{directory}:/usr/bin:/bin"}
