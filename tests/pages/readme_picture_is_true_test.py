"""README's picture shows what a page of `elfwheel lddtree` has now."""

import re
from xml.etree import ElementTree

import pytest
from support.readme_picture import PICTURE, draw_picture, make_page

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def picture():
    return ElementTree.parse(PICTURE).getroot()


def written(root) -> str:
    """All text of a picture; where its lines end does not count."""
    return re.sub(r"\s", "", "".join(text.text for text in root.iter(f"{SVG}text")))


def test_it_has_all_that_the_page_says(picture):
    assert written(picture) == written(ElementTree.fromstring(draw_picture())), \
        "run tools/draw_readme_picture"


def test_it_has_each_name_on_the_page(picture, tmp_path):
    names = re.findall(r'<span class="name">([^<]+)</span>', make_page(tmp_path))
    assert {"libanswer.so.2", "libnumbers.so.3", "libz.so.1", "libc.so.6"} < set(names)
    assert all(name in written(picture) for name in names)


def test_everything_is_inside(picture):
    width, height = float(picture.get("width")), float(picture.get("height"))
    for text in picture.iter(f"{SVG}text"):
        assert float(text.get("x")) + float(text.get("textLength", 0)) <= width
        assert float(text.get("y")) < height


def test_it_is_small_and_fetches_nothing(picture):
    assert PICTURE.stat().st_size < 50_000
    tags = {element.tag.removeprefix(SVG) for element in picture.iter()}
    assert tags == {"svg", "title", "style", "rect", "path", "text"}
    [style] = picture.iter(f"{SVG}style")
    assert "prefers-color-scheme:dark" in style.text and "url(" not in style.text
