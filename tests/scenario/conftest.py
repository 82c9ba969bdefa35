"""Fixtures shared by the scenarios. Each wheel is built, repaired and installed once a session."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support.checkout import HAS_CROSS_CHECK, elfwheel, run  # noqa: E402
from support.fixture_wheels import build_cuda_fixture  # noqa: E402


def repair(wheel: Path, out: Path, **variables: str) -> Path:
    """The wheel that `elfwheel repair` makes: the only file in `out`, which must not exist."""
    flags = ["--cross-check"] if HAS_CROSS_CHECK else []
    run(elfwheel(), "repair", *flags, "-w", out, wheel, **variables)
    [repaired] = out.iterdir()
    return repaired


@pytest.fixture(scope="session", params=["needed", "dlopen"])
def form(request):
    return request.param


@pytest.fixture(scope="session")
def cuda_fixture(form, tmp_path_factory):
    """The unrepaired CUDA wheel, built by nvcc where there is one."""
    return build_cuda_fixture(form, tmp_path_factory.mktemp(f"cyfes-{form}"))


@pytest.fixture(scope="session")
def repaired_wheel(cuda_fixture, tmp_path_factory):
    return repair(cuda_fixture.wheel, tmp_path_factory.mktemp("repaired") / "out")
