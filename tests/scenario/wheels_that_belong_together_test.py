"""Wheels that use libraries of other wheels, installed beside them: nothing is copied in, and with
the toolkit hidden the other wheel's library is the one that is mapped."""

import sysconfig

import pytest
from support.checkout import VENVS, WHEELS, elfwheel, run
from support.cyfes_session import USE_CYFES, assert_cyfes_worked, mapped_copies
from support.fixture_wheels import build_cuda_fixture, build_cyfes
from support.installed import Hidden, Installed, hide_cuda_and_openmp
from support.small_wheel import write_wheel
from support.wheel_file import WheelFile, graft_name

EXTENSION = r"""
#include <Python.h>
%s
static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, ""}, {0}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_ext", "", -1, methods};
PyMODINIT_FUNC PyInit__ext(void) { return PyModule_Create(&module); }
"""

CUDA_VERSION = r"""
int cudaRuntimeGetVersion(int *);
static PyObject *answer(PyObject *self, PyObject *none) {
  int version = 0;
  int error = cudaRuntimeGetVersion(&version);
  return PyLong_FromLong(error ? -error : version);
}
"""

DOT_PRODUCT = r"""
double scipy_cblas_ddot64_(int64_t, const double *, int64_t, const double *, int64_t);
static PyObject *answer(PyObject *self, PyObject *none) {
  const double a[] = {1, 2, 3, 4}, b[] = {5, 6, 7, 8};
  return PyFloat_FromDouble(scipy_cblas_ddot64_(4, a, 1, b, 1));
}
"""


def published(distribution: str):
    [wheel] = WHEELS.glob(f"{distribution}-*.whl")
    return wheel


def build_extension(directory, source: str, library, requires: str):
    """A wheel with an extension that needs `library` and has no path to it."""
    file = f"using/_ext{sysconfig.get_config_var('EXT_SUFFIX')}"
    (directory / "ext.c").write_text(EXTENSION % source)
    run("gcc", "-O1", "-shared", "-fPIC", f"-I{sysconfig.get_path('include')}",
        directory / "ext.c", library, "-Wl,--allow-shlib-undefined", "-o", directory / "ext.so")
    return write_wheel(directory / f"in/using-1-{build_cyfes.wheel_tag()}.whl",
                       {"using/__init__.py": b"", file: (directory / "ext.so").read_bytes()},
                       (requires,))


def repair(wheel, out, *flags):
    done = run(elfwheel(), "repair", "-w", out, *flags, wheel)
    [repaired] = out.iterdir()
    return repaired, done


@pytest.mark.parametrize("source", ["installed", "wheel"])
def test_an_extension_uses_the_cuda_runtime_of_nvidias_wheel(source, tmp_path):
    runtime = published("nvidia_cuda_runtime")
    toolkit = build_cyfes.pypi_toolkit().libraries
    wheel = build_extension(tmp_path, CUDA_VERSION, toolkit / "libcudart.so.13",
                            "NVIDIA.cuda-runtime ~= 13.0")
    flags = ["--depends-on", "nvidia-*", "--find-dist", VENVS / "cuda"]
    if source == "wheel":
        flags = ["--depends-on", runtime]
    repaired, done = repair(wheel, tmp_path / "out", *flags)
    assert WheelFile(repaired).vendored("using") == {} and done.stderr == ""
    environment = Installed(repaired, tmp_path / "venv", runtime)
    facts = environment.facts('import using._ext\nfacts = {"answer": using._ext.answer()}',
                              hide_cuda_and_openmp(toolkit))
    assert 13000 <= facts["answer"] < 14000
    assert mapped_copies(facts, "libcudart") == \
        [environment.site_packages / "nvidia/cu13/lib/libcudart.so.13"]
    run(elfwheel(), "verify", environment.prefix)
    # What is told apart here would else work on a machine with a toolkit alone.
    alone = Installed(repaired, tmp_path / "alone")
    failed = alone.run("import using._ext", hide_cuda_and_openmp(toolkit), expect=1)
    assert "libcudart.so.13: cannot open shared object file" in failed.stderr


def test_a_library_in_the_prefix_uses_it_as_well(tmp_path):
    runtime = published("nvidia_cuda_runtime")
    fixture = build_cuda_fixture("needed", tmp_path / "wheel", nvcc=False)
    repaired, done = repair(fixture.wheel, tmp_path / "out", "--depends-on", "nvidia-cuda-runtime",
                            "--find-dist", VENVS / "cuda")
    assert 'add "nvidia-cuda-runtime" to the dependencies' in done.stderr
    assert list(WheelFile(repaired).vendored("CyFES")) == [graft_name(fixture.gomp)]
    environment = Installed(repaired, tmp_path / "venv", runtime)
    facts = environment.facts(USE_CYFES, hide_cuda_and_openmp(fixture.toolkit))
    assert_cyfes_worked(facts)
    assert mapped_copies(facts, "libcudart") == \
        [environment.site_packages / "nvidia/cu13/lib/libcudart.so.13"]
    run(elfwheel(), "verify", repaired, runtime)
    told = run(elfwheel(), "verify", repaired, expect=1).stdout
    assert "libcufes.so: needs libcudart.so.13, " in told


def test_an_extension_calls_the_blas_of_scipys_wheel(tmp_path):
    blas = published("scipy_openblas64")
    library = tmp_path / "libscipy_openblas64_.so"
    library.write_bytes(WheelFile(blas).data[f"scipy_openblas64/lib/{library.name}"])
    wheel = build_extension(tmp_path, DOT_PRODUCT, library, "scipy-openblas64")
    library.unlink()
    repaired, _ = repair(wheel, tmp_path / "out", "--depends-on", blas)
    environment = Installed(repaired, tmp_path / "venv", blas)
    facts = environment.facts('import using._ext\nfacts = {"answer": using._ext.answer()}',
                              Hidden())
    assert facts["answer"] == 70
    assert mapped_copies(facts, "libscipy_openblas") == \
        [environment.site_packages / "scipy_openblas64/lib/libscipy_openblas64_.so"]
    # SciPy's wheel has a RECORD that is older than some of its files: not this one's fault.
    told = run(elfwheel(), "verify", repaired, blas, expect=1).stdout
    assert f"{repaired}: ok, 1 ELF file checked" in told and f"{repaired}: warning" not in told
