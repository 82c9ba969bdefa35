"""append_zip.py IN OUT: the file with a zip archive behind it, as self-extracting programs have."""

import shutil
import sys
import zipfile


def main(source: str, target: str) -> None:
    shutil.copy(source, target)
    with zipfile.ZipFile(target, "a") as archive:
        entry = zipfile.ZipInfo("payload.txt", (1980, 1, 1, 0, 0, 0))
        archive.writestr(entry, "payload of the fixture\n" * 10)


main(*sys.argv[1:])
