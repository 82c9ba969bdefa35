"""The ways in which pip installs a wheel that has a program in .data/scripts.

Each takes the wheel, an empty directory and the program's name, and returns the installed program.
"""

from pathlib import Path

from support.checkout import TOOLS_PYTHON, run


def pip(*words, **variables):
    run(TOOLS_PYTHON, "-I", "-m", "pip", "--disable-pip-version-check", *words, "--no-index",
        "--no-deps", "--quiet", PIP_ROOT_USER_ACTION="ignore", **variables)


def environment(directory: Path, *flags: str) -> Path:
    run(TOOLS_PYTHON, "-I", "-m", "venv", "--without-pip", *flags, directory)
    return directory


def into_environment(wheel: Path, root: Path, program: str) -> Path:
    pip("--python", environment(root / "env") / "bin/python", "install", wheel)
    return root / "env/bin" / program


def into_environment_that_moves(wheel: Path, root: Path, program: str) -> Path:
    into_environment(wheel, root, program)
    (root / "elsewhere/deep").mkdir(parents=True)
    (root / "env").rename(root / "elsewhere/deep/env")
    return root / "elsewhere/deep/env/bin" / program


# As pipx and `uv tool install` make one.
def through_a_link(wheel: Path, root: Path, program: str) -> Path:
    (root / "link").symlink_to(into_environment(wheel, root, program))
    return root / "link"


def into_user_directory(wheel: Path, root: Path, program: str) -> Path:
    """With --user, which only an environment that sees its Python's packages allows."""
    python = environment(root / "env", "--system-site-packages") / "bin/python"
    # -I leaves PYTHONUSERBASE out.
    run(python, "-c", "import site; assert site.ENABLE_USER_SITE", PYTHONUSERBASE=str(root / "user"))
    run(TOOLS_PYTHON, "-m", "pip", "--disable-pip-version-check", "--python", python, "install",
        "--user", "--ignore-installed", "--no-index", "--no-deps", "--quiet", wheel,
        PYTHONUSERBASE=str(root / "user"), PIP_ROOT_USER_ACTION="ignore")
    return root / "user/bin" / program


def into_target(wheel: Path, root: Path, program: str) -> Path:
    pip("install", "--target", root / "target", wheel)
    return root / "target/bin" / program


def into_prefix(wheel: Path, root: Path, program: str) -> Path:
    pip("install", "--prefix", root / "prefix", wheel)
    [installed] = (root / "prefix").rglob(program)  # local/bin by Debian's own Python
    return installed


PLACES = [into_environment, into_environment_that_moves, through_a_link, into_user_directory,
          into_target, into_prefix]
