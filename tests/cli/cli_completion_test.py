"""The completion scripts by themselves: that shells read them, and what they know. How they feel at
a terminal is tried in tests/install."""

import os
import subprocess

import pytest
from support.checkout import elfwheel, run
from support.command_help import command_names, options_of, patchelf_options

SHELLS = {"bash": "elfwheel.bash", "zsh": "_elfwheel", "fish": "elfwheel.fish"}


def script_of(shell: str) -> str:
    return run(elfwheel(), "completion", shell).stdout


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_reads_its_script_without_a_word(shell, tmp_path):
    script = tmp_path / "script"
    script.write_text(script_of(shell))
    read = run(shell, "-n", script)
    assert read.stdout + read.stderr == ""
    if shell == "bash":
        read = run("bash", "--norc", "-uc", f"source {script}", HOME=str(tmp_path))
    elif shell == "zsh":
        read = run("zsh", "-dfc", f"autoload -U compinit; compinit -D -u; source {script}",
                   HOME=str(tmp_path))
    else:
        read = run("fish", "--no-config", "-c", f"source {script}", HOME=str(tmp_path))
    assert read.stdout + read.stderr == ""


def test_generate_writes_what_completion_prints(tmp_path):
    run(elfwheel(), "generate", "completions", tmp_path / "new")
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == sorted(SHELLS.values())
    for shell, name in SHELLS.items():
        assert (tmp_path / "new" / name).read_text() == script_of(shell)


def bash_completes(tmp_path, words: list[str], program="elfwheel") -> list[str]:
    """What bash would offer for the last of `words`, without a terminal."""
    script = tmp_path / "script"
    script.write_text(script_of("bash"))
    function = {"elfwheel": "_elfwheel", "patchelf": "_elfwheel_patchelf"}[program]
    done = subprocess.run(
        ["bash", "--norc", "-c",
         'source "$1"; f=$2; shift 2; compopt() { :; }; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); '
         '$f; printf "%s\\n" "${COMPREPLY[@]}"', "-", str(script), function, program, *words],
        capture_output=True, text=True, check=True, cwd=tmp_path,
        env={"PATH": os.environ["PATH"]})
    assert done.stderr == ""
    return done.stdout.split("\n")[:-1]


def fish_completes(tmp_path, line: str) -> list[str]:
    script = tmp_path / "script.fish"
    script.write_text(script_of("fish"))
    done = run("fish", "--no-config", "-c", f"source {script}; complete -C '{line}'",
               HOME=str(tmp_path), cwd=tmp_path)
    return [row.split("\t")[0] for row in done.stdout.splitlines()]


def test_all_commands_are_known(tmp_path):
    assert bash_completes(tmp_path, [""]) == command_names()
    assert sorted(fish_completes(tmp_path, "elfwheel ")) == sorted(command_names())
    zsh = script_of("zsh")
    for command in command_names():
        assert f"\n    '{command}:" in zsh and f"\n_elfwheel_{command}() {{" in zsh


@pytest.mark.parametrize("command", [name for name in command_names() if name != "patchelf"])
def test_all_options_of_a_command_are_known(tmp_path, command):
    options = options_of(command)
    assert sorted(bash_completes(tmp_path, [command, "-"])) == sorted(options)
    long = [option for option in options if option.startswith("--")]
    # A flag that may have a value is offered in both forms: --strip, --strip=
    offered = fish_completes(tmp_path, f"elfwheel {command} --")
    assert {option.removesuffix("=") for option in offered} == set(long)
    zsh = script_of("zsh")
    arguments = zsh[zsh.index(f"\n_elfwheel_{command}() {{"):].split("\n}\n")[0]
    for option in options:
        assert arguments.count(f"){option}[") + arguments.count(f"){option}=") + \
            arguments.count(f"){option}+[") + arguments.count(f"'*{option}=") == 1, option


def test_all_options_of_patchelf_are_known(tmp_path):
    assert bash_completes(tmp_path, ["-"], "patchelf") == patchelf_options()
    assert bash_completes(tmp_path, ["patchelf", "-"]) == patchelf_options()
    long = {option for option in patchelf_options() if option.startswith("--")}
    assert set(fish_completes(tmp_path, "patchelf --")) == long


@pytest.mark.parametrize(("words", "offered"), [
    (["lddtree", "--format", ""], ["tree", "flat", "json", "dot", "mermaid", "html"]),
    (["lddtree", "--format", "=", "m"], ["mermaid"]),
    (["lddtree", "--libc", ""], ["glibc", "musl"]),
    (["lddtree", "--cpu", ""], ["x86-64", "x86-64-v2", "x86-64-v3", "x86-64-v4"]),
    (["repair", "--strip", "="], ["debug", "unneeded", "all"]),
    (["repair", "--strip", "=", "un"], ["unneeded"]),
    (["repair", "--plat", "a"], ["auto"]),
    (["completion", ""], ["bash", "zsh", "fish"]),
    (["set-os-abi", "GN"], ["GNU\\ Hurd"]),
    # Behind "--", words are operands.
    (["lddtree", "--", "--f"], []),
])
def test_values_of_a_fixed_set(tmp_path, words, offered):
    assert bash_completes(tmp_path, words) == (offered or [""])


def test_wheels_are_found_by_their_suffix(tmp_path):
    (tmp_path / "a-1-py3-none-any.whl").touch()
    (tmp_path / "a.txt").touch()
    (tmp_path / "a_dir").mkdir()
    assert sorted(bash_completes(tmp_path, ["repair", "a"])) == ["a-1-py3-none-any.whl", "a_dir"]
    assert sorted(fish_completes(tmp_path, "elfwheel repair a")) == \
        ["a-1-py3-none-any.whl", "a_dir/"]


def test_another_shell_is_wrong_usage():
    done = run(elfwheel(), "completion", "tcsh", expect=2)
    assert done.stderr == ("elfwheel: SHELL: tcsh not in {bash,zsh,fish}; "
                           "see elfwheel completion --help\n")
