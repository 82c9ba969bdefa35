"""`elfwheel repair`: options, what it says, exit codes (the repair itself: tests/scenario)."""

import json
import zipfile

import pytest
from conftest import write_wheel
from support.checkout import HAS_CROSS_CHECK, auditwheel, elfwheel, run


def repair(wheel, out, *flags, expect=0, **variables):
    return run(elfwheel(), "repair", "-w", out, *flags, wheel, expect=expect, **variables)


def test_the_summary_tells_what_was_done(small_wheel, tmp_path):
    wheel, outside = small_wheel
    done = repair(wheel, tmp_path / "out", "--ldpaths", outside)
    [written] = (tmp_path / "out").iterdir()
    assert f"      from {outside}/libout.so\n      needed by pkg/liba.so\n" in done.stdout
    assert "\nPatched\n  pkg/liba.so\n      rpath (none)\n         -> $ORIGIN:" in done.stdout
    assert f"\nWrote {written} (" in done.stdout
    graft = next(name for name in zipfile.ZipFile(written).namelist() if name.startswith("pkg.libs/"))
    assert graft.removeprefix("pkg.libs/") in done.stdout


def test_a_dry_run_writes_nothing(small_wheel, tmp_path):
    wheel, outside = small_wheel
    done = repair(wheel, tmp_path / "out", "--dry-run", "--ldpaths", outside)
    assert not (tmp_path / "out").exists()
    assert "Copied into pkg.libs\n" in done.stdout
    planned = done.stdout.splitlines()[-1].removeprefix("Would write ")
    assert planned in repair(wheel, tmp_path / "out", "--ldpaths", outside).stdout


def test_json_carries_the_plan(small_wheel, tmp_path):
    wheel, outside = small_wheel
    report = json.loads(repair(wheel, tmp_path / "out", "--json", "--ldpaths", outside).stdout)
    assert report["repairable"] and report["written"]
    [graft] = report["grafts"]
    assert graft["source"] == f"{outside}/libout.so" and graft["needed_by"] == ["pkg/liba.so"]
    [patch] = report["patches"]
    assert patch["edits"]["replace_needed"] == {"libout.so": graft["name"]}
    assert report["output"] == str(next((tmp_path / "out").iterdir()))
    assert report["output_size"] == next((tmp_path / "out").iterdir()).stat().st_size


def test_quiet_says_nothing_and_verbose_says_why(small_wheel, tmp_path):
    wheel, outside = small_wheel
    done = repair(wheel, tmp_path / "quiet", "-q", "--ldpaths", outside)
    assert (done.stdout, done.stderr) == ("", "")
    assert "      because " in repair(wheel, tmp_path / "v", "-v", "--ldpaths", outside).stdout


def test_a_missing_library_is_no_and_nothing_is_written(small_wheel, tmp_path):
    wheel, _ = small_wheel
    done = repair(wheel, tmp_path / "out", "--ldpaths", "/nowhere", expect=1)
    assert not (tmp_path / "out").exists()
    [line] = done.stderr.splitlines()
    assert line.startswith(f"elfwheel: {wheel}: ")
    assert "libout.so" in line and "pkg/liba.so" in line and "/nowhere" in line
    report = json.loads(repair(wheel, tmp_path / "out", "--json", expect=1).stdout)
    assert not report["repairable"] and len(report["reasons"]) == 1


def test_an_excluded_library_stays_outside(small_wheel, tmp_path):
    wheel, _ = small_wheel
    report = json.loads(repair(wheel, tmp_path / "out", "--json", "--exclude", "libnone.so",
                               "--exclude", "libou?.so").stdout)
    assert report["grafts"] == []


def test_a_library_keeps_its_name_when_asked(small_wheel, tmp_path):
    wheel, outside = small_wheel
    flags = ["--no-mangle", "libnone.so", "--no-mangle", "libou*", "--ldpaths", outside]
    report = json.loads(repair(wheel, tmp_path / "out", "--json", *flags).stdout)
    [graft] = report["grafts"]
    assert (graft["path"], graft["keeps_name"]) == ("pkg.libs/libout.so", True)
    assert zipfile.ZipFile(report["output"]).read("pkg.libs/libout.so") == \
        (outside / "libout.so").read_bytes()
    run(elfwheel(), "verify", report["output"])


def test_faults_that_no_repair_mends_are_told(compile_c, tmp_path):
    """What verify says of the result, symbols left out; the repair is done all the same."""
    library = compile_c(tmp_path / "a.so", "__thread int n __attribute__((tls_model(\"initial-exec\")));"
                        "int a(void) { return n; }\n", "-Wl,-z,execstack")
    wheel = write_wheel(tmp_path / "in/pkg-1-cp311-cp311-linux_x86_64.whl",
                        {"pkg/a.so": library.read_bytes()})
    done = repair(wheel, tmp_path / "out")
    told = done.stdout.partition("What is left\n")[2].splitlines()
    assert told[0].startswith("  pkg/a.so: asks for an executable stack: glibc refuses to open it")
    assert told[1].startswith("Wrote ")
    assert "\n  pkg/a.so: remark: reserves 4 bytes" in repair(wheel, tmp_path / "v", "-v").stdout
    report = json.loads(repair(wheel, tmp_path / "json", "--json").stdout)
    verified = json.loads(run(elfwheel(), "verify", "--json", report["output"], expect=1).stdout)
    assert report["findings"] == verified["findings"]
    assert [each["check"] for each in report["findings"]] == ["stack", "static-tls"]


# What <systemd/sd-dlopen.h> makes of SD_ELF_NOTE_DLOPEN; json without quotes of its own.
OPENS_LIBOUT = r"""
#include <dlfcn.h>
__attribute__((used, section(".note.dlopen"), aligned(4))) static const struct {
  unsigned owner_size, size, type; char owner[4]; char json[40] __attribute__((aligned(4)));
} note = {4, 40, 0x407c0c0a, "FDO", "[{\"soname\":[\"libout.so\"]}]"};
int a(void) {
  void *library = dlopen("libout.so", RTLD_NOW);
  return library ? ((int (*)(void))dlsym(library, "out"))() : -1;
}
"""


def answer_of(library):
    """What a() of the library returns, in a process that has no LD_LIBRARY_PATH."""
    code = f"import ctypes; print(ctypes.CDLL({str(library)!r}).a())"
    return run("/usr/bin/python3", "-I", "-c", code).stdout.strip()


@pytest.mark.parametrize("by_path", [False, True])
def test_a_library_that_is_only_opened_is_copied_in_when_asked(compile_c, small_wheel, tmp_path,
                                                               by_path):
    _, outside = small_wheel
    library = compile_c(tmp_path / "libopens.so", OPENS_LIBOUT)
    wheel = write_wheel(tmp_path / "in/opens-1-cp311-cp311-linux_x86_64.whl",
                        {"opens/libopens.so": library.read_bytes()})
    include = outside / "libout.so" if by_path else "libou*"
    report = json.loads(repair(wheel, tmp_path / "out", "--json", "--ldpaths", outside,
                               "--include-lib", include).stdout)
    assert [graft["path"] for graft in report["grafts"]] == ["opens.libs/libout.so"]
    zipfile.ZipFile(report["output"]).extractall(tmp_path / "installed")
    assert answer_of(tmp_path / "installed/opens/libopens.so") == "5"
    assert answer_of(library) == "-1"
    done = repair(wheel, tmp_path / "none", "--include-lib", "libnone*")
    assert '"libnone*" matches no library that a file says it opens' in done.stderr
    done = repair(wheel, tmp_path / "none", "--include-lib", "./libnone.so", expect=2)
    assert done.stderr == f"elfwheel: {wheel}: ./libnone.so: no such library to include\n"


def test_wheels_of_one_call_use_each_other(small_wheel, tmp_path):
    wheel, outside = small_wheel
    other = write_wheel(tmp_path / "in/other-1-cp311-cp311-linux_x86_64.whl",
                        {"other/lib/libout.so": (outside / "libout.so").read_bytes()})
    done = run(elfwheel(), "repair", "-w", tmp_path / "out", "--json", "--depends-on", "oth*",
               wheel, other)
    using, used = json.loads(done.stdout)
    assert using["grafts"] == used["grafts"] == []
    assert using["patches"][0]["new_rpath"] == "$ORIGIN:$ORIGIN/../other/lib"
    assert using["provided"] == [{"name": "libout.so", "distribution": "other", "version": "1",
                                  "path": "other-1.data/platlib/other/lib/libout.so",
                                  "needed_by": ["pkg/liba.so"]}]
    told = repair(wheel, tmp_path / "dry", "--dry-run", "--depends-on", other).stdout
    assert ("\nUsed from other distributions\n  libout.so of other 1\n"
            "      needed by pkg/liba.so\n") in told
    assert using["notes"] == ['METADATA does not require other, which brings libout.so: '
                              'add "other" to the dependencies']
    alone = run(elfwheel(), "verify", using["output"], expect=1).stdout
    assert "needs libout.so, not found when installed" in alone and "/other/lib" in alone
    run(elfwheel(), "verify", using["output"], used["output"])
    for output in using["output"], used["output"]:
        zipfile.ZipFile(output).extractall(tmp_path / "installed")
    assert answer_of(tmp_path / "installed/pkg/liba.so") == "5"


def test_a_distribution_is_looked_for_where_python_is_or_as_told(small_wheel, tmp_path):
    wheel, outside = small_wheel
    site = tmp_path / "venv/lib/python3.11/site-packages"
    (site / "other-1.dist-info").mkdir(parents=True)
    (site / "other-1.dist-info/RECORD").write_text("libout.so,,\n")
    (site / "libout.so").write_bytes((outside / "libout.so").read_bytes())
    (tmp_path / "venv/bin").mkdir()
    (tmp_path / "venv/bin/python3").write_text("exit 1\n")
    plan = ["--dry-run", "--json", "--depends-on", "OTHER"]
    path = f"relative:/nowhere:{tmp_path}/venv/bin:/usr/bin"
    for flags, variables in ((["--find-dist", tmp_path / "venv"], {}),
                             (["--find-dist", site], {}), ([], {"PATH": path})):
        report = json.loads(repair(wheel, tmp_path, *plan, *flags, **variables).stdout)
        assert report["patches"][0]["new_rpath"] == "$ORIGIN:$ORIGIN/..", flags
    done = repair(wheel, tmp_path / "out", "--depends-on", "othe?s", "--find-dist", site, expect=2)
    assert done.stderr == (f'elfwheel: {wheel}: the distribution "othe?s", which is to be depended '
                           f'on, is no wheel of this call and nothing installed in {site}\n')


def test_the_environment_gives_defaults(small_wheel, tmp_path):
    wheel, outside = small_wheel
    plan = ["--dry-run", "--json", "--ldpaths", outside]
    variables = {"AUDITWHEEL_PLAT": "manylinux_2_39_x86_64"}
    report = json.loads(repair(wheel, tmp_path, *plan, **variables).stdout)
    assert report["tags"]["policy"] == "manylinux_2_39_x86_64"
    report = json.loads(repair(wheel, tmp_path, *plan, "--plat", "manylinux_2_38_x86_64",
                               **variables).stdout)
    assert report["tags"]["policy"] == "manylinux_2_38_x86_64"
    done = repair(wheel, tmp_path, *plan, expect=2, SOURCE_DATE_EPOCH="soon")
    assert done.stderr == "elfwheel: SOURCE_DATE_EPOCH is not a number of seconds: soon\n"


def test_tags_stay_when_asked(small_wheel, tmp_path):
    wheel, outside = small_wheel
    repair(wheel, tmp_path / "out", "--no-update-tags", "--ldpaths", outside)
    assert [file.name for file in (tmp_path / "out").iterdir()] == [wheel.name]


def test_the_directory_of_the_libraries_is_chosen(small_wheel, tmp_path):
    wheel, outside = small_wheel
    report = json.loads(repair(wheel, tmp_path / "out", "--json", "-L", ".extra",
                               "--ldpaths", outside).stdout)
    assert report["library_directory"] == "pkg.extra"


def test_later_wheels_are_repaired_though_earlier_ones_are_not(small_wheel, pure_wheel, tmp_path):
    wheel, outside = small_wheel
    broken = tmp_path / "in/broken-1-cp311-cp311-linux_x86_64.whl"
    broken.write_text("no wheel\n")
    done = run(elfwheel(), "repair", "-w", tmp_path / "out", "--ldpaths", outside, broken,
               pure_wheel, wheel, expect=2)
    assert len(list((tmp_path / "out").iterdir())) == 1
    lines = done.stderr.splitlines()
    assert lines[0].startswith(f"elfwheel: {broken}: not a zip archive")
    assert lines[1].startswith(f"elfwheel: {pure_wheel}: ")


def test_a_pure_wheel_is_copied_when_asked(small_wheel, pure_wheel, tmp_path):
    wheel, outside = small_wheel
    flags = ["--ldpaths", outside, "--allow-pure-python-wheel"]
    out = tmp_path / "out"
    run(elfwheel(), "repair", "--dry-run", "-w", out, *flags, pure_wheel)
    assert not out.exists()
    done = run(elfwheel(), "repair", "-w", out, *flags, pure_wheel, wheel)
    assert (out / pure_wheel.name).read_bytes() == pure_wheel.read_bytes()
    assert len(list(out.iterdir())) == 2
    assert "a wheel without ELF files is copied as it is" in done.stderr
    # In its own directory it stays what it is.
    repair(pure_wheel, pure_wheel.parent, "--allow-pure-python-wheel")
    assert (out / pure_wheel.name).read_bytes() == pure_wheel.read_bytes()


def test_a_platform_wheel_without_elf_files_is_none(pure_wheel, tmp_path):
    """It claims a platform for nothing: auditwheel refuses it, too."""
    platform = write_wheel(tmp_path / "in/plain-1-cp311-cp311-linux_x86_64.whl", {"plain.py": b""})
    done = repair(platform, tmp_path / "out", "--allow-pure-python-wheel", expect=1)
    assert not (tmp_path / "out").exists() and done.stderr.count("\n") == 1
    judged = auditwheel("tools", "repair", "-w", tmp_path / "theirs", "--allow-pure-python-wheel",
                        platform, expect=1)
    assert judged.stderr


def test_a_pure_wheel_with_a_record_that_lies_is_not_copied(tmp_path):
    wheel = write_wheel(tmp_path / "in/pure-1-py3-none-any.whl", {"pure.py": b"one = 1"})
    data = wheel.read_bytes()
    with zipfile.ZipFile(wheel) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    members["pure.py"] = b"one = 2"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    assert data != wheel.read_bytes()
    done = repair(wheel, tmp_path / "out", "--allow-pure-python-wheel", expect=2)
    assert not (tmp_path / "out").exists() and "pure.py" in done.stderr


def test_our_variables_count_before_auditwheels(small_wheel, tmp_path):
    wheel, outside = small_wheel
    plat = {"AUDITWHEEL_PLAT": "manylinux_2_17_x86_64", "ELFWHEEL_PLAT": "manylinux_2_39_x86_64"}
    report = json.loads(repair(wheel, tmp_path / "out", "--dry-run", "--json", "--only-plat",
                               AUDITWHEEL_LD_LIBRARY_PATH=str(tmp_path / "nowhere"),
                               ELFWHEEL_LD_LIBRARY_PATH=str(outside), **plat).stdout)
    assert report["repairable"] and "manylinux_2_39_x86_64" in json.dumps(report)


def test_a_patcher_is_accepted_and_ignored(small_wheel, tmp_path):
    wheel, outside = small_wheel
    repair(wheel, tmp_path / "out", "--patcher", "patchelf", "--ldpaths", outside)


def test_a_file_in_the_place_of_the_output_directory_is_refused(small_wheel, tmp_path):
    wheel, outside = small_wheel
    (tmp_path / "out").write_text("")
    done = repair(wheel, tmp_path / "out", "--ldpaths", outside, expect=2)
    assert done.stderr.startswith(f"elfwheel: {wheel}: ")
    assert str(tmp_path / "out") in done.stderr and len(done.stderr.splitlines()) == 1


def test_a_cross_check_changes_nothing_but_the_certainty(small_wheel, tmp_path):
    wheel, outside = small_wheel
    if not HAS_CROSS_CHECK:
        done = repair(wheel, tmp_path / "out", "--cross-check", expect=2)
        assert done.stderr == ("elfwheel: there is no cross-check: this program was built without "
                               "LIEF (liblief-dev)\n")
        return
    written = []
    for flags in (), ("--cross-check",):
        out = tmp_path / f"out{len(flags)}"
        repair(wheel, out, *flags, "--ldpaths", outside)
        [file] = out.iterdir()
        written.append(file.read_bytes())
    assert written[0] == written[1]
