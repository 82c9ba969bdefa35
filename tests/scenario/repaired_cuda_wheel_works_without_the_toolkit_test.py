"""The main job: a CUDA wheel that works only on its build machine, repaired, works without it."""

from conftest import repair
from support.cyfes_session import (USE_CYFES, assert_cyfes_worked, assert_uses_vendored_copies,
                                   use_where_the_toolkit_is_hidden)
from support.fixture_wheels import build_cuda_fixture
from support.installed import PYTHON, Installed, hide_cuda_and_openmp
from support.wheel_file import WheelFile, graft_name


def test_repaired_wheel_computes_with_the_vendored_libraries(repaired_wheel, cuda_fixture,
                                                             tmp_path):
    use_where_the_toolkit_is_hidden(repaired_wheel, cuda_fixture, tmp_path / "venv")


def test_a_library_built_without_nvcc_is_repaired_as_well(form, tmp_path):
    fixture = build_cuda_fixture(form, tmp_path / "wheel", nvcc=False)
    repaired = repair(fixture.wheel, tmp_path / "out")
    facts = use_where_the_toolkit_is_hidden(repaired, fixture, tmp_path / "venv")
    assert facts["kernel"] is False
    # This toolkit is laid out as NVIDIA's installer does it: the file has its full version.
    assert any(name.endswith(".so.13.0.96") for name in WheelFile(repaired).vendored("CyFES"))


def test_a_build_tree_that_still_exists_is_no_second_home_of_the_library(tmp_path):
    build_tree = tmp_path / "build/lib.linux-x86_64/cyfes"
    build_tree.mkdir(parents=True)
    fixture = build_cuda_fixture("needed", tmp_path / "wheel", build_tree=str(build_tree))
    library = WheelFile(fixture.wheel).data["CyFES-2.7.data/data/cyfes/libcufes.so"]
    (build_tree / "libcufes.so").write_bytes(library)
    repaired = repair(fixture.wheel, tmp_path / "out")
    assert sorted(WheelFile(repaired).vendored("CyFES")) == \
        sorted([graft_name(fixture.cudart), graft_name(fixture.gomp)])
    use_where_the_toolkit_is_hidden(repaired, fixture, tmp_path / "venv")


def test_it_works_in_other_places_and_layouts_too(repaired_wheel, cuda_fixture, tmp_path):
    environment = Installed(repaired_wheel, tmp_path / "venv")
    hidden = hide_cuda_and_openmp(cuda_fixture.toolkit)

    def check():
        facts = environment.facts(USE_CYFES, hidden)
        assert_cyfes_worked(facts)
        assert_uses_vendored_copies(facts, environment, cuda_fixture)

    environment.move(tmp_path / "elsewhere/deeper/venv")
    check()
    # Fedora's layout, and that of Debian's own Python below /usr/local.
    for library_path in (f"lib64/{PYTHON}/site-packages", f"lib/{PYTHON}/dist-packages"):
        environment.move_site_packages(library_path)
        check()
