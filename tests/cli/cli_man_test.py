"""The man pages: complete, and clean in the eyes of man-db, groff and mandoc."""

import os
import re
import subprocess

import pytest
from support.checkout import elfwheel, run
from support.command_help import command_names, options_of, patchelf_options

NAMES = ["", *command_names()]
DAY = {"SOURCE_DATE_EPOCH": "1782900000"}  # 2026-07-01


def page_name(command: str) -> str:
    return f"elfwheel-{command}" if command else "elfwheel"


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    directory = tmp_path_factory.mktemp("man")
    run(elfwheel(), "generate", "man", directory, **DAY)
    return directory


def rendered(page) -> str:
    """As a terminal shows it, 80 columns wide, without bold and underlines."""
    shown = run("man", "-l", page, MANWIDTH="80", LC_ALL="C.UTF-8", MAN_KEEP_FORMATTING="",
                PAGER="cat", MANPAGER="cat")
    return re.sub(".\b", "", shown.stdout)


def words(text: str) -> str:
    """Without line breaks and hyphens at them."""
    return " ".join(text.replace("\u2010\n", "").split())


def test_every_command_has_a_page(pages):
    assert sorted(path.name for path in pages.iterdir()) == \
        sorted(page_name(command) + ".1" for command in NAMES)


@pytest.mark.parametrize("command", NAMES)
def test_man_and_mandoc_find_nothing_wrong(pages, command):
    page = pages / f"{page_name(command)}.1"
    done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", page],
                          capture_output=True, text=True, check=True,
                          env=os.environ | {"LC_ALL": "C.UTF-8", "MANROFFSEQ": "",
                                            "MANWIDTH": "80"})
    assert done.stderr == ""
    lint = run("mandoc", "-T", "lint", "-W", "warning", page, expect=None)
    assert lint.stdout + lint.stderr == ""


@pytest.mark.parametrize("command", NAMES)
def test_whatis_finds_name_and_purpose(pages, command):
    found = run("lexgrog", pages / f"{page_name(command)}.1").stdout
    match = re.search(r': "(.*?) - (.*)"$', found.strip())
    assert match and match[1] == page_name(command)
    assert len(match[2]) > 10 and not match[2].endswith(".")


@pytest.mark.parametrize("command", command_names())
def test_a_page_has_every_option_of_the_help(pages, command):
    options = patchelf_options() if command == "patchelf" else options_of(command)
    assert options
    text = rendered(pages / f"elfwheel-{command}.1")
    tags = re.findall(r"(?m)^ {7}(-.*?)(?: {2,}.*)?$", text)
    names = {name for tag in tags for name in re.findall(r"(?:^|, )(--?[\w-]+)", tag)}
    assert names == set(options)


def test_the_page_of_the_program_names_all_commands(pages):
    text = rendered(pages / "elfwheel.1")
    for command in command_names():
        assert f"elfwheel-{command}(1)" in text
    assert "EXIT STATUS" in text and "ENVIRONMENT" in text


def test_a_page_says_what_the_help_leaves_out(pages):
    text = words(rendered(pages / "elfwheel-repair.1"))
    assert "--exclude PATTERN Leave this library outside. May be given again." in text
    assert "the environment variable ELFWHEEL_PLAT counts" in text
    assert "elfwheel repair -w wheelhouse --exclude 'libcuda.so.*' dist/*.whl" in text
    assert "Does not go with" in text


def test_quotes_and_dashes_can_be_copied(pages):
    text = rendered(pages / "elfwheel-set-rpath.1")
    assert "elfwheel set-rpath '$ORIGIN:$ORIGIN/../pkg.libs' pkg/*.so" in text


def test_the_date_is_that_of_the_source(pages, tmp_path):
    assert (pages / "elfwheel.1").read_text().startswith(
        '.TH "ELFWHEEL" 1 "2026-07-01" "elfwheel 0.1.0" "elfwheel"\n')
    run(elfwheel(), "generate", "man", tmp_path)
    assert (tmp_path / "elfwheel.1").read_text().startswith('.TH "ELFWHEEL" 1 "" ')


def test_the_same_program_writes_the_same_bytes(pages, tmp_path):
    again = tmp_path / "new/directory"
    run(elfwheel(), "generate", "man", again, **DAY, TZ="Asia/Tokyo", LC_ALL="C",
        ELFWHEEL_PLAT="linux_x86_64")
    for page in pages.iterdir():
        assert (again / page.name).read_bytes() == page.read_bytes()


def test_a_directory_that_takes_no_file_is_an_error(tmp_path):
    file = tmp_path / "file"
    file.touch()
    done = run(elfwheel(), "generate", "man", file, expect=2)
    assert done.stderr.count("\n") == 1 and str(file) in done.stderr
