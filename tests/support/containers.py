"""Containers by podman, which needs no service, on roots that debootstrap makes: no registry of
images is asked. All of it lies in one directory. Only root can do that, and it takes minutes."""

import os
import resource
import shutil
from pathlib import Path

from support.checkout import run

# crun gives up where both kinds of control groups are mounted; podman is told to use neither. The
# arguments up to -- are SOURCE:PLACE, directories that lie over others meanwhile; then, a command.
WITHOUT_CGROUP2 = """
mountpoint -q /sys/fs/cgroup/unified && umount /sys/fs/cgroup/unified
for over; do
  shift
  [ "$over" = -- ] && break
  mount --bind "${over%%:*}" "${over#*:}" || exit
done
exec "$@"
"""

STORAGE = """
[storage]
driver = "vfs"
runroot = "{directory}/run"
graphroot = "{directory}/graph"
"""

# The network is the machine's. No limit may be above the caller's own: that would take
# CAP_SYS_RESOURCE.
ENGINE = """
[containers]
cgroups = "disabled"
netns = "host"
default_ulimits = ["nofile={files}:{files}", "nproc={processes}:{processes}"]
[engine]
runtime = "crun"
cgroup_manager = "cgroupfs"
events_logger = "file"
"""

MACHINE_AUTHORITIES = Path("/usr/local/share/ca-certificates")


class Containers:
    def __init__(self, directory: Path):
        assert os.geteuid() == 0, "debootstrap and podman need root here"
        self.directory = directory
        files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        # podman lowers the number of processes to the largest process id.
        processes = min(int(Path("/proc/sys/kernel/pid_max").read_text()),
                        resource.getrlimit(resource.RLIMIT_NPROC)[1] % 2**63)
        (directory / "storage.conf").write_text(STORAGE.format(directory=directory))
        (directory / "containers.conf").write_text(ENGINE.format(files=files, processes=processes))

    @property
    def variables(self) -> dict[str, str]:
        return {"CONTAINERS_STORAGE_CONF": str(self.directory / "storage.conf"),
                "CONTAINERS_CONF": str(self.directory / "containers.conf")}

    def wrapper(self, **binds: Path) -> list[str]:
        """What stands before a command that calls podman. `binds`: directories that lie over others
        of the machine meanwhile; opt=DIR over /opt."""
        overs = [f"{source}:/{place}" for place, source in binds.items()]
        return ["/usr/bin/unshare", "-m", "sh", "-c", WITHOUT_CGROUP2, "sh", *overs, "--"]

    def podman(self, *words, expect: int | None = 0, **options):
        return run(*self.wrapper(), "podman", *words, expect=expect, timeout=1800, **self.variables,
                   **options)

    def import_debian(self, release: str, name: str) -> None:
        """A bare Debian as an image. Authorities that this machine trusts beside Debian's own, as
        behind some proxies, are trusted there, too, once ca-certificates is installed."""
        root = self.directory / release
        run("debootstrap", "--variant=minbase", release, root, timeout=1800)
        if MACHINE_AUTHORITIES.is_dir():
            shutil.copytree(MACHINE_AUTHORITIES, root / MACHINE_AUTHORITIES.relative_to("/"),
                            dirs_exist_ok=True)
        archive = self.directory / f"{release}.tar"
        run("tar", "-C", root, "-cf", archive, ".")
        shutil.rmtree(root)
        self.podman("import", archive, name)
        archive.unlink()

    def build(self, name: str, context: Path, *options, expect: int | None = 0):
        # Of each layer vfs would keep a whole copy.
        return self.podman("build", "--pull=never", "--isolation=chroot", "--layers=false",
                           *options, "-t", name, context, expect=expect)

    def remove(self) -> None:
        shutil.rmtree(self.directory)  # the driver vfs mounts nothing
