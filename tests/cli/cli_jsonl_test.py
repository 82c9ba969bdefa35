"""`--jsonl` and `--results` of show, verify and repair: a line a wheel at once, errors among them, and
runs that go on where another ended."""

import fcntl
import json
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from conftest import write_wheel
from support.checkout import elfwheel, environment, run

COMMANDS = ["show", "verify", "repair"]
ENVELOPE = ["wheel", "command", "status", "error", "size", "modified"]


def lines_of(text):
    assert text == "" or text.endswith("\n")
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def wheels(compile_c, tmp_path):
    """wheels(n): wheels w0 ... of one library each, which needs libgomp."""
    library = compile_c(tmp_path / "mod.so", "int f(void) { return 1; }\n", "-Wl,--no-as-needed",
                        "-lgomp").read_bytes()

    def make(count):
        return [write_wheel(tmp_path / f"in/w{i}-1-cp311-cp311-linux_x86_64.whl",
                            {f"w{i}/mod.so": library + bytes(i)}) for i in range(count)]

    return make


def words(command, tmp_path, *more):
    output = ["-w", tmp_path / "out"] if command == "repair" else []
    return [elfwheel(), command, *output, *more]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_line_has_the_keys_of_json_behind_those_that_all_lines_have(command, wheels, tmp_path):
    [wheel] = wheels(1)
    both = [json.loads(run(*words(command, tmp_path, flag, wheel)).stdout)
            for flag in ("--json", "--jsonl")]
    [value, line] = both
    assert list(line) == ENVELOPE + [key for key in value if key != "wheel"]
    assert {key: line[key] for key in value if key != "wheel"} == \
           {key: value[key] for key in value if key != "wheel"}
    status = wheel.stat()
    seconds = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(status.st_mtime))
    assert [line[key] for key in ENVELOPE] == [
        str(wheel), command, 0, None, status.st_size,
        f"{seconds}.{status.st_mtime_ns % 10**9:09}Z"]


@pytest.mark.parametrize("command", COMMANDS)
def test_errors_have_lines_too_and_the_next_wheel_its_turn(command, wheels, tmp_path):
    first, second = wheels(2)
    bad = tmp_path / "in/bad-1-py3-none-any.whl"
    bad.write_text("no wheel")
    missing = tmp_path / "in/missing-1-py3-none-any.whl"
    done = run(*words(command, tmp_path, "--jsonl", first, bad, missing, second), expect=2)
    lines = lines_of(done.stdout)
    assert [Path(line["wheel"]) for line in lines] == [first, bad, missing, second]
    assert [line["status"] for line in lines] == [0, 2, 2, 0]
    assert list(lines[1]) == list(lines[2]) == ENVELOPE
    assert lines[1]["size"] == 8 and lines[2]["size"] is None
    assert done.stderr == "".join(f"elfwheel: {line['wheel']}: {line['error']}\n"
                                  for line in lines if line["error"])


def test_an_answer_that_is_no_is_status_1(pure_wheel, small_wheel, wheels, tmp_path):
    wheel, _ = small_wheel
    [line] = lines_of(run(elfwheel(), "show", "--jsonl", pure_wheel, expect=1).stdout)
    assert line["status"] == 1 and line["error"].startswith("no ELF file in the wheel")
    done = run(*words("repair", tmp_path, "--jsonl", wheel), expect=1)
    [line] = lines_of(done.stdout)
    assert (line["status"], line["error"], line["repairable"]) == (1, None, False)
    assert done.stderr == "".join(f"elfwheel: {wheel}: {each}\n" for each in line["reasons"]) != ""


@pytest.mark.parametrize("command", COMMANDS)
def test_each_line_is_out_before_the_next_wheel_is_opened(command, wheels, tmp_path):
    first, second = wheels(2)
    for flags, target in ((["--jsonl"], "1"), (["--results", tmp_path / "r.jsonl"], r"\d+")):
        trace = tmp_path / "trace"
        run("strace", "-f", "--seccomp-bpf", "-s", "300", "-e", "trace=openat,write", "-o", trace,
            *words(command, tmp_path, *flags, first, second), ASAN_OPTIONS="detect_leaks=0")
        text = trace.read_text()
        start = r'write\(' + target + r', "{\\"wheel\\":\\"'
        writes = [m.start() for m in re.finditer(start, text)]
        assert len(writes) == 2
        assert writes[0] < text.index(f'"{second}", O_RDONLY') < writes[1]


def test_a_reader_sees_lines_while_the_program_works(wheels):
    paths = wheels(400)
    with subprocess.Popen([elfwheel(), "show", "--jsonl", *paths], stdout=subprocess.PIPE,
                          env=environment(), text=True) as process:
        # The pipe is made too small for what there is to say, so the program waits for its reader.
        fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, 4096)
        assert json.loads(process.stdout.readline())["wheel"] == str(paths[0])
        assert process.poll() is None
        assert [json.loads(line)["wheel"] for line in process.stdout] == \
               [str(path) for path in paths[1:]]
    assert process.returncode == 0


@pytest.mark.parametrize("ignored", [False, True])
def test_a_reader_that_went_away_is_no_error(ignored, wheels, tmp_path):
    paths = wheels(2)

    def keep_quiet():
        signal.signal(signal.SIGPIPE, signal.SIG_IGN if ignored else signal.SIG_DFL)

    read_end, write_end = os.pipe()
    os.close(read_end)
    done = subprocess.run(words("repair", tmp_path, "--jsonl", *paths), stdout=write_end,
                          stderr=subprocess.PIPE, env=environment(), preexec_fn=keep_quiet)
    os.close(write_end)
    assert done.stderr == b""
    if ignored:
        # The wheels are wanted, whoever reads what is said of them.
        assert done.returncode == 0 and len(list((tmp_path / "out").iterdir())) == 2
    else:
        assert done.returncode == -signal.SIGPIPE and len(list((tmp_path / "out").iterdir())) == 1


def test_a_full_disk_is_told_once(wheels):
    with open("/dev/full", "w") as full:
        done = subprocess.run([elfwheel(), "show", "--jsonl", *wheels(3)], stdout=full, text=True,
                              stderr=subprocess.PIPE, env=environment())
    assert done.returncode == 2
    assert done.stderr == "elfwheel: cannot write to standard output: No space left on device\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_results_are_what_jsonl_prints_and_done_once(command, wheels, tmp_path):
    paths = wheels(3)
    printed = run(*words(command, tmp_path, "--jsonl", *paths)).stdout
    results = tmp_path / "r.jsonl"
    done = run(*words(command, tmp_path, "--results", results, *paths))
    assert (done.stdout, done.stderr) == ("", "")
    assert results.read_text() == printed
    # What was printed can be gone on with, too.
    results.write_text("".join(printed.splitlines(True)[:1]))
    run(*words(command, tmp_path, "--results", results, *paths))
    assert results.read_text() == printed
    run(*words(command, tmp_path, "--results", results, *paths))
    assert results.read_text() == printed


def test_each_command_has_its_own_lines_in_one_file(wheels, tmp_path):
    paths = wheels(2)
    results = tmp_path / "r.jsonl"
    for _ in range(2):
        for command in COMMANDS:
            run(*words(command, tmp_path, "--results", results, *paths))
    assert [line["command"] for line in lines_of(results.read_text())] == \
           [command for command in COMMANDS for _ in paths]


def test_what_failed_is_tried_again_and_what_is_no_is_not(pure_wheel, tmp_path):
    results = tmp_path / "r.jsonl"
    later = tmp_path / "later" / pure_wheel.name
    later.parent.mkdir()

    def show(expect):
        run(elfwheel(), "show", "--results", results, later, pure_wheel, expect=expect)
        return [(Path(line["wheel"]), line["status"]) for line in lines_of(results.read_text())]

    first = [(later, 2), (pure_wheel, 1)]
    assert show(expect=2) == first
    assert show(expect=2) == [*first, (later, 2)]
    shutil.copy(pure_wheel, later)
    assert show(expect=1) == [*first, (later, 2), (later, 1)]
    # The status of a run is that of all its wheels, those that were done before as well.
    assert len(show(expect=1)) == 4


def test_a_wheel_that_changed_is_done_again(wheels, tmp_path):
    first, second = wheels(2)
    results = tmp_path / "r.jsonl"
    command = [elfwheel(), "show", "--results", results, first, second]
    run(*command)
    kept = first.stat()
    os.utime(first, ns=(kept.st_atime_ns, kept.st_mtime_ns + 1))
    run(*command)
    write_wheel(second, {"w1/mod.py": b""})
    os.utime(second, ns=(kept.st_atime_ns, kept.st_mtime_ns))
    run(*command, expect=1)
    lines = lines_of(results.read_text())
    assert [Path(line["wheel"]) for line in lines] == [first, second, first, second]
    assert [line["status"] for line in lines] == [0, 0, 0, 1]


def test_an_environment_is_verified_each_time(pure_wheel, tmp_path):
    with zipfile.ZipFile(pure_wheel) as archive:
        archive.extractall(tmp_path / "site")
    results = tmp_path / "r.jsonl"
    for _ in range(2):
        run(elfwheel(), "verify", "--results", results, "--prefix", tmp_path / "site")
    assert [line["size"] for line in lines_of(results.read_text())] == [None, None]


def test_a_repair_is_done_again_unless_its_result_is_there(wheels, tmp_path):
    paths = wheels(2)
    results = tmp_path / "r.jsonl"

    def count(*flags):
        run(*words("repair", tmp_path, *flags, "--results", results, *paths))
        return len(results.read_text().splitlines())

    assert count("--dry-run") == 2
    assert count("--dry-run") == 2
    assert count() == 4 and count() == 4 and count("--dry-run") == 4
    gone, cut = sorted((tmp_path / "out").iterdir())
    whole = [gone.read_bytes(), cut.read_bytes()]
    gone.unlink()
    os.truncate(cut, 100)
    assert count() == 6
    assert [gone.read_bytes(), cut.read_bytes()] == whole
    run(elfwheel(), "repair", "-w", tmp_path / "elsewhere", "--results", results, *paths)
    assert len(list((tmp_path / "elsewhere").iterdir())) == 2


def test_a_line_torn_anywhere_is_written_anew(wheels, tmp_path):
    paths = wheels(2)
    results = tmp_path / "r.jsonl"
    run(elfwheel(), "show", "--results", results, *paths)
    whole = results.read_bytes()
    begin = whole.index(b"\n") + 1
    for end in [0, 1, *range(begin, begin + 12), *range(begin + 12, len(whole), 151), len(whole) - 1]:
        results.write_bytes(whole[:end])
        run(elfwheel(), "show", "--results", results, *paths)
        assert results.read_bytes() == whole, end


def test_a_long_torn_line_is_cut_off(wheels, tmp_path):
    [path] = wheels(1)
    results = tmp_path / "r.jsonl"
    run(elfwheel(), "show", "--results", results, path)
    whole = results.read_bytes()
    results.write_bytes(whole + b'{"wheel":"' + bytes(range(32, 127)) * 3000)
    run(elfwheel(), "show", "--results", results, path)
    run(elfwheel(), "verify", "--results", results, path)
    assert [line["command"] for line in lines_of(results.read_text())] == ["show", "verify"]


def test_killed_again_and_again_it_ends_with_a_line_and_a_result_for_each(wheels, tmp_path):
    paths = wheels(12)
    results = tmp_path / "r.jsonl"
    command = words("repair", tmp_path, "--results", results, *paths)
    start = time.monotonic()
    run(*command)
    lasts = time.monotonic() - start
    whole = results.read_text()
    results.unlink()
    shutil.rmtree(tmp_path / "out")
    chance = random.Random(7)
    kills = 0
    for _ in range(25):
        with subprocess.Popen([str(word) for word in command], env=environment()) as process:
            try:
                process.wait(chance.uniform(0, lasts / 3))
            except subprocess.TimeoutExpired:
                process.kill()
                kills += 1
    run(*command)
    assert results.read_text() == whole
    assert kills > 0 and len(list((tmp_path / "out").iterdir())) == 12


def test_processes_may_share_a_file(wheels, tmp_path):
    paths = wheels(40)
    results = tmp_path / "r.jsonl"
    results.write_text('{"wheel":"torn')
    processes = [subprocess.Popen([elfwheel(), "verify", "--results", results, *paths[i::4]],
                                  env=environment()) for i in range(4)]
    assert [process.wait() for process in processes] == [0, 0, 0, 0]
    lines = lines_of(results.read_text())
    assert sorted(line["wheel"] for line in lines) == sorted(map(str, paths))
    run(elfwheel(), "verify", "--results", results, *paths)
    assert len(results.read_text().splitlines()) == 40


def test_no_other_file_is_taken_for_results(wheels, tmp_path):
    [path] = wheels(1)
    for content in (path.read_bytes(), b"text without an end", b"text\n", b'{"a":1}\n', b"[]\n",
                    b'{"wheel":"x"}\n{"wheel":3\n', b'{"wheel":"x"}\nrest'):
        other = tmp_path / "other"
        other.write_bytes(content)
        done = run(elfwheel(), "show", "--results", other, path, expect=2)
        assert done.stderr.startswith(f"elfwheel: {other}: ")
        assert done.stderr.endswith(" is no result of elfwheel: name another file\n")
        assert other.read_bytes() == content
    for place, reason in (("/dev/null", "not a regular file; --jsonl prints the lines"),
                          (tmp_path, "cannot open: Is a directory"),
                          (tmp_path / "no/r.jsonl", "cannot open: No such file or directory")):
        done = run(elfwheel(), "show", "--results", place, path, expect=2)
        assert done.stderr == f"elfwheel: {place}: {reason}\n"


def test_a_disk_that_is_full_leaves_whole_lines(wheels, tmp_path):
    paths = wheels(3)
    results = tmp_path / "r.jsonl"
    run(elfwheel(), "show", "--results", results, *paths)
    whole = results.read_text()
    results.unlink()

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(whole) * 2 // 5, resource.RLIM_INFINITY))

    done = subprocess.run([elfwheel(), "show", "--results", results, *paths], preexec_fn=limit,
                          env=environment(), capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (2, f"elfwheel: {results}: cannot write: "
                                                 "File too large\n")
    assert results.read_text() == whole.splitlines(True)[0]


def test_names_that_are_no_utf8_are_known_again(wheels, tmp_path):
    [path] = wheels(1)
    directory = os.fsencode(tmp_path) + b"/\xff\xfe"
    os.mkdir(directory)
    odd = directory + b"/" + os.fsencode(path.name)
    os.rename(path, odd)
    results = tmp_path / "r.jsonl"
    for _ in range(2):
        subprocess.run([elfwheel(), "show", "--results", results, odd], env=environment(), check=True)
    assert len(lines_of(results.read_text())) == 1


def test_verify_sees_each_wheel_by_itself(compile_c, tmp_path):
    base = compile_c(tmp_path / "libbase.so", "int b(void) { return 1; }\n", "-Wl,-soname,libbase.so")
    user = compile_c(tmp_path / "user.so", "int b(void); int u(void) { return b(); }\n",
                     f"-L{tmp_path}", "-lbase", "-Wl,-rpath,$ORIGIN/../base")
    tag = "cp311-cp311-manylinux_2_36_x86_64"
    pair = [write_wheel(tmp_path / f"{name}-1-{tag}.whl", {f"{name}/{file.name}": file.read_bytes()})
            for name, file in (("base", base), ("user", user))]
    together = json.loads(run(elfwheel(), "verify", "--json", *pair).stdout)
    assert [value["ok"] for value in together] == [True, True]
    each = json.loads(run(elfwheel(), "verify", "--each", "--json", *pair, expect=1).stdout)
    assert [value["ok"] for value in each] == [True, False]
    lines = lines_of(run(elfwheel(), "verify", "--jsonl", *pair, expect=1).stdout)
    assert [line["findings"] for line in lines] == [value["findings"] for value in each]
    text = run(elfwheel(), "verify", "--each", *pair, expect=1).stdout
    assert "libbase.so" in text and text.count(": ok,") == 1


@pytest.mark.parametrize("flags", [["--json", "--jsonl"], ["--json", "--results", "r"],
                                   ["--jsonl", "--results", "r"]])
@pytest.mark.parametrize("command", COMMANDS)
def test_one_form_of_output_is_chosen(command, flags, pure_wheel, tmp_path):
    done = run(elfwheel(), command, *flags, pure_wheel, expect=2, cwd=tmp_path)
    assert "excludes" in done.stderr and not (tmp_path / "r").exists()
