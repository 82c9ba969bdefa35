"""What --help says, read back: the commands there are, and the options and operands of each."""

import re

from support.checkout import elfwheel, run


def command_names() -> list[str]:
    """Every command of the list, in its order."""
    names = []
    in_commands = False
    for line in run(elfwheel(), "--help").stdout.splitlines():
        if line.endswith(":"):
            in_commands = line != "Options:"
        elif in_commands and line.startswith("  ") and line[2] != " ":
            names += re.findall(r"[a-z][a-z-]+", re.split(r"   | (?=[A-Z])", line.strip())[0])
    return names


def help_lines(command: str) -> list[str]:
    return run(elfwheel(), command, "--help").stdout.splitlines()


def options_of(command: str) -> list[str]:
    """Each name of each option of `elfwheel COMMAND --help`."""
    names = []
    for line in help_lines(command):
        if match := re.match(r"  ((?:-\w, )?--?[a-zA-Z][\w-]*)", line):
            names += match[1].split(", ")
    return names


def patchelf_options() -> list[str]:
    lines = run(elfwheel(), "patchelf", "--help").stderr.splitlines()
    return [match[1] for line in lines if (match := re.match(r"  (--?[a-z][\w-]*)", line))]
