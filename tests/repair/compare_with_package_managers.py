#!/usr/bin/env python3
"""Asks dpkg and rpm which packages files belong to, and compares with our reading of their data.

usage: compare_with_package_managers.py PACKAGE_OWNERS

dpkg is asked about every library of this machine. rpm makes a database of its own below another
root, in which one package is large enough to be spread over many pages. The records of that
database are then put into the two other containers that rpm has had: Berkeley DB's hash by
Berkeley DB's own loader, and "ndb" as rpm's lib/backend/ndb/rpmpkg.c lays it out, since Debian's
rpm writes neither.
"""

import json
import os
import sqlite3
import struct
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

LIBRARIES = Path("/usr/lib/x86_64-linux-gnu")
PACKAGES = 60
LARGE = 7  # the number of the package with many files
SPEC_HEAD = """\
Name: base
Version: 1.0
Release: 3.el9
Summary: none
License: none
BuildArch: noarch
%description
none
%install
mkdir -p %{buildroot}/lib64 %{buildroot}/usr/lib64/many
for i in $(seq 0 59); do echo > %{buildroot}/usr/lib64/libp$i.so.1; done
echo > %{buildroot}/lib64/libmerged.so.1
for i in $(seq 4000); do echo > %{buildroot}/usr/lib64/many/libmany$i.so; done
"""


def run(*command, text=None):
    words = [str(word) for word in command]
    done = subprocess.run(words, input=text, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{command}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def ours(program, root, paths):
    answer = json.loads(run(program, root, text="".join(f"{path}\n" for path in paths)))
    return dict(zip(paths, answer["packages"], strict=True)), answer["notes"]


def fail_unless(condition, message):
    if not condition:
        sys.exit(message)


# --- dpkg


def dpkg_owners(paths):
    """{path: {(name, version)}} as dpkg-query says; diverted paths are left out."""
    spelled = {}
    for path in paths:
        spelled[path] = path
        if os.path.islink("/lib"):
            spelled[path.removeprefix("/usr")] = path
    versions = {}
    for line in run("dpkg-query", "-W", "-f", "${binary:Package} ${Version}\n").splitlines():
        name, version = line.split(" ")
        versions[name] = versions[name.split(":")[0]] = version
    # Exit 1: some paths belong to nobody.
    found = subprocess.run(["dpkg-query", "-S", *spelled], capture_output=True, text=True).stdout
    owners, diverted = {}, set()
    for line in found.splitlines():
        names, path = line.rsplit(": ", 1)
        if names.startswith("diversion by "):
            diverted.add(spelled.get(path))
            continue
        for name in names.split(", "):
            if path in spelled:
                owners.setdefault(spelled[path], set()).add((name.split(":")[0], versions[name]))
    return {path: owners.get(path, set()) for path in paths if path not in diverted}


def compare_with_dpkg(program):
    paths = sorted(str(file) for file in LIBRARIES.rglob("*.so*")
                   if file.is_file() and not file.is_symlink())
    strangers = ["/usr/local/lib/libnobody.so.1", "/usr/lib/libgomp.so.1.0.0"]
    expected = dpkg_owners(paths + strangers)
    found, notes = ours(program, "/", list(expected))
    fail_unless(notes == [], f"notes: {notes}")
    wrong = []
    for path, owners in expected.items():
        own = found[path] and (found[path]["name"], found[path]["version"])
        if (own not in owners) if owners else own is not None:
            wrong.append(f"{path}: dpkg says {sorted(owners)}, found {own}")
    fail_unless(not wrong, "\n".join(wrong))
    owned = sum(bool(owners) for owners in expected.values())
    fail_unless(owned > 100, f"only {owned} libraries have a package: nothing was compared")
    print(f"dpkg: {len(expected)} files, {owned} of them owned")


# --- rpm


def make_rpm_database(scratch):
    spec = SPEC_HEAD
    for i in range(PACKAGES):
        epoch = f"Epoch: {i}\n" if i % 3 == 1 else ""
        many = "/usr/lib64/many\n" if i == LARGE else ""
        merged = "/lib64/libmerged.so.1\n" if i == 0 else ""
        spec += (f"%package -n p{i}\n{epoch}Summary: none\n%description -n p{i}\nnone\n"
                 f"%files -n p{i}\n/usr/lib64/libp{i}.so.1\n{many}{merged}")
    (scratch / "packages.spec").write_text(spec)
    run("rpmbuild", "--define", f"_topdir {scratch}", "--define", "__os_install_post %{nil}",
        "--define", "_binary_payload w0.gzdio", "-bb", scratch / "packages.spec")
    database = scratch / "database"
    run("rpm", "--dbpath", database, "--define", "_db_backend sqlite", "--justdb", "--nodeps",
        "--force-debian", "-i", *scratch.glob("RPMS/*/*.rpm"))
    return database


def records_of(database):
    with sqlite3.connect(f"file:{database}/rpmdb.sqlite?mode=ro", uri=True) as connection:
        return connection.execute("select hnum, blob from Packages order by hnum").fetchall()


def write_bdb(path, records, order):
    dump = ("VERSION=3\nformat=bytevalue\ntype=hash\ndb_pagesize=4096\n"
            f"db_lorder={order}\nHEADER=END\n")
    # rpm keeps the next free number under the key 0.
    for number, data in [(0, struct.pack("<I", len(records) + 1)), *records]:
        dump += f" {struct.pack('<I', number).hex()}\n {data.hex()}\n"
    run("db5.3_load", path, text=dump + "DATA=END\n")


def write_ndb(path, records):
    pages = (len(records) + 4) * 16 // 4096 + 1  # the file's header takes two slots; two stay free
    slots, blobs = b"", b""
    for number, data in records:
        size = 16 + len(data) + 12
        padding = -size % 16
        blob = struct.pack("<4sIII", b"BlbS", number, 1, len(data)) + data + bytes(padding)
        blob += struct.pack("<II4s", zlib.adler32(blob), len(data), b"BlbE")
        slots += struct.pack("<4sIII", b"Slot", number, pages * 256 + len(blobs) // 16,
                             len(blob) // 16)
        blobs += blob
    free = pages * 256 - 2 - len(records)
    # A free slot first, as after a package's removal.
    slots = struct.pack("<4sIII", b"Slot", 0, 0, 0) + slots
    slots += struct.pack("<4sIII", b"Slot", 0, 0, 0) * (free - 1)
    head = struct.pack("<4sIIII12x", b"RpmP", 0, 1, pages, len(records) + 1)
    path.write_bytes(head + slots + blobs)


def make_root(scratch, name):
    root = scratch / name
    for directory in ("etc", "usr/lib64", "var/lib/rpm"):
        (root / directory).mkdir(parents=True)
    (root / "lib64").symlink_to("usr/lib64")
    (root / "etc/os-release").write_text('NAME="Alma"\nID="almalinux"\nVERSION_ID="9.4"\n')
    return root


def compare_with_rpm(program, scratch):
    database = make_rpm_database(scratch)
    records = records_of(database)
    fail_unless(max(len(data) for _, data in records) > 100_000, "no record fills many pages")
    roots = {name: make_root(scratch, name) for name in ("sqlite", "bdb", "bdb_big", "ndb")}
    (roots["sqlite"] / "var/lib/rpm/rpmdb.sqlite").write_bytes(
        (database / "rpmdb.sqlite").read_bytes())
    write_bdb(roots["bdb"] / "var/lib/rpm/Packages", records, 1234)
    write_bdb(roots["bdb_big"] / "var/lib/rpm/Packages", records, 4321)
    write_ndb(roots["ndb"] / "var/lib/rpm/Packages.db", records)

    paths = [f"/usr/lib64/libp{i}.so.1" for i in range(PACKAGES)]
    paths += [f"/usr/lib64/many/libmany{i}.so" for i in (1, 2000, 4000)]
    names = [f"p{i}" for i in range(PACKAGES)] + [f"p{LARGE}"] * 3
    words = "%{NAME} %|EPOCH?{%{EPOCH}:}:{}|%{VERSION}-%{RELEASE}\n"
    said = run("rpm", "--dbpath", database, "-qf", "--qf", words, *paths).splitlines()
    fail_unless([line.split(" ")[0] for line in said] == names, f"rpm says {said}")
    for name, root in roots.items():
        others = ["/usr/lib64/libmerged.so.1", "/usr/lib64/no.so"]
        found, notes = ours(program, root, paths + others)
        fail_unless(notes == [], f"{name}: {notes}")
        answers = [f"{found[path]['name']} {found[path]['version']}" if found[path] else "nobody"
                   for path in paths]
        fail_unless(answers == said, f"{name}: found {answers}, rpm says {said}")
        fail_unless(found["/usr/lib64/libmerged.so.1"]["name"] == "p0", f"{name}: /lib64 is missed")
        fail_unless(found["/usr/lib64/no.so"] is None, f"{name}: an owner for no file of a package")
        purl = found["/usr/lib64/libp4.so.1"]["purl"]
        expected = ("pkg:rpm/almalinux/p4@1.0-3.el9?arch=noarch&distro=almalinux-9.4&epoch=4"
                    "&upstream=base-1.0-3.el9.src.rpm")
        fail_unless(purl == expected, f"{name}: {purl}")
    print(f"rpm: {len(paths)} files of {len(records)} packages in {len(roots)} databases")


def main():
    [program] = sys.argv[1:]
    compare_with_dpkg(program)
    with tempfile.TemporaryDirectory() as scratch:
        compare_with_rpm(program, Path(scratch))


if __name__ == "__main__":
    main()
