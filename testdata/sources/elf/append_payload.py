"""append_payload.py IN OUT: the file with the data of payload.c behind its section headers."""

import shutil
import sys


def main(source: str, target: str) -> None:
    shutil.copy(source, target)
    with open(target, "ab") as out:
        out.write(b"the payload\n42\n")


main(*sys.argv[1:])
