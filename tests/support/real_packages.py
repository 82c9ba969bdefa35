"""Packages that nobody here wrote, as `pip wheel` makes them from PyPI's sources on this machine,
against Debian's libraries."""

import fcntl
import shutil
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from support.checkout import CACHE, FIXTURES, ROOT, TOOLS_PYTHON, run
from support.installed import Installed, hide_vendored, loaded_from_outside
from support.real_package_uses import USES
from support.wheel_file import WheelFile

sys.path.insert(0, str(ROOT / "testdata/wheels"))
import build_cyfes  # noqa: E402


@dataclass(frozen=True)
class RealPackage:
    """`version` builds with Debian 12's libraries. `headers`: Debian's packages that it is built
    with. `vendors`: what a repair must bring in, by the names' first parts. `needs`: what must be
    installed beside it to use it; `limits`: of the packages that build it."""

    name: str
    version: str
    headers: tuple[str, ...]
    vendors: tuple[str, ...]
    needs: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    in_tests: bool = False  # the others take minutes to build, or hundreds of megabytes of headers

    @property
    def file_name(self) -> str:
        """The name as it stands in names of files."""
        return self.name.replace("-", "_")

    @property
    def use(self) -> str:
        """Code that uses it and fails where an answer is wrong."""
        return USES[self.name]


FFMPEG = ("libavformat-dev", "libavcodec-dev", "libavdevice-dev", "libavutil-dev",
          "libavfilter-dev", "libswscale-dev", "libswresample-dev")
NUMPY = "numpy==2.2.6"

ALL_PACKAGES = {package.name: package for package in [
    RealPackage("psycopg2", "2.9.10", ("libpq-dev",), ("libpq",), in_tests=True),
    RealPackage("lxml", "5.4.0", ("libxml2-dev", "libxslt1-dev"),
                ("libxml2", "libxslt", "libexslt"), in_tests=True),
    RealPackage("gmpy2", "2.2.1", ("libgmp-dev", "libmpfr-dev", "libmpc-dev"),
                ("libgmp", "libmpfr", "libmpc"), in_tests=True),
    RealPackage("mysqlclient", "2.2.7", ("libmariadb-dev",), ("libmariadb",)),
    RealPackage("python-ldap", "3.4.4", ("libldap-dev", "libsasl2-dev"), ("libldap-2", "libsasl2"),
                needs=("pyasn1==0.6.1", "pyasn1-modules==0.4.2")),
    RealPackage("pycurl", "7.45.6", ("libcurl4-openssl-dev", "libssl-dev"), ("libcurl",)),
    RealPackage("pygraphviz", "1.14", ("libgraphviz-dev",), ("libcgraph", "libcdt")),
    RealPackage("pycairo", "1.28.0", ("libcairo2-dev",), ("libcairo", "libpixman-1")),
    RealPackage("pillow", "11.3.0",
                ("libjpeg-dev", "libtiff-dev", "libwebp-dev", "libfreetype-dev", "liblcms2-dev",
                 "libopenjp2-7-dev", "zlib1g-dev"),
                ("libjpeg", "libtiff", "libwebp", "libfreetype", "liblcms2", "libopenjp2"),
                in_tests=True),
    RealPackage("shapely", "2.1.1", ("libgeos-dev",), ("libgeos_c", "libgeos"), needs=(NUMPY,)),
    RealPackage("pyzmq", "26.4.0", ("libzmq3-dev",), ("libzmq", "libsodium")),
    RealPackage("h5py", "3.13.0", ("libhdf5-dev",), ("libhdf5_serial", "libhdf5_serial_hl"),
                needs=(NUMPY,)),
    RealPackage("pyogrio", "0.11.0", ("libgdal-dev",), ("libgdal", "libgeos", "libproj"),
                needs=(NUMPY, "certifi==2025.4.26", "packaging==25.0")),
    RealPackage("av", "11.0.0", FFMPEG, ("libavcodec", "libavformat", "libavfilter"),
                limits=("cython<3.1",)),
]}
REAL_PACKAGES = [name for name, package in ALL_PACKAGES.items() if package.in_tests]

# Built without optimisation, which takes minutes and changes nothing here.
FLAGS = {"CC": "ccache gcc", "CXX": "ccache g++", "CFLAGS": "-O0 -g0", "CXXFLAGS": "-O0 -g0"}


@contextmanager
def locked(name: str):
    FIXTURES.mkdir(parents=True, exist_ok=True)
    with open(FIXTURES / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def build(package: RealPackage, out: Path) -> Path:
    limits = out / "limits.txt"
    out.mkdir(parents=True)
    limits.write_text("".join(f"{line}\n" for line in package.limits))
    run(TOOLS_PYTHON, "-I", "-m", "pip", "wheel", "--no-deps", "--no-binary", package.name,
        "--quiet", "--disable-pip-version-check", "--wheel-dir", out,
        f"{package.name}=={package.version}", timeout=3600, PIP_CONSTRAINT=str(limits),
        CMAKE_BUILD_PARALLEL_LEVEL="2", MAX_CONCURRENCY="2", **FLAGS)
    [made] = out.glob("*.whl")
    return made


def real_wheel(name: str) -> Path:
    """The package's wheel, built once and kept."""
    package = ALL_PACKAGES[name]
    tag = build_cyfes.wheel_tag()
    stem = f"{package.file_name}-{package.version}"
    kept = FIXTURES / stem / f"{stem}-{tag}.whl"
    with locked(name):
        if not kept.exists():
            scratch = CACHE / "fixtures" / f"{stem}.making"
            shutil.rmtree(scratch, ignore_errors=True)
            made = build(package, scratch)
            assert made.name == kept.name, f"pip made {made.name}, expected {kept.name}"
            kept.parent.mkdir(exist_ok=True)
            made.rename(kept)
            shutil.rmtree(scratch)
    return kept


def needed_wheels(package: RealPackage) -> list[Path]:
    """Published wheels of what the package needs to be used, fetched once."""
    found = []
    for requirement in package.needs:
        stem = requirement.replace("-", "_").replace("==", "-")
        directory = CACHE / "wheels"
        with locked(f"needed-{stem}"):
            if not list(directory.glob(f"{stem}-*.whl")):
                run(TOOLS_PYTHON, "-I", "-m", "pip", "download", "--quiet", "--no-deps",
                    "--disable-pip-version-check", "--only-binary", ":all:", "--dest", directory,
                    requirement)
        found += directory.glob(f"{stem}-*.whl")
    return found


def use_without_the_system(package: RealPackage, repaired: Path, directory: Path) -> set[str]:
    """Installs the wheel into a fresh environment at `directory` and uses it where the system's
    copies of what was vendored are hidden. The names of the vendored files that it then had."""
    vendored = WheelFile(repaired).vendored(package.file_name)
    environment = Installed(repaired, directory, *needed_wheels(package))
    hidden = hide_vendored(list(vendored)).without(
        loaded_from_outside(environment.site_packages))
    mapped = set(environment.facts(package.use, hidden)["mapped"])
    assert not {str(file) for file in hidden.files} & mapped, "a hidden file is in use"
    libraries = environment.site_packages / f"{package.file_name}.libs"
    return {path.rsplit("/", 1)[1] for path in mapped if path.startswith(f"{libraries}/")}
