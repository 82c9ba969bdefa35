"""Hostile and broken wheels: the program says what is wrong, in one line, and writes nothing."""

import pytest
from conftest import repair
from support.broken_wheels import DIST_INFO, BrokenWheels
from support.checkout import elfwheel, run
from support.fixture_wheels import build_cuda_fixture

HILLS = "cyfes/hills.py"


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    return build_cuda_fixture("dlopen", tmp_path_factory.mktemp("sound"))


# What is broken, and what the program says after "elfwheel: WHEEL: ".
CASES = {
    "text": (lambda broken: broken.text(), ""),
    "empty": (lambda broken: broken.empty(), ""),
    "no dist-info": (lambda broken: broken.without_dist_info(), ""),
    "two dist-infos": (lambda broken: broken.with_two_dist_infos(), ""),
    "entry that leaves the directory": (lambda broken: broken.with_entry("../evil.py"), ""),
    "entry that leaves it later": (lambda broken: broken.with_entry("cyfes/../../evil.py"), ""),
    "absolute entry": (lambda broken: broken.with_entry("/tmp/evil.py"), ""),
    "entry twice": (lambda broken: broken.with_entry_twice(HILLS), ""),
    "symbolic link": (lambda broken: broken.with_symbolic_link("cyfes/link", "/etc/passwd"), ""),
    "RECORD with another size": (lambda broken: broken.with_changed_file(HILLS, b"x = 1\n"), ""),
    "file that RECORD lacks": (lambda broken: broken.with_unlisted_file("cyfes/more.py"), ""),
    "file that only RECORD has": (lambda broken: broken.without_listed_file(HILLS), ""),
    "data of an unknown kind": (lambda broken: broken.with_entry("CyFES-2.7.data/odd/f"), ""),
}


def run_and_expect(command, wheel, message, exit_code=2):
    done = run(elfwheel(), *command, wheel, expect=exit_code)
    assert done.stderr == f"elfwheel: {wheel}: {message}\n"
    return done


@pytest.mark.parametrize("case", CASES)
def test_a_broken_wheel_is_not_repaired(case, sound, tmp_path):
    make, message = CASES[case]
    wheel = make(BrokenWheels(sound.wheel, tmp_path / "in"))
    run_and_expect(["repair", "-w", tmp_path / "out"], wheel, message)
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())
    assert not (tmp_path / "evil.py").exists()
