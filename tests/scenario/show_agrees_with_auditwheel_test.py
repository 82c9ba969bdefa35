"""`elfwheel show` answers as `auditwheel show` does, on wheels where auditwheel can know."""

import json
import os

import pytest
from conftest import repair
from support.checkout import auditwheel, elfwheel, run
from support.fixture_wheels import build_cuda_fixture
from support.real_packages import REAL_PACKAGES, real_wheel

# Keys of auditwheel's object. `wheel` and `version` are checked by themselves.
JUDGED = ["pure", "overall_tag", "sym_tag", "pyfpe", "ucs2", "unsupported_isa",
          "versioned_symbols", "external_libs", "policy_upgrades"]


def shown_by_both(wheel) -> tuple[dict, dict]:
    ours = json.loads(run(elfwheel(), "show", "--json", wheel).stdout)
    judge = json.loads(auditwheel("tools", "show", "--json", wheel).stdout)
    assert ours["version"] == judge["version"] and ours["wheel"] == judge["wheel"]
    for shown in (ours, judge):
        # auditwheel leaves links of directories in the path: /lib is /usr/lib.
        shown["external_libs"] = {name: path and os.path.realpath(path)
                                  for name, path in shown["external_libs"].items()}
    return {key: ours[key] for key in JUDGED}, {key: judge[key] for key in JUDGED}


@pytest.mark.parametrize("package", REAL_PACKAGES)
def test_a_real_package_is_shown_alike(package):
    ours, judge = shown_by_both(real_wheel(package))
    assert ours == judge


@pytest.mark.parametrize("package", REAL_PACKAGES)
def test_a_repaired_real_package_is_shown_alike(package, tmp_path):
    ours, judge = shown_by_both(repair(real_wheel(package), tmp_path / "out"))
    assert ours == judge
    assert ours["overall_tag"].startswith("manylinux_"), "repaired, and still not portable"


def test_a_cuda_wheel_is_shown_alike(tmp_path):
    ours, judge = shown_by_both(build_cuda_fixture("dlopen", tmp_path).wheel)
    assert ours == judge
    assert {"libcudart.so.13", "libgomp.so.1"} == set(ours["external_libs"])


def test_the_text_names_the_tag_and_what_holds_the_wheel_back(tmp_path):
    wheel = build_cuda_fixture("needed", tmp_path).wheel
    said = run(elfwheel(), "show", wheel).stdout
    assert wheel.name in said
    assert "linux_x86_64" in said
    assert "libcudart.so.13" in said and "libgomp.so.1" in said
