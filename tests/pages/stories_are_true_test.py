"""README and the pages under docs/stories show what their scripts print."""

import pytest
from support.checkout import ROOT
from support.recorded import SCRIPTS, record, shows

PRINTED = """\
# One
$ a

# Two
$ b

# Three
$ c

"""


def test_each_story_has_a_page_and_each_page_a_script():
    pages = set((ROOT / "docs/stories").glob("*.md"))
    assert pages == set(SCRIPTS) - {ROOT / "README.md"} and len(pages) >= 5


def test_a_block_shows_the_sections_up_to_the_next_block():
    page = "A\n\n```console\n# One\nold\n```\n\nB\n\n```console\n# Two\n```\n\n```sh\nmine\n```\n"
    assert shows(page, PRINTED) == ("A\n\n```console\n# One\n$ a\n```\n\nB\n\n```console\n"
                                    "# Two\n$ b\n\n# Three\n$ c\n```\n\n```sh\nmine\n```\n")


def test_a_new_hash_or_size_alone_is_no_difference():
    page = "```console\n# One\nlibx-0123abcd.so.1 (12 bytes)\n```\n"
    assert shows(page, "# One\nlibx-4567cdef.so.1 (345 bytes)\n") == page
    now = "```console\n# One\nlibx-4567cdef.so.2 (345 bytes)\n```\n"
    assert shows(page, "# One\nlibx-4567cdef.so.2 (345 bytes)\n") == now


@pytest.mark.parametrize("page, complaint", [
    ("no block", "must begin with # One"),
    ("```console\n# Two\n```\n", "must begin with # One"),
    ("```console\n# One\n```\n```console\n# Four\n```\n", "nothing with this title"),
    ("```console\n# One\n```\n```console\n# Three\n```\n```console\n# Two\n```\n", "another order")])
def test_a_page_that_cannot_show_all_is_refused(page, complaint):
    with pytest.raises(AssertionError, match=complaint):
        shows(page, PRINTED)


@pytest.mark.parametrize("page", SCRIPTS, ids=lambda page: page.stem)
def test_page_shows_what_the_script_prints(page):
    text = page.read_text()
    assert text == shows(text, record(SCRIPTS[page])), "run tools/record_session"
