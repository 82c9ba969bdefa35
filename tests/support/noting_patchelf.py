"""A patchelf that is the program under test, and notes what it is asked."""

from pathlib import Path

from support.checkout import elfwheel


def noting_patchelf(directory: Path) -> Path:
    """A directory for PATH; its file `asked` has the arguments of each call, a line for each."""
    (directory / "real").mkdir(parents=True)
    (directory / "real/patchelf").symlink_to(elfwheel())
    script = directory / "patchelf"
    script.write_text(f'#!/bin/sh\necho "$@" >> {directory}/asked\n'
                      f'exec {directory}/real/patchelf "$@"\n')
    script.chmod(0o755)
    return directory
