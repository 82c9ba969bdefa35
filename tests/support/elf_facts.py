"""What readelf says about an ELF file's dynamic section."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from support.checkout import run


@dataclass
class ElfFacts:
    needed: list[str] = field(default_factory=list)
    soname: str | None = None
    rpath: list[str] | None = None  # DT_RPATH split at ':', None where there is no such tag
    runpath: list[str] | None = None

    @property
    def search_path(self) -> list[str]:
        return self.rpath if self.runpath is None and self.rpath is not None else self.runpath or []


def read_elf_facts(file: Path) -> ElfFacts:
    done = run("readelf", "-dW", file, LC_ALL="C")
    assert not done.stderr, f"readelf complains about {file}: {done.stderr}"
    facts = ElfFacts()
    for tag, value in re.findall(r"\((NEEDED|SONAME|RPATH|RUNPATH)\)[^[]*\[(.*)\]", done.stdout):
        if tag == "NEEDED":
            facts.needed.append(value)
        elif tag == "SONAME":
            facts.soname = value
        else:
            setattr(facts, tag.lower(), value.split(":"))
    return facts


def is_elf(data: bytes) -> bool:
    return data.startswith(b"\x7fELF")
