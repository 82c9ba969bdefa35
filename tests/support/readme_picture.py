"""README's picture of a page of `elfwheel lddtree`: what is on it, and how it is drawn."""

import subprocess
import tempfile
from pathlib import Path

from support.browser import Browser
from support.checkout import ROOT, elfwheel, run
from support.page_picture import draw

PICTURE = ROOT / "docs/pictures/lddtree.svg"
WIDTH = 800
TITLE = "elfwheel lddtree --format html pkg/_ext.so"
# The facts of the library that is missing are unfolded.
CLICK = ".entry.ismissing .more"


def library(path: Path, *needed: Path | str) -> Path:
    path.parent.mkdir(exist_ok=True)
    subprocess.run(["gcc", "-shared", "-nostdlib", "-x", "c", "/dev/null", "-x", "none", "-o", path,
                    f"-Wl,-soname,{path.name}", "-Wl,--no-as-needed", "-Wl,--allow-shlib-undefined",
                    *needed, "-Wl,-rpath,$ORIGIN/../pkg.libs"], check=True)
    return path


def make_page(directory: Path) -> str:
    """The page of an extension that finds one library in pkg.libs and another of the system's, and
    lacks a third. The directory's own name is left out."""
    missing = library(directory / "pkg.libs/libnumbers.so.3")
    answer = library(directory / "pkg.libs/libanswer.so.2", missing)
    missing.unlink()
    extension = library(directory / "pkg/_ext.so", answer, "-l:libz.so.1")
    page = run(elfwheel(), "lddtree", "--format", "html", extension.relative_to(directory),
               expect=1, cwd=directory).stdout
    return page.replace(f"{directory.resolve()}/", "")


def draw_picture() -> str:
    with tempfile.TemporaryDirectory() as scratch:
        directory = Path(scratch)
        page = directory / "page.html"
        page.write_text(make_page(directory), encoding="utf-8")
        (directory / "chromium").mkdir()
        browser = Browser(directory / "chromium")
        try:
            return draw(browser, page.as_uri(), WIDTH, CLICK, TITLE)
        finally:
            browser.close()
