"""Completion as it is used: keys are typed into bash, zsh and fish, and the screen is read."""

import os

import pytest
from support.checkout import elfwheel, run
from support.shell_session import PROMPT, ShellSession

SHELLS = ["bash", "bash with bash-completion", "zsh", "zsh by source", "fish"]


def start_bash(home, script):
    rc = home / "rc"
    rc.write_text(f"PS1='{PROMPT}'\nsource {script}\n")
    return ["bash", "--noprofile", "--rcfile", str(rc), "-i"]


def start_bash_with_package(home, script):
    """The package finds the script by the command's name, the first time it is asked for."""
    found = home / ".local/share/bash-completion/completions/elfwheel"
    found.parent.mkdir(parents=True)
    script.rename(found)
    (found.parent / "patchelf").symlink_to("elfwheel")
    rc = home / "rc"
    rc.write_text(f"PS1='{PROMPT}'\nsource /usr/share/bash-completion/bash_completion\n")
    return ["bash", "--noprofile", "--rcfile", str(rc), "-i"]


def start_zsh(home, script):
    functions = home / "functions"
    functions.mkdir()
    script.rename(functions / "_elfwheel")
    (home / ".zshrc").write_text(
        f"PS1='{PROMPT}'\nfpath=({functions} $fpath)\nautoload -Uz compinit\ncompinit -u\n"
        # Lists at once, and never a question whether to show a long one.
        "setopt AUTO_LIST\nLISTMAX=0\n")
    return ["zsh", "-d", "-i"]


def start_zsh_by_source(home, script):
    (home / ".zshrc").write_text(
        f"PS1='{PROMPT}'\nautoload -Uz compinit\ncompinit -u\nsource {script}\n"
        "setopt AUTO_LIST\nLISTMAX=0\n")
    return ["zsh", "-d", "-i"]


def start_fish(home, script):
    configuration = home / ".config/fish"
    (configuration / "completions").mkdir(parents=True)
    script.rename(configuration / "completions/elfwheel.fish")
    (configuration / "completions/patchelf.fish").symlink_to("elfwheel.fish")
    (configuration / "config.fish").write_text(
        f"function fish_prompt\n    echo -n '{PROMPT}'\nend\nset -g fish_greeting\n"
        # What was typed before is no help here.
        "set -g fish_autosuggestion_enabled 0\n")
    return ["fish", "--interactive"]


START = {"bash": ("bash", start_bash), "bash with bash-completion": ("bash", start_bash_with_package),
         "zsh": ("zsh", start_zsh), "zsh by source": ("zsh", start_zsh_by_source),
         "fish": ("fish", start_fish)}


@pytest.fixture(scope="module", params=SHELLS)
def shell(request, tmp_path_factory):
    """A shell in a directory with files of all kinds, where elfwheel and patchelf are commands."""
    home = tmp_path_factory.mktemp("home")
    programs = home / "bin"
    programs.mkdir()
    for name in ("elfwheel", "patchelf"):
        (programs / name).symlink_to(elfwheel())
    files = home / "files"
    (files / "xout").mkdir(parents=True)
    (files / "with blank").mkdir()
    (files / "with blank/inner-1-py3-none-any.whl").touch()
    (files / "xpkg-1-py3-none-any.whl").touch()
    (files / "xnote.txt").touch()

    name, start = START[request.param]
    script = home / "script"
    script.write_text(run(elfwheel(), "completion", name).stdout)
    session = ShellSession(
        start(home, script), files, home / "tmux",
        {"HOME": str(home), "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"})
    yield session
    session.close()


# What is typed, and what the line is after the tabulator key.
COMPLETED = [
    ("elfwheel repa", "elfwheel repair"),
    ("elfwheel patche", "elfwheel patchelf"),
    ("elfwheel --vers", "elfwheel --version"),
    ("elfwheel help lddt", "elfwheel help lddtree"),
    ("elfwheel completion z", "elfwheel completion zsh"),
    # Options, of the command that is given.
    ("elfwheel lddtree --skip", "elfwheel lddtree --skip-system"),
    ("elfwheel repair --zip", "elfwheel repair --zip-compression-level"),
    ("elfwheel set-rpath --in", "elfwheel set-rpath --in-place"),
    # Values, each in its own word or behind "=".
    ("elfwheel lddtree --format me", "elfwheel lddtree --format mermaid"),
    ("elfwheel lddtree --format=me", "elfwheel lddtree --format=mermaid"),
    ("elfwheel lddtree --cpu x86-64-v4 --libc mu", "elfwheel lddtree --cpu x86-64-v4 --libc musl"),
    ("elfwheel repair --strip=un", "elfwheel repair --strip=unneeded"),
    ("elfwheel repair --plat manylinux_2_28_aa", "elfwheel repair --plat manylinux_2_28_aarch64"),
    ("elfwheel set-os-abi Sy", "elfwheel set-os-abi System\\ V"),
    # Files, where an operand is one.
    ("elfwheel lddtree xn", "elfwheel lddtree xnote.txt"),
    ("elfwheel lddtree -- xn", "elfwheel lddtree -- xnote.txt"),
    ("elfwheel lddtree --json --depth 2 xn", "elfwheel lddtree --json --depth 2 xnote.txt"),
    ("elfwheel lddtree --preload xn", "elfwheel lddtree --preload xnote.txt"),
    ("elfwheel set-rpath '$ORIGIN' xn", "elfwheel set-rpath '$ORIGIN' xnote.txt"),
    ("elfwheel set-rpath '$ORIGIN:$ORIGIN/x' --output xn",
     "elfwheel set-rpath '$ORIGIN:$ORIGIN/x' --output xnote.txt"),
    ("elfwheel set-os-abi linux xn", "elfwheel set-os-abi linux xnote.txt"),
    # Wheels and directories, and nothing else.
    ("elfwheel repair xp", "elfwheel repair xpkg-1-py3-none-any.whl"),
    ("elfwheel repair --strip xp", "elfwheel repair --strip xpkg-1-py3-none-any.whl"),
    ("elfwheel repair -w xo", "elfwheel repair -w xout/"),
    ("elfwheel repair --wheel-dir=xo", "elfwheel repair --wheel-dir=xout/"),
    ("elfwheel verify with", "elfwheel verify with\\ blank/"),
    ("elfwheel verify with\\ blank/in",
     "elfwheel verify with\\ blank/inner-1-py3-none-any.whl"),
    # As patchelf has it.
    ("patchelf --set-rp", "patchelf --set-rpath"),
    ("patchelf --print-rpath xn", "patchelf --print-rpath xnote.txt"),
    ("patchelf --replace-needed a b xn", "patchelf --replace-needed a b xnote.txt"),
    ("elfwheel patchelf --set-rp", "elfwheel patchelf --set-rpath"),
    ("elfwheel patchelf --set-rpath y xn", "elfwheel patchelf --set-rpath y xnote.txt"),
]


@pytest.mark.parametrize(("typed", "line"), COMPLETED)
def test_a_word_that_can_only_be_one_is_completed(shell, typed, line):
    shell.start_line()
    shell.type(typed)
    shell.press("Tab")
    shell.wait_for(PROMPT + line)


# What is typed, what must be offered for it, and what must not.
OFFERED = [
    ("elfwheel ", ["repair", "lddtree", "print-rpath", "completion"], ["generate"]),
    ("elfwheel rep", ["repair", "replace-needed"], ["verify"]),
    ("elfwheel lddtree --format ", ["tree", "flat", "mermaid", "html"], ["xnote.txt"]),
    ("elfwheel lddtree --cpu x86-64-v", ["x86-64-v2", "x86-64-v4"], []),
    ("elfwheel verify --", ["--prefix", "--exclude", "--json"], ["--wheel-dir", "--format"]),
    ("elfwheel repair --plat manylinux_2_28_", ["manylinux_2_28_x86_64"], ["musllinux"]),
    ("patchelf --print-", ["--print-rpath", "--print-needed", "--print-soname"], ["--set-rpath"]),
]


@pytest.mark.parametrize(("typed", "offered", "others"), OFFERED)
def test_words_that_are_possible_are_listed(shell, typed, offered, others):
    shell.start_line()
    shell.type(typed)
    shell.press("Tab")
    shell.press("Tab")
    screen = shell.wait_for(*offered)
    for word in others:
        assert word not in screen


# Words of which no list could be made: no file is taken for one.
@pytest.mark.parametrize("typed", [
    "elfwheel set-rpath xn", "elfwheel replace-needed libc.so.6 xn", "elfwheel repair --exclude xn",
    "patchelf --set-rpath xn", "elfwheel verify xno"])
def test_nothing_is_made_up(shell, typed):
    shell.start_line()
    shell.type(typed)
    shell.press("Tab")
    # Keys are read in order: when this one is there, the tabulator has been dealt with.
    shell.type("Z")
    screen = shell.wait_for(typed + "Z")
    assert "xnote" not in screen


# fish has no such completion.
@pytest.mark.parametrize("shell", ["bash", "bash with bash-completion", "zsh"], indirect=True)
def test_a_list_of_directories_is_completed_one_by_one(shell):
    shell.start_line()
    shell.type("elfwheel lddtree --ldpaths xout/:xo")
    shell.press("Tab")
    shell.wait_for("--ldpaths xout/:xout/")
