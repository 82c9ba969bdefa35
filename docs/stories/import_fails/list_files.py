"""Makes a directory with files of a package what pip makes of it: a distribution with a RECORD, whose
tag promises that it runs on every x86-64 processor."""

import base64
import hashlib
import sys
from pathlib import Path

site = Path(sys.argv[1])
info = site / "pkg-1.dist-info"
info.mkdir()
(info / "METADATA").write_text("Metadata-Version: 2.1\nName: pkg\nVersion: 1\n")
(info / "WHEEL").write_text("Wheel-Version: 1.0\nGenerator: story\nRoot-Is-Purelib: false\n"
                            "Tag: cp311-cp311-manylinux_2_36_x86_64\n")
rows = []
for file in sorted(file for file in site.rglob("*") if file.is_file()):
    data = file.read_bytes()
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    rows.append(f"{file.relative_to(site)},sha256={digest},{len(data)}\n")
(info / "RECORD").write_text("".join(rows) + "pkg-1.dist-info/RECORD,,\n")
