#!/usr/bin/env python3
"""Judges many made-up packages with auditwheel's own code and with ours, and compares.

usage: compare_with_auditwheel.py POLICY_DUMP [CASES [SEED]]

A case is a small random graph of ELF files: Python extensions, libraries inside, libraries outside
or missing, symbol versions around every policy's ceiling, banned symbols, ISA levels. auditwheel's
file reading is replaced by these facts; everything that decides (analyze_wheel_abi, main_show,
main_repair) is its own. Compared are all keys of `show --json` and the policy, tags and refusals of
`repair`. What we do otherwise on purpose (docs/policies.md) is kept out of the cases.
"""

import argparse
import contextlib
import functools
import io
import json
import logging
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from unittest import mock

from auditwheel import main_repair, main_show, policy, repair, wheel_abi
from auditwheel.architecture import Architecture
from auditwheel.lddtree import DynamicExecutable, DynamicLibrary, Platform
from auditwheel.libc import Libc
from auditwheel.policy import WheelPolicies

INSIDE = Path("/package")
GLIBC_ARCHITECTURES = ["x86_64", "i686", "aarch64", "armv7l", "ppc64le", "ppc64", "s390x",
                       "riscv64", "loongarch64"]
ALLOWED = ["libc.so.6", "libm.so.6", "libz.so.1", "libexpat.so.1", "libmvec.so.1",
           "libstdc++.so.6", "ld-linux-x86-64.so.2", "ld64.so.2", "libpthread.so.0"]
LATE = ["libexpat.so.1", "libmvec.so.1"]  # allowed by the newer policies alone
OUTSIDE = ["libfoo.so.1", "libbar.so.2", "libbaz.so.3", "libpython3.11.so.1.0"]
SYMBOLS = ["uncompress2", "bi_windup", "z_errmsg", "crc32_combine_op", "__issignaling",
           "pthread_getattr_default_np", "malloc", "deflate"]
ISA_LEVELS = {0: None, 1: None, 2: Architecture.x86_64_v2, 4: Architecture.x86_64_v3,
              8: Architecture.x86_64_v4}


@functools.lru_cache(None)
def auditwheel_policies(libc, architecture):
    """auditwheel's policies; reading its tables takes longer than judging a case."""
    return WheelPolicies(libc=libc, arch=Architecture(architecture),
                         musl_policy="musllinux_1_2" if libc == Libc.MUSL else None)


def listed_versions(architecture):
    """{family: versions} of auditwheel's newest policy, for cases near the ceilings."""
    policies = auditwheel_policies(Libc.GLIBC, architecture)
    return {k: sorted(v) for k, v in policies.lowest.symbol_versions.items()}


def random_versions(pick, families):
    """[(library, version)] of one file."""
    uses = []
    for _ in range(pick.randrange(3)):
        family = pick.choice(sorted(families))
        known = families[family]
        # Mostly what some policy has, sometimes what none has.
        version = pick.choice(known) if known and pick.random() < 0.9 else "99.1"
        uses.append((pick.choice(["libc.so.6", "libstdc++.so.6"]), f"{family}_{version}"))
    if pick.random() < 0.2:
        uses.append(("libfoo.so.1", "FOO_1.0"))
    if pick.random() < 0.1:
        uses.append(("ld-linux-x86-64.so.2", "GLIBC_99.2"))
    return sorted(set(uses))


def random_case(pick, families_of):
    libc = "musl" if pick.random() < 0.15 else "glibc"
    architecture = pick.choice([a for a in GLIBC_ARCHITECTURES if libc == "glibc" or a != "ppc64"])
    families = families_of[architecture]
    objects = []

    def add(name, inside, root):
        isa = pick.choice([0, 1] * 6 + [2, 4, 8]) if architecture == "x86_64" else 0
        objects.append({"name": name, "inside": inside, "root": root, "needed": [], "isa": isa,
                        "versions": random_versions(pick, families) if pick.random() < 0.7 else [],
                        "undefined": sorted(pick.sample(SYMBOLS, pick.randrange(3)))})
        return len(objects) - 1

    names = {}  # DT_NEEDED name -> object, the same for all files
    for index in range(pick.randrange(1, 4)):
        add(f"{INSIDE}/ext{index}.so", True, True)
    for index in range(pick.randrange(3)):
        names[f"libin{index}.so"] = add(f"{INSIDE}/pkg.libs/libin{index}.so", True, False)
    for name in ALLOWED + OUTSIDE[:3]:
        if pick.random() < 0.85:
            names[name] = add(f"/usr/lib/{name}.real", False, False)
    for index, each in enumerate(objects):
        pool = list(names) + ALLOWED + OUTSIDE
        needed = pick.sample(sorted(set(pool)), pick.randrange(4))
        if not each["inside"]:
            # A system library does not need the package's own.
            needed = [n for n in needed if not n.startswith("libin")]
        if any(name in each["name"] for name in LATE):
            # Under a policy that allows such a library, what it needs is not looked at; for ISA
            # levels auditwheel does look at it.
            needed = []
        each["needed"] = [[name, names.get(name)] for name in needed if names.get(name) != index]
    # As the project's own rule would make them roots, and auditwheel's too where none needs them.
    wanted = {name for each in objects if each["inside"] for name, _ in each["needed"]}
    for each in objects:
        if each["inside"] and Path(each["name"]).name not in wanted:
            each["root"] = True
    # Left out: cycles inside the package that nothing else reaches.
    reached, pending = set(), [i for i, each in enumerate(objects) if each["root"]]
    while pending:
        index = pending.pop()
        if index not in reached:
            reached.add(index)
            pending += [i for _, i in objects[index]["needed"] if i is not None]
    for index, each in enumerate(objects):
        each["root"] = each["root"] or (each["inside"] and index not in reached)

    plats = ["auto", "auto"]
    if libc == "glibc":
        policies = auditwheel_policies(Libc.GLIBC, architecture)
        plats += [p.name for p in policies if p != policies.linux]
    else:
        plats.append(f"musllinux_1_2_{architecture}")
    extensions = [each["name"] for each in objects if each["root"]]
    return {"architecture": architecture, "libc": libc, "objects": objects,
            "ucs2_files": extensions[:1] if pick.random() < 0.03 else [],
            "pyfpe_files": extensions[:1] if pick.random() < 0.03 else [],
            "plat": pick.choice(plats), "only_plat": pick.random() < 0.3}


def wheel_elf_data(case):
    """What auditwheel would have read from the files of the case."""
    libc = {"glibc": Libc.GLIBC, "musl": Libc.MUSL}[case["libc"]]
    base = Architecture(case["architecture"])
    objects = case["objects"]

    def platform(each):
        return Platform("ELFOSABI_SYSV", 64, True, "EM", base, ISA_LEVELS[each["isa"]], None)

    def tree(root):
        libraries, pending = {}, [root]
        while pending:
            for name, index in pending.pop()["needed"]:
                if name in libraries:
                    continue
                if index is None:
                    libraries[name] = DynamicLibrary(name, None, None)
                    continue
                each = objects[index]
                libraries[name] = DynamicLibrary(name, each["name"], Path(each["name"]),
                                                 platform(each),
                                                 tuple(n for n, _ in each["needed"]))
                pending.append(each)
        path = root["name"]
        return DynamicExecutable(None, libc, path, Path(path), platform(root),
                                 tuple(n for n, _ in root["needed"]), (), (), libraries)

    policies = auditwheel_policies(libc, case["architecture"])
    trees = {Path(each["name"]): tree(each) for each in objects if each["root"]}
    undefined = {each["name"]: set(each["undefined"]) for each in objects}
    with mock.patch.object(policy, "filter_undefined_symbols", lambda path, symbols: {
            k: sorted(v & undefined[str(path)]) for k, v in symbols.items()
            if v & undefined[str(path)]}):
        references = {path: policies.lddtree_external_references(each, INSIDE)
                      for path, each in trees.items()}
    versions = wheel_abi.defaultdict(set)
    for each in objects:
        if each["inside"]:
            for library, version in each["versions"]:
                if not library.startswith("ld-linux"):
                    versions[library].add(version)
    return wheel_abi.WheelElfData(policies, trees, references, versions,
                                  bool(case["ucs2_files"]), bool(case["pyfpe_files"]))


def versions_of_files(case):
    by_name = {each["name"]: each for each in case["objects"]}

    def get_versioned_symbols(libs):
        result = {}
        for path, soname in libs.items():
            found = wheel_abi.defaultdict(set)
            for library, version in by_name[str(path)]["versions"]:
                if not library.startswith("ld-linux"):
                    found[library].add(version)
            result[soname] = found
        return result

    return get_versioned_symbols


class Refused(Exception):
    pass


class RefusingParser(argparse.ArgumentParser):
    def error(self, message):
        raise Refused(message)


REASONS = {"too-recent versioned symbols": "symbols", "a UCS2 build": "ucs2",
           "black-listed symbols": "blacklist", "unsupported ISA": "isa"}


def auditwheel_show(wheel):
    arguments = argparse.Namespace(WHEEL_FILE=wheel, JSON=True, DISABLE_ISA_EXT_CHECK=False,
                                   ALLOW_PURE_PY_WHEEL=False, LDPATHS=None, verbose=0)
    with contextlib.redirect_stdout(io.StringIO()) as output:
        main_show.execute(arguments, RefusingParser())
    answer = json.loads(output.getvalue())
    return {key: answer[key] for key in answer if key not in ("version", "wheel", "pure")}


def auditwheel_repair(case, wheel):
    """{"tags", "policy"} or {"refusal"} of `auditwheel repair`."""
    arguments = argparse.Namespace(
        WHEEL_FILE=[wheel], EXCLUDE=[], WHEEL_DIR=wheel.parent, PLAT=case["plat"],
        ONLY_PLAT=case["only_plat"], DISABLE_ISA_EXT_CHECK=False, ALLOW_PURE_PY_WHEEL=False,
        LDPATHS=None, PATCHER="none", LIB_SDIR=".libs", UPDATE_TAGS=True, STRIP=False,
        ZIP_COMPRESSION_LEVEL=-1)
    try:
        with mock.patch.object(repair, "repair_wheel") as repair_wheel, \
                mock.patch.object(main_repair.ElfPatcher, "get_patcher") as patcher:
            main_repair.execute(arguments, RefusingParser())
    except Refused as refused:
        return {"refusal": next(v for k, v in REASONS.items() if k in str(refused))}
    return {"tags": repair_wheel.call_args.kwargs["abis"],
            "policy": patcher.call_args.args[1]}


def auditwheel_answer(case, directory):
    tag = "linux" if case["libc"] == "glibc" else "musllinux_1_2"
    wheel = directory / f"pkg-1-cp311-cp311-{tag}_{case['architecture']}.whl"
    wheel.touch()
    data = wheel_elf_data(case)
    # wheel_abi's json serialises everything for debug messages that nobody sees here.
    with mock.patch.object(wheel_abi, "get_wheel_elfdata", lambda *_: data), \
            mock.patch.object(wheel_abi, "json"), \
            mock.patch.object(wheel_abi, "get_versioned_symbols", versions_of_files(case)):
        return auditwheel_show(wheel), auditwheel_repair(case, wheel)


def repair_differs(ours, theirs, case):
    if case["pyfpe_files"]:
        return "pyfpe" not in ours["refusals"]  # auditwheel repairs and tags such a wheel
    if "refusal" in theirs:
        return ours["refusals"][:1] != [theirs["refusal"]]
    return bool(ours["refusals"]) or any(ours[key] != theirs[key] for key in ("policy", "tags"))


def main():
    if len(sys.argv) not in (2, 3, 4):
        sys.exit("usage: compare_with_auditwheel.py POLICY_DUMP [CASES [SEED]]")
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 400
    pick = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 20210)
    families_of = {a: listed_versions(a) for a in GLIBC_ARCHITECTURES}
    cases = [random_case(pick, families_of) for _ in range(count)]
    answers = json.loads(subprocess.run([sys.argv[1], "evaluate"], input=json.dumps(cases).encode(),
                                        check=True, stdout=subprocess.PIPE).stdout)
    logging.disable(logging.CRITICAL)
    failures, tags = 0, set()
    outcomes = {"refused": 0, "tagged": 0, "better": 0}
    with tempfile.TemporaryDirectory() as directory:
        for case, ours in zip(cases, answers, strict=True):
            show, repaired = auditwheel_answer(case, Path(directory))
            tags.add(show["overall_tag"])
            if "refusal" in repaired:
                outcomes["refused"] += 1
            else:
                outcomes["tagged"] += 1
                outcomes["better"] += repaired["tags"][0] != repaired["policy"]
            if ours["show"] == show and not repair_differs(ours["repair"], repaired, case):
                continue
            failures += 1
            if failures <= 3:
                print(f"case: {json.dumps(case)}\nauditwheel: {json.dumps([show, repaired])}\n"
                      f"ours:       {json.dumps([ours['show'], ours['repair']])}\n")
    print(f"{count} cases, {failures} differ; {len(tags)} tags seen, {outcomes}")
    # A generator that makes only trivial cases proves nothing.
    varied = count < 400 or (len(tags) > 30 and min(outcomes.values()) > 30)
    return 1 if failures or not varied else 0


if __name__ == "__main__":
    sys.exit(main())
