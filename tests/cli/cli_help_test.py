"""What --help says of every command: it fits a screen, is complete, and looks the same everywhere."""

import re

import pytest
from support.checkout import elfwheel, run
from support.command_help import command_names, help_lines, options_of

COLUMNS, LINES = 80, 48  # a screen

# All that have options of elfwheel's own kind. As patchelf, it says what patchelf says.
COMMANDS = [name for name in command_names() if name != "patchelf"]


def test_no_command_shows_what_to_do_first():
    done = run(elfwheel())
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert len(lines) <= 8 and max(map(len, lines)) <= COLUMNS
    for command in ("lddtree", "set-rpath", "repair"):  # the three jobs
        assert f"\n  elfwheel {command} " in done.stdout
    assert "elfwheel --help" in done.stdout


def test_the_list_of_commands_fits_a_screen():
    done = run(elfwheel(), "--help")
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert len(lines) <= LINES and max(map(len, lines)) <= COLUMNS
    assert len(COMMANDS) == len(set(COMMANDS)) > 30
    assert "generate" not in done.stdout  # for makers of packages


@pytest.mark.parametrize("command", [*COMMANDS, "generate"])
def test_each_help_fits_a_screen_and_has_an_example(command):
    lines = help_lines(command)
    assert len(lines) <= LINES, len(lines)
    assert max(map(len, lines)) <= COLUMNS
    assert not any(line != line.rstrip() for line in lines)
    assert re.fullmatch(r"[A-Z].*[^.]\.", lines[0])
    assert lines[2].startswith(f"Usage: elfwheel {command} [OPTION]...")
    example = lines.index("Examples:" if "Examples:" in lines else "Example:")
    assert len(lines) > example + 1
    assert all(re.match(rf"  .*elfwheel {command}\b", line) for line in lines[example + 1:])
    # An empty line stands between parts, and never two.
    assert "" in lines and "\n\n\n" not in "\n".join(lines)


@pytest.mark.parametrize("command", COMMANDS)
def test_an_option_is_told_once_and_has_a_text(command):
    options = options_of(command)
    assert len(options) == len(set(options))
    assert options.count("--help") == 1
    for line in help_lines(command):
        if re.match(r"  (-\w, )?--", line):
            assert re.search(r"  ?\S.*  ?[A-Z0-9a-z]", line[2:]), line


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_is_its_help(command):
    assert run(elfwheel(), "help", command).stdout == run(elfwheel(), command, "--help").stdout


def test_help_alone_is_the_list():
    assert run(elfwheel(), "help").stdout == run(elfwheel(), "--help").stdout


def test_help_of_patchelf_is_that_of_its_own():
    assert run(elfwheel(), "help", "patchelf").stdout == \
        run(elfwheel(), "patchelf", "--help").stderr


def test_help_of_no_command_is_wrong_usage():
    done = run(elfwheel(), "help", "rapair", expect=2)
    assert done.stderr == ("elfwheel: no command is called 'rapair' (did you mean 'repair'?); "
                           "see elfwheel --help\n")


@pytest.mark.parametrize(("command", "line"), [
    ("repair", r"  -w, --wheel-dir DIR +Where the results go \(default: wheelhouse\)"),
    ("repair", r"  -L, --lib-sdir SUFFIX .*\(default: \.libs\)"),
    ("repair", r" .*\(default: auto\) \[\$ELFWHEEL_PLAT\]"),
    ("repair", r"  -z, --zip-compression-level N .*\(default: 6\)"),
    ("repair", r"  -j, --jobs N .*\(default: 0\)"),
    ("repair", r"  --strip\[=LEVEL\] .*"),
    ("repair", r"  --exclude PATTERN \.\.\. .*"),
    ("lddtree", r"  +\(default: tree\)"),
    ("lddtree", r"  --max-chains N .*\(default: 100\)"),
    ("symbols", r"  -C, --demangle +Show .*"),
    ("symbols", r"Usage: elfwheel symbols \[OPTION\]\.\.\. FILE\.\.\. \[NAME\]"),
    ("verify", r"Usage: elfwheel verify \[OPTION\]\.\.\. \[WHEEL\|DIR\.\.\.\]"),
])
def test_values_and_defaults_are_shown(command, line):
    assert any(re.fullmatch(line, shown) for shown in help_lines(command)), help_lines(command)


def test_the_environment_changes_no_help():
    """Whichever of both names of a variable is set."""
    plain = run(elfwheel(), "repair", "--help").stdout
    assert run(elfwheel(), "repair", "--help", ELFWHEEL_PLAT="auto").stdout == plain
