"""docs/recipes.md shows the files of docs/recipes as they are."""

import re

from support.checkout import ROOT

PAGE = ROOT / "docs/recipes.md"
RECIPES = ROOT / "docs/recipes"
SHOWN = re.compile(r"^\[(\S+)\]\(recipes/(\S+)\):\n\n```\w+\n(.*?)^```$", re.M | re.S)


def test_page_shows_every_recipe_as_it_is():
    shown = {path: text for name, path, text in SHOWN.findall(PAGE.read_text()) if name == path}
    files = {str(file.relative_to(RECIPES)): file.read_text() for file in RECIPES.rglob("*")
             if file.is_file() and RECIPES / "packages" not in file.parents}
    assert len(files) >= 8
    assert shown == files


def test_page_names_every_package():
    named = set(re.findall(r"\(recipes/packages/([\w-]+)\)", PAGE.read_text()))
    assert named == {directory.name for directory in (RECIPES / "packages").iterdir()}


def test_page_says_how_old_a_system_may_be(elfwheel_wheel):
    [oldest] = re.findall(r"it wants glibc ([\d.]+) or newer", " ".join(PAGE.read_text().split()))
    assert f"-manylinux_{oldest.replace('.', '_')}_x86_64.whl" in elfwheel_wheel.name
