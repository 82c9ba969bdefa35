"""Tables of commands in the documentation: an old one, a new one, and what comes of both."""

import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    old: str
    new: str
    outcome: str


def cells_of(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def read_rows(page: Path) -> list[Row]:
    """Those of each table whose last column is `outcome`; the two columns before are commands."""
    rows = []
    for table in re.findall(r"(?:^\|.*\n)+", page.read_text(), re.M):
        header, _, *lines = map(cells_of, table.splitlines())
        if header[-1] != "outcome":
            continue
        for cells in lines:
            assert len(cells) == len(header), f"{page.name}: {cells}"
            old, new = (re.fullmatch(r"`(.+)`", cell) for cell in cells[-3:-1])
            assert old and new, f"{page.name}: no command in {cells}"
            rows.append(Row(old[1], new[1], cells[-1]))
    return rows
