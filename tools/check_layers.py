#!/usr/bin/env python3
"""Checks that every include leads to a room that the including one may know (docs/design.md).

Rooms depend one way: base <- elf <- loader, policy, second_opinion; base <- wheel; all of these <- repair; report
renders public values only; cli alone reads argv, environment and terminal. Prints each violation as
FILE:LINE and exits 1 if there is one.
"""

import re
import sys
from pathlib import Path

ALLOWED = {
    "base": set(),
    "elf": {"base"},
    "second_opinion": {"base", "elf"},
    "wheel": {"base"},
    "loader": {"base", "elf"},
    "policy": {"base", "elf"},
    "repair": {"base", "elf", "wheel", "loader", "policy"},
    "report": {"base", "elf", "wheel", "loader", "policy", "repair"},
    "cli": {"base", "elf", "wheel", "loader", "policy", "repair", "report",
            "second_opinion"},
}
INCLUDE = re.compile(r'\s*#\s*include\s+(?:"(?P<own>[^"]+)"|<(?P<system>[^>]+)>)')
# Only the command line may look at the process it runs in.
PROCESS = re.compile(r"\b(getenv|secure_getenv|isatty|environ)\b\s*\(?")


def room_of(path: Path) -> str:
    """src/elf/read/x.cc and include/elfwheel/elf/x.h are both in room elf."""
    parts = path.parts
    return parts[1] if parts[0] == "src" else parts[2]


def violations(root: Path):
    files = sorted([*root.glob("src/**/*.cc"), *root.glob("src/**/*.h"),
                    *root.glob("include/elfwheel/**/*.h")])
    for file in files:
        path = file.relative_to(root)
        room = room_of(path)
        for number, line in enumerate(file.read_text().splitlines(), 1):
            where = f"{path}:{number}"
            if room != "cli" and PROCESS.search(line.split("//")[0]):
                yield f"{where}: only cli may read the environment or ask for a terminal"
            match = INCLUDE.match(line)
            if not match:
                continue
            if match["system"] in ("elf.h", "link.h"):
                yield f"{where}: <{match['system']}> clobbers the names of elf/constants.h"
            if not match["own"]:
                continue
            target = match["own"].split("/")
            public = target[0] == "elfwheel"
            other = target[1] if public else target[0]
            if other == room:
                if path.parts[0] == "include" and not public:
                    yield f"{where}: a public header includes a private one"
                continue
            if other not in ALLOWED:
                yield f"{where}: {match['own']} names no room"
            elif other not in ALLOWED[room]:
                yield f"{where}: {room} may not know {other}"
            elif not public and (path.parts[0] == "include" or (room == "report" and other != "base")):
                yield f"{where}: only {other}'s public headers may be included here"


def main() -> int:
    root = Path(__file__).resolve().parent.parent
    found = list(violations(root))
    for text in found:
        print(text)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
