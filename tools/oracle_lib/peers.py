"""Other tools that say what a loader would load: auditwheel's lddtree, pax-utils' and libtree.

They promise no order, so they are judged by less than elfwheel: the set of files (links resolved,
the loader itself left out) and the set of names that are not found.
"""

import json
import os
import re
import shutil

from .answers import GAVE_UP, NOT_FOUND, Unanswered, paths_of, run
from .case import GLIBC_LOADER, MUSL_LOADER, Start

BRANCH = re.compile(r".*[├└]── (.*)")
# Names that are musl's loader itself; where it lies is no question to put to a tool.
OF_MUSL_ITSELF = re.compile(r"(libc|libpthread|librt|libm|libdl|libutil|libxnet)\.")
FOUND_BY = re.compile(r" \[[^\]]*\]$")


class Peer:
    def __init__(self, name, program, read, *flags):
        self.name, self.program, self.read, self.flags = name, program, read, flags

    def objects(self, file, start):
        """(paths, missing names). The tools know no LD_PRELOAD: it would be their own."""
        own = Start(start.library_path, None, start.directory)
        done = run([self.program, *self.flags, file], own, seconds=60)
        try:
            paths, missing = self.read(done)
        except (ValueError, KeyError, IndexError):
            raise Unanswered(f"exit {done.returncode}: {done.stderr.strip()[-200:]}") from None
        return resolved(paths, start.directory), {os.path.basename(name) for name in missing}


def resolved(paths, directory):
    loaders = {os.path.realpath(GLIBC_LOADER), os.path.realpath(MUSL_LOADER)}
    return {os.path.realpath(os.path.join(directory, path)) for path in paths} - loaders


def is_right(peer, file, start, real):
    """None where the peer has no answer, and the loader has one."""
    try:
        paths, missing = peer.objects(file, start)
    except Unanswered:
        return True if real.lines == [GAVE_UP] else None
    if real.lines == [GAVE_UP]:
        return False
    if MUSL_LOADER in real.lines:
        missing = {name for name in missing if not OF_MUSL_ITSELF.match(name)}
    return (paths == resolved(paths_of(real.lines), start.directory)
            and missing == {os.path.basename(each.partition(" => ")[0]) for each in real.lines
                            if each.endswith(f" => {NOT_FOUND}")})


def read_auditwheel(done):
    libraries = json.loads(done.stderr[done.stderr.index("{"):])["libraries"]
    return ([one["path"] for one in libraries.values() if one["path"]],
            [name for name, one in libraries.items() if not one["path"]])


def read_pax_utils(done):
    """"NAME => PATH", or None in the place of the path."""
    if done.returncode != 0:
        raise ValueError
    entries = [text.strip().partition(" => ") for text in done.stdout.splitlines()[1:]]
    return ([path for _, _, path in entries if path != "None"],
            [name for name, _, path in entries if path == "None"])


def read_libtree(done):
    if not done.stdout:
        raise ValueError
    entries = [match[1] for match in map(BRANCH.match, done.stdout.splitlines()) if match]
    missing = f" {NOT_FOUND}"
    return ([FOUND_BY.sub("", text) for text in entries if not text.endswith(missing)],
            [text[:-len(missing)] for text in entries if text.endswith(missing)])


def installed_peers(venvs):
    auditwheel = str(venvs / "tools/bin/auditwheel")
    peers = [Peer("auditwheel lddtree", auditwheel, read_auditwheel, "lddtree"),
             Peer("pax-utils lddtree", "/usr/bin/lddtree", read_pax_utils),
             Peer("libtree", "/usr/bin/libtree", read_libtree, "-pvv")]
    return [peer for peer in peers if shutil.which(peer.program)]
