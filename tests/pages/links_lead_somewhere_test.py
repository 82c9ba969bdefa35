"""Links between the pages of this repository lead to files and headings that are there, and every page
is at most two clicks from README."""

import pytest
from support.checkout import ROOT
from support.markdown import anchors, links, target_of

OUTSIDE = {"build", ".git"}
PAGES = sorted(page for page in ROOT.rglob("*.md")
               if not any(part in OUTSIDE or part.startswith("build-")
                          for part in page.relative_to(ROOT).parts))


def name(page):
    return str(page.relative_to(ROOT))


def broken_links(page):
    """[link: why] of a page."""
    found = []
    for link in links(page.read_text()):
        target = target_of(page, link)
        if target is None:
            continue
        file, anchor = target
        if not file.is_relative_to(ROOT):
            found.append(f"{link}: leads out of the repository")
        elif not file.exists():
            found.append(f"{link}: no such file")
        elif anchor and anchor not in anchors(file.read_text()):
            found.append(f"{link}: no such heading")
    return found


def test_there_are_pages():
    assert len(PAGES) >= 15 and ROOT / "README.md" in PAGES


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_of(page):
    assert broken_links(page) == []


def test_every_page_is_two_clicks_from_readme():
    reached = {ROOT / "README.md"}
    for _ in range(2):
        reached |= {target[0] for page in reached if page.suffix == ".md"
                    for link in links(page.read_text()) if (target := target_of(page, link))}
    documents = {page for page in PAGES if page.is_relative_to(ROOT / "docs")}
    assert sorted(map(name, documents - reached)) == []


TEXT = """\
# A `_title_`: with _words_, **more** _Z!

## Twice
## Twice

[one](a.md) ![two](b.svg "title") [three](#twice-1) [far](https://example.org/x.md)
`[code](none.md)` ``[`more`](none.md)``

[ref]: c.md#d

```sh
# no heading
[none](none.md)
```
<a href="e.md">e</a>
"""


def test_what_is_a_link():
    assert links(TEXT) == ["a.md", "b.svg", "#twice-1", "https://example.org/x.md", "c.md#d", "e.md"]


def test_what_is_an_anchor():
    assert anchors(TEXT) == {"a-_title_-with-words-more-_z", "twice", "twice-1"}


def test_broken_links_are_found(tmp_path, monkeypatch):
    monkeypatch.setattr("links_lead_somewhere_test.ROOT", tmp_path)
    (tmp_path / "b.md").write_text("# There\n")
    page = tmp_path / "a.md"
    page.write_text("[a](b.md#there) [b](b.md#gone) [c](c.md) [d](../d.md) [e](#e)\n")
    assert broken_links(page) == ["b.md#gone: no such heading", "c.md: no such file",
                                  "../d.md: leads out of the repository", "#e: no such heading"]
