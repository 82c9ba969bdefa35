#!/usr/bin/env python3
"""Compares every policy table with those of the auditwheel that this Python has.

usage: check_policies.py POLICY_DUMP

POLICY_DUMP is the test program of that name. Compared are, for each architecture and C library:
the policies and their order, aliases, symbol versions, allowed libraries and banned symbols. Both
directions count: what auditwheel has and we lack, and what we have and auditwheel lacks. Exit 1
with a line for each difference. Android policies are compared by tag, from the first API level to
some that are not out yet.
"""

import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from auditwheel.architecture import Architecture
from auditwheel.libc import Libc
from auditwheel.policy import WheelPolicies

ARCHITECTURES = ["x86_64", "i686", "aarch64", "armv7l", "ppc64le", "ppc64", "s390x", "riscv64",
                 "loongarch64"]
MUSL_POLICIES = ["musllinux_1_1", "musllinux_1_2"]


def auditwheel_policies(architecture, libc, musl_policy):
    """[row] as policy_dump prints them, from the most compatible policy to linux; None where
    auditwheel has no policies for the architecture."""
    try:
        policies = WheelPolicies(libc=libc, arch=Architecture(architecture),
                                 musl_policy=musl_policy)
    except (AssertionError, IndexError, KeyError):
        return None  # it expects a musl policy for each architecture
    return rows_of(policies)


def rows_of(policies):
    """What policy_dump prints of them, from the most compatible policy to linux."""
    return [{
        "name": policy.name,
        "aliases": list(policy.aliases),
        "symbol_versions": {k: sorted(v) for k, v in policy.symbol_versions.items()},
        "lib_whitelist": sorted(policy.whitelist),
        "blacklist": {k: sorted(v) for k, v in policy.blacklist.items()},
    } for policy in policies][::-1]


def android_policies(tag):
    architecture = {"arm64_v8a": "aarch64", "x86_64": "x86_64"}[tag.split("_", 2)[2]]
    return rows_of(WheelPolicies(libc=Libc.ANDROID, arch=Architecture(architecture),
                                 wheel_fn=Path(f"pkg-1-cp313-cp313-{tag}.whl")))


def differences(where, ours, theirs):
    """Yields a line for each leaf that differs between two JSON values."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in sorted(ours.keys() | theirs.keys()):
            if key not in ours or key not in theirs:
                yield f"{where}: {key}: only in {'ours' if key in ours else 'auditwheel'}"
            else:
                yield from differences(f"{where}: {key}", ours[key], theirs[key])
    elif isinstance(ours, list) and isinstance(theirs, list):
        missing = [x for x in theirs if x not in ours]
        extra = [x for x in ours if x not in theirs]
        if missing:
            yield f"{where}: missing here: {' '.join(map(str, missing))}"
        if extra:
            yield f"{where}: not in auditwheel: {' '.join(map(str, extra))}"
        if not missing and not extra and len(ours) != len(theirs):
            yield f"{where}: {len(ours)} entries here, {len(theirs)} in auditwheel"
    elif ours != theirs:
        yield f"{where}: {ours!r} here, {theirs!r} in auditwheel"


def compare(where, ours, theirs):
    """Yields differences between two lists of policies, policy by policy."""
    our_names = [row["name"] for row in ours]
    their_names = [row["name"] for row in theirs]
    if our_names != their_names:
        yield f"{where}: policies {our_names} here, {their_names} in auditwheel"
        return
    for our_row, their_row in zip(ours, theirs):
        yield from differences(our_row["name"], our_row, their_row)


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: check_policies.py POLICY_DUMP")
    tables = json.loads(subprocess.run([sys.argv[1], "tables"], check=True,
                                       stdout=subprocess.PIPE).stdout)
    found = []
    compared = 0
    sets = [("glibc", Libc.GLIBC, None)] + [(name, Libc.MUSL, name) for name in MUSL_POLICIES]
    known = [a.value for a in Architecture if a.baseline == a]
    if sorted(known) != sorted(ARCHITECTURES):
        found.append(f"architectures: {ARCHITECTURES} here, {known} in auditwheel")
    for label, libc, musl_policy in sets:
        for architecture in ARCHITECTURES:
            where = f"{label} {architecture}"
            ours = tables[label][architecture]
            theirs = auditwheel_policies(architecture, libc, musl_policy)
            if theirs is None:
                names = [row["name"] for row in ours]
                if names != [f"linux_{architecture}"]:
                    found.append(f"{where}: auditwheel has no policy, here {names}")
                continue
            found += compare(where, ours, theirs)
            compared += len(theirs)
    levels = 0
    for tag, ours in tables["android"].items():
        found += compare(f"android {tag}", ours, android_policies(tag))
        levels += 1
    if levels < 40:
        found.append(f"only {levels} Android tags were compared")
    seen = {label: sorted(tables[label]) for label in tables if label != "android"}
    if any(architectures != sorted(ARCHITECTURES) for architectures in seen.values()):
        found.append(f"architectures in the tables: {seen}")
    if compared < 100:
        found.append(f"only {compared} policies were compared")
    for line in found:
        print(line)
    print(f"auditwheel {version('auditwheel')}: {compared} policies and {levels} Android tags compared, "
          f"{len(found)} differences")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
