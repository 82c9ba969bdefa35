"""The command line as a whole: version, usage errors, exit codes, colour."""

import os
import pty
import subprocess

import pytest
from support.checkout import elfwheel, environment, run

def test_version():
    assert run(elfwheel(), "--version").stdout == "elfwheel 0.1.0\n"


@pytest.mark.parametrize(("arguments", "message"), [
    (["frobnicate"], "no command is called 'frobnicate'; see elfwheel --help"),
    (["repiar"], "no command is called 'repiar' (did you mean 'repair'?); see elfwheel --help"),
    (["ldd"], "no command is called 'ldd' (did you mean 'lddtree'?); see elfwheel --help"),
    (["--frobnicate"], "no option is called '--frobnicate'; see elfwheel --help"),
    (["lddtree"], "FILE is required; see elfwheel lddtree --help"),
    (["set-rpath"], "RPATH is required; see elfwheel set-rpath --help"),
    (["set-rpath", "x"], "FILE is required; see elfwheel set-rpath --help"),
    (["lddtree", "--deep", "/bin/true"], "no option is called '--deep'; "
                                         "see elfwheel lddtree --help"),
    (["lddtree", "--fromat=dot", "x"], "no option is called '--fromat' "
                                       "(did you mean '--format'?); see elfwheel lddtree --help"),
    (["completion", "bash", "x"], "The following argument was not expected: x; "
                                  "see elfwheel completion --help"),
    (["lddtree", "--format", "svg", "x"], "--format: svg not in {tree,flat,json,dot,mermaid,html}; "
                                          "see elfwheel lddtree --help"),
    (["symbols"], "FILE is required; see elfwheel symbols --help"),
    (["bindings", "--dlopen", "x.so:globl", "/bin/true"],
     "--dlopen x.so:globl: the mode is local, global or deepbind"),
    (["lddtree", "--json", "--format", "dot", "x"], "--format excludes --json; "
                                                    "see elfwheel lddtree --help"),
    (["lddtree", "--depth", "0", "x"], "--depth: Value 0 not in range 1 to 1000000; "
                                       "see elfwheel lddtree --help"),
    (["lddtree", "--why", "a", "--explain", "x"], "--explain excludes --why; "
                                                  "see elfwheel lddtree --help"),
    (["lddtree", "--max-chains", "3", "x"], "--max-chains requires --why; "
                                            "see elfwheel lddtree --help"),
    (["lddtree", "--why", "a", "--format", "dot", "x"], "--why has no form for --format dot; "
                                                        "see elfwheel lddtree --help"),
    (["lddtree", "--explain", "--format", "flat", "x"], "--explain has no form for --format flat; "
                                                        "see elfwheel lddtree --help"),
    (["lddtree", "--cpu", "x86-64-v9", "x"],
     "--cpu: x86-64-v9 not in {x86-64,x86-64-v2,x86-64-v3,x86-64-v4}; "
     "see elfwheel lddtree --help"),
    (["verify"], "WHEEL|DIR or --prefix is required; see elfwheel verify --help"),
    (["repair", "-q", "-v", "x.whl"], "--verbose excludes --quiet; see elfwheel repair --help"),
    (["lddtree", "--sysroot", "/nowhere", "x"], "--sysroot: Directory does not exist: /nowhere; "
                                                "see elfwheel lddtree --help"),
    (["repair", "-z", "13", "x.whl"], "--zip-compression-level: Value 13 not in range 0 to 12; "
                                      "see elfwheel repair --help"),
])
def test_wrong_usage_is_one_line(arguments, message):
    done = run(elfwheel(), *arguments, expect=2)
    assert done.stdout == ""
    assert done.stderr == f"elfwheel: {message}\n"


@pytest.mark.parametrize("command", [
    ["lddtree", "--preload", "/bin/cat", "/bin/true", "--json"],
    ["bindings", "--symbol", "main", "/bin/true", "--json"],
    ["bindings", "--dlopen", "libc.so.6", "/bin/true", "--json"],
    ["symbols", "--name", "main", "/bin/true", "--json"],
    ["repair", "--exclude", "x", "/bin/true", "-q"],
    ["verify", "--exclude", "x", "/bin/true", "--json"],
])
def test_an_option_leaves_the_words_behind_its_value_alone(command):
    """Whatever becomes of /bin/true: it was taken for a file."""
    assert "is required" not in run(elfwheel(), *command, expect=None).stderr


def test_each_input_is_tried_and_the_worst_code_returned(tmp_path):
    text = tmp_path / "text"
    text.write_text("no ELF\n")
    missing = tmp_path / "missing"
    done = run(elfwheel(), "print-rpath", missing, text, "/bin/true", expect=2)
    assert done.stderr == (f"elfwheel: {missing}: cannot open: No such file or directory\n"
                           f"elfwheel: {text}: not an ELF file\n")
    assert done.stdout == "/bin/true: \n"


def test_a_name_with_a_line_break_stays_on_its_line(tmp_path):
    done = run(elfwheel(), "inspect", tmp_path / "a\nb", expect=2)
    assert done.stderr == f"elfwheel: {tmp_path}/a\\nb: cannot open: No such file or directory\n"


def test_output_that_can_not_be_written_is_an_error():
    with open("/dev/full", "w") as full:
        done = subprocess.run([elfwheel(), "inspect", "/bin/true"], stdout=full,
                              stderr=subprocess.PIPE, text=True, env=environment())
    assert done.returncode == 2
    assert done.stderr == \
        "elfwheel: cannot write to standard output: No space left on device\n"


def output_on_a_terminal(*command, **variables: str) -> bytes:
    master, slave = pty.openpty()
    subprocess.run(list(map(str, command)), stdout=slave, stderr=slave, check=False,
                   env=environment(TERM="xterm", **variables))
    os.close(slave)
    text = b""
    try:
        while part := os.read(master, 65536):
            text += part
    except OSError:
        pass  # how Linux says that the other end is closed
    os.close(master)
    return text


def test_colour_is_for_terminals_and_follows_no_color(compile_c, tmp_path):
    compile_c(tmp_path / "libgone.so", "int gone(void) { return 1; }\n")
    program = compile_c(tmp_path / "app", "int gone(void); int main(void) { return gone(); }\n",
                        f"-L{tmp_path}", "-lgone")
    command = [elfwheel(), "lddtree", program]
    red = b"\x1b[31mlibgone.so => not found\x1b[0m"
    assert red in output_on_a_terminal(*command, NO_COLOR="")
    assert b"\x1b" not in output_on_a_terminal(*command, NO_COLOR="1")
    assert "\x1b" not in run(*command, expect=1).stdout
