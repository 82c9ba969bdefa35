"""What the real loaders of this machine answer, and what elfwheel does, in one form.

A link map is a list of lines in the loader's order, "NAME => PATH" or "NAME => not found"; only the
path for the loader itself and where the name has a slash. Bindings are a set of
(from, symbol, version, to), `to` being None where nothing defines what must be defined; with them
go the versions that are missing from libraries that have others, as (needed by, version, library).
"""

import json
import os
import re
import subprocess
from dataclasses import dataclass, field, replace

from .case import GLIBC_LOADER, MUSL_LOADER, Start

GAVE_UP = "the loader gives up"
NOT_FOUND = "not found"
FAILED_ASSERTION = "Inconsistency detected by ld.so"
# A libc.so.6 that was missing for one asker stands in the list of a trace, and the versions that
# the system's libraries need are looked for there.
MISLED_BY_MISSING_LIBC = re.compile(r": /lib/\S+: DT_RELR without GLIBC_ABI_DT_RELR dependency")
MISSING_IN_MUSL = "Error loading shared library "
BINDING = re.compile(r"\s*\d+:\s+binding file (.*) \[\d+\] to (.*) \[\d+\]: "
                     r"(?:normal|protected) symbol `(.*)'(?: \[(.*)\])?$")
UNDEFINED = re.compile(r"undefined symbol: (.*?)(?:, version (.*?))?\t\((.*)\)$")
MISSING_VERSION = re.compile(r"\S+: (/\S+): version `(.*)' not found \(required by (.*)\)$")
SECONDS = 10


class Unanswered(Exception):
    """No answer that could be compared; its text says why."""


@dataclass
class Answer:
    lines: list = field(default_factory=list)
    bindings: set = field(default_factory=set)
    missing_versions: set = field(default_factory=set)
    paths: list | None = None  # where an answer has the paths twice, the second list


def run(words, start=None, seconds=SECONDS, **variables):
    """Runs with nothing in the environment but `variables` and what `start` says."""
    environment = {"LC_ALL": "C", "PATH": "/usr/bin:/bin"} | variables
    directory = "/"
    if start is not None:
        directory = start.directory
        if start.library_path is not None:
            environment["LD_LIBRARY_PATH"] = start.library_path
        if start.preload is not None:
            environment["LD_PRELOAD"] = start.preload
    try:
        return subprocess.run(words, capture_output=True, text=True, errors="surrogateescape",
                              env=environment, cwd=directory, timeout=seconds,
                              stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        raise Unanswered(f"no end within {seconds} s") from None


def line(name, path):
    if path in (GLIBC_LOADER, MUSL_LOADER) or name == path or "/" in name:
        return path
    return f"{name} => {path}"


def missing_line(name):
    """elfwheel has a name as the file has it, a trace its tokens replaced: the file name counts."""
    return f"{name if '/' not in name else '.../' + name.rpartition('/')[2]} => {NOT_FOUND}"


def read_lines(text):
    """The list that a trace prints; the vdso is left out, a missing name listed once."""
    lines = []
    for each in text.splitlines():
        if not each.startswith("\t") or "linux-vdso" in each:
            continue
        name, arrow, path = each[1:].partition(" => ")
        if path == NOT_FOUND:
            lines.append(missing_line(name))
        elif " (0" in each:  # what stands at the address 0 has no "0x"
            path = (path if arrow else name).rpartition(" (0")[0]
            lines.append(line(name if arrow else path, path))
    return without_repetitions(lines)


def without_repetitions(lines):
    known, result = set(), []
    for each in lines:
        if not (each.endswith(f" => {NOT_FOUND}") and each in known):
            result.append(each)
        known.add(each)
    return result


# glibc.


def glibc_words(file, is_program):
    """A program is looked at as the kernel starts it, anything else as ldd does."""
    return [file] if is_program else [GLIBC_LOADER, file]


def check_loader(done):
    if done.returncode < 0:
        raise Unanswered(f"killed by signal {-done.returncode}")
    if FAILED_ASSERTION in done.stderr:
        raise Unanswered("an assertion of the loader fails")
    if MISLED_BY_MISSING_LIBC.search(done.stderr):
        raise Unanswered("a trace takes a missing libc.so.6 for the one that is there")


def glibc_link_map(file, is_program, start):
    done = run(glibc_words(file, is_program), start, LD_TRACE_LOADED_OBJECTS="1")
    check_loader(done)
    failed = [text for text in done.stderr.splitlines()
              if "error while loading shared libraries" in text]
    return Answer([GAVE_UP] if failed else read_lines(done.stdout))


def glibc_bindings(file, is_program, start, seconds=SECONDS):
    """In this mode ld.so leaves out what it looks up for itself and for the vdso."""
    done = run(glibc_words(file, is_program), start, seconds, LD_TRACE_LOADED_OBJECTS="1",
               LD_WARN="yes", LD_BIND_NOW="yes", LD_DEBUG="bindings")
    check_loader(done)
    if done.returncode != 0:
        return Answer([GAVE_UP])

    def real(name):
        return os.path.realpath(os.path.join(start.directory, name or file))
    rows, versions = set(), set()
    for each in done.stderr.splitlines():
        if match := BINDING.match(each):
            if "linux-vdso" not in match[1] and match[1] != GLIBC_LOADER:
                rows.add((real(match[1]), match[3], match[4], real(match[2])))
        elif match := UNDEFINED.match(each):
            rows.add((real(match[3]), match[1], match[2], None))
        elif match := MISSING_VERSION.match(each):
            versions.add((real(match[3]), match[2], real(match[1])))
    return Answer(bindings=rows, missing_versions=versions)


# musl.


def musl_link_map(file, is_program, start):
    done = run([MUSL_LOADER, "--list", file], start)
    if done.returncode < 0:
        raise Unanswered(f"killed by signal {-done.returncode}")
    lines = read_lines(done.stdout)
    # The first line is the loader's own, whether or not anything needs it; later there is one for
    # each name that means it.
    if lines[:1] == [MUSL_LOADER]:
        del lines[0]
    if MUSL_LOADER in lines:
        at = lines.index(MUSL_LOADER) + 1
        lines[at:] = [each for each in lines[at:] if each != MUSL_LOADER]
    for each in done.stderr.splitlines():
        if each.startswith(MISSING_IN_MUSL):
            name = each[len(MISSING_IN_MUSL):].split(": ")[0]
            lines.append(missing_line(name))
    return Answer(missing_last(lines))


def missing_last(lines):
    """What was not found, sorted, behind the rest: musl says it in another stream, and a filter
    takes the objects that it moves away from behind which a missing one was listed."""
    missing = {each for each in lines if each.endswith(f" => {NOT_FOUND}")}
    return [each for each in lines if each not in missing] + sorted(missing)


# elfwheel: never under the environment that is meant for the process it predicts.


class Elfwheel:
    name = "elfwheel"

    def __init__(self, program):
        self.program = program

    def run(self, command, file, start, *flags, seconds=120):
        words = [self.program, command, "--no-env", *flags]
        if start.library_path is not None:
            words += ["--ldpaths", start.library_path]
        if start.preload is not None:
            words += ["--preload", start.preload]
        done = run([*words, file], Start(directory=start.directory), seconds)
        if done.returncode not in (0, 1):
            raise Unanswered(f"exit {done.returncode}: {done.stderr.strip()[:300]}")
        return done.stdout

    def json(self, *words, **limits):
        text = self.run(*words, "--json", **limits)
        try:
            return json.loads(text)
        except ValueError as error:
            raise Unanswered(f"no JSON: {error}") from None

    def link_map(self, file, start, libc="glibc"):
        text = self.run("lddtree", file, start, "--libc", libc, "--format", "flat")
        lines = []
        for each in text.splitlines():
            name, _, path = each.partition(" => ")
            if libc == "glibc" and path.startswith(f"{NOT_FOUND} ("):
                return Answer([GAVE_UP])
            if path.startswith(NOT_FOUND):
                lines.append(missing_line(name))
            else:
                lines.append(line(name, path.rpartition(" (")[0]))
        answer = Answer(without_repetitions(lines) if libc == "glibc" else missing_last(lines))
        tree = self.json("lddtree", file, start, "--libc", libc)
        answer.paths = [entry["path"] for entry in tree["load_order"]]
        return answer

    def bindings(self, file, start, seconds=120):
        answer = Answer()
        loader = os.path.realpath(GLIBC_LOADER)
        for row in self.json("bindings", file, start, seconds=seconds)["bindings"]:
            if row["from"] != loader and (row["to"] or not row["weak"]):
                answer.bindings.add((row["from"], row["symbol"], row["version"], row["to"]))
        for one in self.json("lddtree", file, start).get("missing_versions", ()):
            answer.missing_versions.add((one["needed_by"], one["version"], one["library"]))
        return answer


def paths_of(lines):
    """The paths of a link map, in order."""
    found = (each.partition(" => ") for each in lines if not each.endswith(f" => {NOT_FOUND}"))
    return [path if arrow else name for name, arrow, path in found]


def difference(ours, real, missing_in_order=True):
    """The first difference in words, or None. Everything counts: names, paths, order."""
    if not missing_in_order:
        ours, real = (replace(answer, lines=missing_last(answer.lines)) for answer in (ours, real))
    if ours.paths is not None and ours.lines != [GAVE_UP] and ours.paths != paths_of(ours.lines):
        return f"load_order has {ours.paths}, the list {paths_of(ours.lines)}"
    for place in range(max(len(ours.lines), len(real.lines))):
        own, other = (lines[place] if place < len(lines) else "the end"
                      for lines in (ours.lines, real.lines))
        if own != other:
            return f"line {place + 1} is '{own}', the loader has '{other}'"
    for title, rows in (("too many", ours.bindings - real.bindings),
                        ("not there", real.bindings - ours.bindings),
                        ("versions too many", ours.missing_versions - real.missing_versions),
                        ("versions not there", real.missing_versions - ours.missing_versions)):
        if rows:
            return f"{len(rows)} {title}, the first: {min(rows, key=repr)}"
    return None
