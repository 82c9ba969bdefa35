"""`elfwheel show`: the page, the exit codes and the flags (auditwheel's keys: tests/scenario)."""

import json

from support.checkout import elfwheel, run


def test_the_page_names_who_needs_what(small_wheel):
    wheel, outside = small_wheel
    text = run(elfwheel(), "show", "--ldpaths", outside, wheel).stdout
    assert text.startswith(f"{wheel.name}\n  platform tag now: linux_x86_64\n")
    assert f"  libout.so => {outside}/libout.so\n      needed by pkg/liba.so\n" in text
    assert len(text.splitlines()) < 24


def test_a_library_that_is_not_found_is_said_to_be(small_wheel):
    wheel, _ = small_wheel
    assert "  libout.so => not found\n" in run(elfwheel(), "show", wheel).stdout
    shown = json.loads(run(elfwheel(), "show", "--json", wheel).stdout)
    assert shown["external_libs"] == {"libout.so": None}


def test_directories_come_from_the_flag_or_the_environment(small_wheel):
    wheel, outside = small_wheel
    found = {"libout.so": f"{outside}/libout.so"}

    def externals(*flags, **variables):
        done = run(elfwheel(), "show", "--json", *flags, wheel, **variables)
        return json.loads(done.stdout)["external_libs"]

    assert externals("--ldpaths", outside) == found
    assert externals(LD_LIBRARY_PATH=str(outside)) == found
    assert externals("--ldpaths", "/nowhere", AUDITWHEEL_LD_LIBRARY_PATH=str(outside)) == found
    assert externals("--ldpaths", "/nowhere", LD_LIBRARY_PATH=str(outside)) == {"libout.so": None}


def test_a_pure_wheel_is_no_unless_allowed(pure_wheel):
    shown = json.loads(run(elfwheel(), "show", "--json", pure_wheel, expect=1).stdout)
    assert list(shown) == ["version", "wheel", "error"]
    done = run(elfwheel(), "show", "--json", "--allow-pure-python-wheel", pure_wheel)
    assert json.loads(done.stdout) == {"version": 1, "wheel": pure_wheel.name, "pure": True}


def test_several_wheels_are_each_shown(small_wheel, pure_wheel, tmp_path):
    wheel, _ = small_wheel
    missing = tmp_path / "missing-1-py3-none-any.whl"
    done = run(elfwheel(), "show", "--json", pure_wheel, missing, wheel, expect=2)
    assert [shown["wheel"] for shown in json.loads(done.stdout)] == [pure_wheel.name, wheel.name]
    assert done.stderr == f"elfwheel: {missing}: cannot open: No such file or directory\n"
