"""build.py NAME OPENBLAS OUT [--data]: the wheel of a package NAME whose extension needs OpenBLAS, as its
build machine leaves it: linked with the library in the directory OPENBLAS, and without a path to it.

With --data what calls OpenBLAS is a library of its own, in .data/data/lib: pip installs that to
<prefix>/lib, far from site-packages. The extension has a path to it.
"""

import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[2] / "tests"))

from support.small_wheel import write_wheel  # noqa: E402

BLAS = "libscipy_openblas64_.so"
PYTHON = f"cp{sys.version_info.major}{sys.version_info.minor}"


def link(out: Path, *inputs) -> bytes:
    subprocess.run(["gcc", "-O1", "-shared", "-fPIC", f"-I{sysconfig.get_path('include')}",
                    "-Wl,--allow-shlib-undefined", *inputs, "-o", out], check=True)
    return out.read_bytes()


def main() -> None:
    name, openblas, out = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    module = [f'-DMODULE="_{name}"', f"-DMODULE_NAME=_{name}", HERE / "extension.c"]
    extension = f"{name}/_{name}{sysconfig.get_config_var('EXT_SUFFIX')}"
    files = {f"{name}/__init__.py": f"from {name}._{name} import dot\n".encode()}
    with tempfile.TemporaryDirectory() as scratch:
        library = Path(scratch) / f"lib{name}.so"
        if "--data" in sys.argv:
            files[f"{name}-1.data/data/lib/{library.name}"] = link(
                library, HERE / "vectors.c", openblas / BLAS, f"-Wl,-soname,{library.name}")
            files[extension] = link(Path(scratch) / "extension.so", *module, library,
                                    "-Wl,-rpath,$ORIGIN/../../../../lib")
        else:
            files[extension] = link(Path(scratch) / "extension.so", *module, HERE / "vectors.c",
                                    openblas / BLAS)
    write_wheel(out / f"{name}-1-{PYTHON}-{PYTHON}-linux_x86_64.whl", files, ("scipy-openblas64",))


if __name__ == "__main__":
    main()
