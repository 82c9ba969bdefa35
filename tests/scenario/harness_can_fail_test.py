"""The scenarios prove something only if an unrepaired wheel fails in them."""

import pytest
from support.checkout import TOOLS_PYTHON, run
from support.cyfes_session import USE_CYFES, assert_cyfes_worked, mapped_copies
from support.real_packages import real_wheel
from support.installed import Hidden, Installed, hide_cuda_and_openmp, hide_vendored, last_line
from support.wheel_file import WheelFile, rewrite


@pytest.fixture(scope="module")
def environment(cuda_fixture, tmp_path_factory):
    return Installed(cuda_fixture.wheel, tmp_path_factory.mktemp("unrepaired") / "venv")


def test_an_unrepaired_cuda_wheel_works_on_its_build_machine(cuda_fixture, environment):
    facts = environment.facts(USE_CYFES, Hidden())
    assert_cyfes_worked(facts)
    assert [file.resolve() for file in mapped_copies(facts, "libcudart")] == [cuda_fixture.cudart]


def test_an_unrepaired_cuda_wheel_fails_where_the_toolkit_is_hidden(cuda_fixture, environment):
    hidden = hide_cuda_and_openmp(cuda_fixture.toolkit)
    done = environment.run(USE_CYFES, hidden, expect=1)
    error = {"needed": "ImportError", "dlopen": "OSError"}[cuda_fixture.form]
    assert last_line(done.stderr) == f"{error}: {cuda_fixture.cudart_soname}: cannot open shared " \
        "object file: No such file or directory"


def test_a_library_that_is_not_really_hidden_is_noticed(environment):
    done = environment.run(USE_CYFES, Hidden(["libgomp.so.1"]), expect=99)
    assert last_line(done.stderr) == \
        "the test proves nothing: libgomp.so.1 can still be loaded from the system"


def test_an_unrepaired_real_package_fails_without_its_library(tmp_path):
    environment = Installed(real_wheel("psycopg2"), tmp_path / "venv")
    assert environment.run("import psycopg2", Hidden()).returncode == 0
    done = environment.run("import psycopg2", hide_vendored(["libpq-00000000.so.5.15"]), expect=1)
    # What lies over the file is passed over by the loader, and named where it was the last hope.
    assert last_line(done.stderr) == "ImportError: libpq.so.5: wrong ELF class: ELFCLASS32"


def test_a_record_that_lies_is_noticed(cuda_fixture, tmp_path):
    def change(name, data):
        return data + b"\n" if name == "cyfes/hills.py" else data

    assert WheelFile(cuda_fixture.wheel).record_faults() == []
    changed = rewrite(cuda_fixture.wheel, tmp_path / cuda_fixture.wheel.name, change)
    faults = WheelFile(changed).record_faults()
    assert len(faults) == 2 and all(fault.startswith("cyfes/hills.py has ") for fault in faults)


def test_the_fixture_is_a_wheel_that_other_tools_accept(cuda_fixture, tmp_path):
    run(TOOLS_PYTHON, "-I", "-m", "zipfile", "-t", cuda_fixture.wheel)
    run(TOOLS_PYTHON, "-I", "-m", "wheel", "unpack", "--dest", tmp_path, cuda_fixture.wheel)


def test_the_kernel_is_real_where_nvcc_is(cuda_fixture, environment):
    has_fatbin = b".nv_fatbin" in WheelFile(cuda_fixture.wheel).data[
        "CyFES-2.7.data/data/cyfes/libcufes.so"]
    facts = environment.facts(USE_CYFES, Hidden())
    assert facts["kernel"] == has_fatbin
