"""Debian's own servers, as this machine is set up to reach them: a bare root, source packages."""

import os
from pathlib import Path

from support.checkout import run

AS_ROOT = [] if os.geteuid() == 0 else ["sudo", "-n"]
HOME = "/root"  # of the user inside
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


def index_targets(form: str) -> list[str]:
    """One line of this form (apt-get(8), indextargets) for each list of packages of Debian's."""
    lines = run("apt-get", "indextargets", "--format", form, "Created-By: Packages",
                "Origin: Debian").stdout.splitlines()
    assert lines, "this machine knows no server of Debian's"
    return sorted(set(lines))


class DebianRoot:
    """A root of Debian's smallest variant, made by debootstrap."""

    def __init__(self, directory: Path, suite: str = "bookworm"):
        self.path = directory
        [server] = {line.split()[1] for line in index_targets("$(RELEASE) $(REPO_URI)")
                    if line.split()[0] == suite}
        run(*AS_ROOT, "debootstrap", "--variant=minbase", suite, directory, server)
        run(*AS_ROOT, "cp", "/etc/resolv.conf", directory / "etc")

    def run(self, *command, expect: int | None = 0, **variables: str):
        """Runs a command inside, with nothing of this machine's environment but what is given."""
        kept = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "HOME": HOME,
                "DEBIAN_FRONTEND": "noninteractive"}
        kept |= {name: value for name, value in os.environ.items() if name.endswith("_proxy")}
        words = [f"{name}={value}" for name, value in (kept | variables).items()]
        return run(*AS_ROOT, "chroot", self.path, "/usr/bin/env", "-i", *words, *command,
                   expect=expect)

    def copy_in(self, file: Path, place: str) -> str:
        run(*AS_ROOT, "cp", file, f"{self.path}{place}")
        return f"{place}/{file.name}"

    def files(self) -> set[str]:
        """What is there, without the records and caches of dpkg, apt, ldconfig and man."""
        pruned = ["/proc", "/sys", "/dev", "/tmp", "/var/lib/dpkg", "/var/lib/apt", "/var/cache",
                  "/var/log"]
        words = " -o ".join(f"-path {path}" for path in pruned)
        return set(self.run("sh", "-c", f"find / \\( {words} \\) -prune -o -print").stdout.split("\n"))


def fetch_source(package: str, directory: Path) -> Path:
    """Debian's source of a package, unpacked with Debian's patches, below `directory`."""
    sources = directory / "sources.list"
    sources.write_text("\n".join(index_targets(
        f"deb-src [signed-by={KEYRING}] $(REPO_URI) $(RELEASE) $(COMPONENT)")) + "\n")
    for name in ("lists/partial", "cache/archives/partial"):
        (directory / name).mkdir(parents=True)
    apt = ["apt-get", "-qq", f"-oDir::Etc::SourceList={sources}", "-oDir::Etc::SourceParts=-",
           f"-oDir::State::Lists={directory}/lists", f"-oDir::Cache={directory}/cache",
           "-oAPT::Sandbox::User="]
    run(*apt, "update")
    run(*apt, "source", package, cwd=directory)
    [unpacked] = (path for path in directory.glob(f"{package}-*") if path.is_dir())
    return unpacked
