"""Which of the build machine's libraries a repair takes."""

import json
import zipfile

import pytest
from conftest import write_wheel
from support.checkout import elfwheel, run
from support.wheel_file import graft_name


@pytest.mark.parametrize("level", ["x86-64-v2", "x86-64-v3"])
def test_a_copy_is_one_that_every_cpu_runs(compile_c, small_wheel, tmp_path, level):
    """ld.so of this machine may take the library for better processors, which others cannot run."""
    wheel, outside = small_wheel
    compile_c(outside / "glibc-hwcaps" / level / "libout.so", "int out(void) { return 6; }\n",
              "-Wl,-soname,libout.so")
    done = run(elfwheel(), "repair", "--json", "--ldpaths", outside, "-w", tmp_path / "out", wheel)
    [graft] = json.loads(done.stdout)["grafts"]
    assert graft["source"] == f"{outside}/libout.so"
    assert f"pkg.libs/{graft_name(outside / 'libout.so')}" in \
        zipfile.ZipFile(next((tmp_path / "out").iterdir())).namelist()
