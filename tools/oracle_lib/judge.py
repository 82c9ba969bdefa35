"""Puts cases and files before the real loader, elfwheel and its peers, and counts."""

import collections
import os
import shlex
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from . import peers
from .answers import Unanswered, difference
from .case import Case
from .elf_writer import DT_AUXILIARY, DT_FILTER, Spec

RIGHT, WRONG, NO_ANSWER = "right", "wrong", "could not answer"


@dataclass
class Outcome:
    """Of one file: what each tool's answer is, and what is wrong with elfwheel's."""

    subject: str
    verdicts: dict = field(default_factory=dict)  # tool -> RIGHT, WRONG or NO_ANSWER
    unjudged: str | None = None  # why the loader itself has no answer
    reason: str | None = None  # the first difference
    size: int = 0  # rows of the loader's answer
    seed: int | None = None


def judge(subject, file, is_program, start, family, tools, missing_in_order=True):
    elfwheel, others = tools
    outcome = Outcome(subject)
    try:
        real = family.real(file, is_program, start)
    except Unanswered as reason:
        outcome.unjudged = str(reason)
        return outcome
    outcome.size = len(real.lines) + len(real.bindings) + len(real.missing_versions)
    try:
        ours = family.ours(elfwheel, file, start)
        outcome.reason = difference(ours, real, missing_in_order)
        outcome.verdicts[elfwheel.name] = WRONG if outcome.reason else RIGHT
    except Unanswered as reason:
        outcome.reason = str(reason)
        outcome.verdicts[elfwheel.name] = NO_ANSWER
    for peer in others if family.has_peers else ():
        answer = peers.is_right(peer, file, start, real)
        outcome.verdicts[peer.name] = NO_ANSWER if answer is None else RIGHT if answer else WRONG
    return outcome


def has_filters(case: Case) -> bool:
    return any(tag in (DT_FILTER, DT_AUXILIARY) for spec in case.files.values()
               if isinstance(spec, Spec) for tag, _ in spec.needs)


def judge_case(family, seed, tools, keep=None):
    """One outcome for each file that a process can start from."""
    case = family.make(seed)
    with tempfile.TemporaryDirectory(prefix="oracle-") as directory:
        # A path that is a link would be another one in every answer.
        directory = os.path.realpath(directory)
        case.write(directory)
        start = case.start_in(directory)
        outcomes = []
        for root in case.roots:
            outcome = judge(f"{family.name} seed {seed}: {root}", os.path.join(directory, root),
                            is_program(root), start, family, tools, not has_filters(case))
            outcome.seed = seed
            if outcome.reason:
                outcome.reason = outcome.reason.replace(directory, "@")
            outcomes.append(outcome)
    if keep is not None and any(outcome.reason for outcome in outcomes):
        keep_case(case, family, seed, outcomes, Path(keep))
    return outcomes


def is_program(root):
    return os.path.basename(root) == "p"


def keep_case(case, family, seed, outcomes, keep):
    """The files once more, and what was asked, as a text."""
    directory = keep.resolve() / f"{family.name}-{seed}"
    if directory.exists():
        return
    case.write(str(directory))
    start = case.start_in(str(directory))
    lines = [f"{family.what}", f"cd {shlex.quote(start.directory)}"]
    for name, value in (("LD_LIBRARY_PATH", start.library_path), ("LD_PRELOAD", start.preload)):
        if value is not None:
            lines.append(f"{name}={shlex.quote(value)}")
    lines += [f"{outcome.subject}: {outcome.reason}" for outcome in outcomes if outcome.reason]
    (directory / "README").write_text("\n".join(lines) + "\n")


def count(outcomes):
    """tool -> verdict -> number, elfwheel first."""
    table = collections.defaultdict(collections.Counter)
    for outcome in outcomes:
        for tool, verdict in outcome.verdicts.items():
            table[tool][verdict] += 1
    return table
