"""Pages that show what commands print: blocks marked `console`, and the script that prints them.

What a script prints falls into sections, each of which begins with a line "# ...". A block of the page
shows the section that its first line names and those up to the next block's. So a page may have all
in one block, or a sentence between any two sections, and nothing of what is printed gets lost.

Sizes of files, hashes in their names and versions of Debian's packages change when the compiler or a
library gets an update. They are shown as they were when the page was written.
"""

import re
from pathlib import Path

from support.checkout import CACHE, ROOT, elfwheel, run

BLOCK = re.compile(r"^```console\n(.*?)^```$", re.M | re.S)

VARYING = [(re.compile(pattern), word) for pattern, word in (
    (r"-[0-9a-f]{8}(?=\.so)", "-HASH"), (r"\d+(?= bytes)|(?<=the input has )\d+", "N"),
    (r"(?<=\(libgomp1 )[^)]+", "VERSION"))]

# The script of each page.
SCRIPTS = {script.parent.with_suffix(".md"): script
           for script in sorted((ROOT / "docs/stories").glob("*/story.sh"))}
SCRIPTS[ROOT / "README.md"] = ROOT / "docs/session/session.sh"


def record(script: Path) -> str:
    """What the script prints, run with the program under test."""
    return run(script, ELFWHEEL=elfwheel(), ELFWHEEL_CACHE=str(CACHE), LC_ALL="C.UTF-8").stdout


def title(text: str) -> str:
    return text.partition("\n")[0]


def sections_of(printed: str) -> dict[str, str]:
    """{its first line: the section}, in order."""
    texts = re.split(r"^(?=# )", printed, flags=re.M)
    assert texts[0] == "", f"the first line is no title: {title(texts[0])}"
    sections = {title(text): text.strip() for text in texts[1:]}
    assert len(sections) == len(texts) - 1, "two sections have one title"
    return sections


def without_varying(text: str) -> str:
    for pattern, word in VARYING:
        text = pattern.sub(word, text)
    return text


def shows(page: str, printed: str) -> str:
    """The page with what is printed now in its blocks."""
    sections = sections_of(printed)
    titles = list(sections)
    starts = [title(block) for block in BLOCK.findall(page)]
    assert starts and starts[0] == titles[0], f"the first block must begin with {titles[0]}"
    unknown = [start for start in starts if start not in sections]
    assert not unknown, f"nothing with this title is printed: {unknown}"
    places = [titles.index(start) for start in starts]
    assert places == sorted(set(places)), f"the script prints these in another order: {starts}"
    ends = iter([*places[1:], len(titles)])
    begins = iter(places)

    def fill(block: re.Match) -> str:
        wanted = titles[next(begins):next(ends)]
        now = "```console\n" + "\n\n".join(sections[name] for name in wanted) + "\n```"
        return block[0] if without_varying(block[0]) == without_varying(now) else now

    return BLOCK.sub(fill, page)
