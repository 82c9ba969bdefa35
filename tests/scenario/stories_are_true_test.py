"""The pages under docs/stories show what their scripts print."""

import pytest

from support.checkout import ROOT, elfwheel, run

STORIES = sorted((ROOT / "docs/stories").glob("*/story.sh"))


def test_there_are_stories():
    assert len(STORIES) >= 2


@pytest.mark.parametrize("script", STORIES, ids=lambda script: script.parent.name)
def test_page_shows_what_the_script_prints(script):
    page = script.parent.with_suffix(".md").read_text()
    printed = run(script, ELFWHEEL=elfwheel()).stdout.strip()
    assert printed in page
