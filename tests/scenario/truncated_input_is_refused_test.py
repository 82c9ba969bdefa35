"""Every prefix of a wheel and of a library: one clear line, and nothing half-written."""

import pytest
from support.checkout import elfwheel, run
from support.fixture_wheels import build_cuda_fixture
from support.wheel_file import WheelFile

LIBRARY = "CyFES-2.7.data/data/cyfes/libcufes.so"
BATCH = 1000  # files in one call: the program tries each of them


@pytest.fixture(scope="module")
def small_fixture(tmp_path_factory):
    return build_cuda_fixture("dlopen", tmp_path_factory.mktemp("small"), nvcc=False).wheel


def write_prefixes(data: bytes, name: str, directory, first: int):
    """The prefixes of `first` bytes and more, each under the name `name` in its own directory."""
    files = []
    for size in range(first, min(first + BATCH, len(data))):
        file = directory / str(size) / name
        file.parent.mkdir()
        file.write_bytes(data[:size])
        files.append(file)
    return files


def assert_one_line_each(stderr: str, files) -> None:
    lines = stderr.splitlines()
    assert len(lines) == len(files), f"{len(files)} files, {len(lines)} lines: {lines[:3]}"
    for line, file in zip(lines, files, strict=True):
        assert line.startswith(f"elfwheel: {file}: "), line


def test_no_prefix_of_a_wheel_is_repaired(small_fixture, tmp_path):
    data = small_fixture.read_bytes()
    for first in range(0, len(data), BATCH):
        directory = tmp_path / str(first)
        directory.mkdir()
        files = write_prefixes(data, small_fixture.name, directory, first)
        done = run(elfwheel(), "repair", "-w", tmp_path / "out", *files, expect=2)
        assert done.stdout == ""
        assert_one_line_each(done.stderr, files)
        assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


def test_no_prefix_of_a_wheel_is_verified(small_fixture, tmp_path):
    data = small_fixture.read_bytes()
    files = write_prefixes(data, small_fixture.name, tmp_path, len(data) - BATCH)
    assert_one_line_each(run(elfwheel(), "verify", *files, expect=2).stderr, files)


def test_a_prefix_of_a_library_is_edited_whole_or_not_at_all(small_fixture, tmp_path):
    data = WheelFile(small_fixture).data[LIBRARY]
    refused = 0
    for first in range(0, len(data), BATCH):
        directory = tmp_path / str(first)
        directory.mkdir()
        files = write_prefixes(data, "libcufes.so", directory, first)
        done = run(elfwheel(), "set-rpath", "$ORIGIN/../somewhere/that/is/longer/than/it/was",
                   *files, expect=None)
        assert done.returncode in (0, 2), done.stderr[-2000:]
        lines = {line.split(": ")[1]: line for line in done.stderr.splitlines()}
        for file in files:
            unchanged = file.read_bytes() == data[:int(file.parent.name)]
            assert unchanged == (str(file) in lines), f"{file}: {lines.get(str(file))}"
            assert list(file.parent.iterdir()) == [file], "a temporary file was left"
        refused += len(lines)
    # What the loader needs ends well behind the middle of the file; section headers come last.
    assert refused > len(data) // 2
