"""What of Markdown, as GitHub renders it, a test needs: headings' anchors and links."""

import re
from pathlib import Path
from urllib.parse import unquote

FENCE = re.compile(r"^ {0,3}(```+|~~~+).*?^ {0,3}\1 *$", re.M | re.S)
CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)", re.S)
COMMENT = re.compile(r"<!--.*?-->", re.S)
LINK = re.compile(r"\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
REFERENCE = re.compile(r"^ {0,3}\[[^\]]+\]:\s*<?(\S+?)>?\s*$", re.M)
ADDRESS = re.compile(r"<(?:a|img)\b[^>]*?(?:href|src)=\"([^\"]+)\"")
HEADING = re.compile(r"^ {0,3}#{1,6} +(.*?)(?: +#+)? *$", re.M)
EMPHASIS = re.compile(r"(?<![\w`])([_*]{1,2})(?=\S)([^`]*?\S)\1(?![\w`])")
NAMED = re.compile(r"<a\b[^>]*?(?:id|name)=\"([^\"]+)\"")


def links(text: str) -> list[str]:
    """The targets of links and pictures. What is shown as code is none."""
    plain = CODE.sub("code", FENCE.sub("", COMMENT.sub("", text)))
    return [unquote(target) for pattern in (LINK, REFERENCE, ADDRESS)
            for target in pattern.findall(plain)]


def anchors(text: str) -> set[str]:
    """What `#…` may say: one for each heading. A second one of the same words ends in -1."""
    plain = FENCE.sub("", COMMENT.sub("", text))
    found: set[str] = set(NAMED.findall(plain))
    for heading in HEADING.findall(plain):
        words = EMPHASIS.sub(r"\2", re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading))
        slug = re.sub(r"[^\w\- ]", "", words.strip().lower()).replace(" ", "-")
        number = 0
        while (anchor := f"{slug}-{number}" if number else slug) in found:
            number += 1
        found.add(anchor)
    return found


def target_of(page: Path, link: str) -> tuple[Path, str] | None:
    """The file and the anchor that a link on a page means, or nothing if it leads to another site."""
    if re.match(r"[a-z][a-z0-9+.-]*:", link, re.I):
        return None
    path, _, anchor = link.partition("#")
    return (page.parent / path).resolve() if path else page.resolve(), anchor
