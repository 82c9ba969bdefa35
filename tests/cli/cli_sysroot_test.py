"""`elfwheel lddtree --sysroot`: roots of other machines and of musl, links that would lead outside,
roots in which ldconfig has not run; the root's own loader is asked where it can run."""

import json
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from support.checkout import elfwheel, run

GLIBC_LOADER = "/lib64/ld-linux-x86-64.so.2"
MUSL_LOADER = "/lib/ld-musl-x86_64.so.1"
# Compiler's triplet (where its libc lies under /usr), Debian's tuple, ld.so.
FOREIGN = {
    "aarch64": ("aarch64-linux-gnu", "aarch64-linux-gnu", "/lib/ld-linux-aarch64.so.1"),
    "arm": ("arm-linux-gnueabihf", "arm-linux-gnueabihf", "/lib/ld-linux-armhf.so.3"),
    "riscv64": ("riscv64-linux-gnu", "riscv64-linux-gnu", "/lib/ld-linux-riscv64-lp64d.so.1"),
    "s390x": ("s390x-linux-gnu", "s390x-linux-gnu", "/lib/ld64.so.1"),
}


def tree(root: Path, file: str, *flags, expect=0) -> dict:
    return json.loads(run(elfwheel(), "lddtree", "--json", "--sysroot", root, *flags, file,
                          expect=expect).stdout)


def loaded(answer: dict) -> list[str]:
    return [library["path"] for library in answer["load_order"]]


def compile_with(compiler: str, out: Path, source: str, *flags) -> Path:
    out.parent.mkdir(parents=True, exist_ok=True)
    kind = ["-shared", "-fPIC"] if ".so" in out.name else []
    subprocess.run([compiler, "-xc", "-", "-xnone", *kind, "-o", out, *flags], input=source,
                   text=True, check=True)
    return out


def in_root(root: Path, *command) -> subprocess.CompletedProcess:
    """What a command says that sees `root` as "/"."""
    words = " ".join(shlex.quote(str(word)) for word in command)
    return run("unshare", "--map-root-user", "sh", "-c",
               f"exec chroot {shlex.quote(str(root))} {words}", expect=None)


def listed(root: Path, program: str) -> list[str]:
    done = in_root(root, GLIBC_LOADER, "--list", program)
    return re.findall(r"(?:=> |^\t)(/\S+) \(0x", done.stdout, re.M)


def link(path: Path, target: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target)


@pytest.fixture(params=FOREIGN)
def foreign_root(request, tmp_path):
    """A root as Debian has it, its links absolute: each of them leads outside if the kernel follows
    it. What they name exists out there, too: this machine's files, or a text."""
    triplet, tuple_, loader = FOREIGN[request.param]
    root = tmp_path / "root"
    libraries = root / "usr/lib" / tuple_
    libraries.mkdir(parents=True)
    link(root / "lib", "/usr/lib")
    link(root / "bin", "/usr/bin")
    (root / "etc").mkdir()
    (root / "etc/debian_version").write_text("12.0\n")
    shutil.copy(f"/usr/{triplet}/lib/{Path(loader).name}", libraries)
    link(root / "usr/lib" / Path(loader).name, f"/lib/{tuple_}/{Path(loader).name}")
    for name in ("libc.so.6", "libm.so.6"):
        shutil.copy(f"/usr/{triplet}/lib/{name}", libraries)

    compiler = f"{triplet}-gcc"
    outside = tmp_path / "outside/libalt.so.1"
    inside = compile_with(compiler, Path(f"{root}{outside}"), "int x(void) { return 0; }\n",
                          "-Wl,-soname,libalt.so.1")
    outside.parent.mkdir()
    outside.write_text("no library\n")
    link(root / "etc/alternatives/libalt", str(outside))
    link(libraries / "libalt.so.1", "/etc/alternatives/libalt")
    link(root / "up", "../../../../../../../../../../usr/bin")
    compile_with(compiler, root / "usr/bin/app",
                 "#include <math.h>\nint x(void);\n"
                 "int main(int n, char **v) { return x() + (int)cos(n) * !v; }\n",
                 "-Wl,--no-as-needed", inside, "-lm")
    return root, tuple_, loader, str(outside)


def test_a_foreign_root_keeps_its_links_inside(foreign_root):
    root, tuple_, loader, alternative = foreign_root
    for file in ("/usr/bin/app", "/bin/app", "/up/app", root / "usr/bin/app"):
        answer = tree(root, file)
        assert loaded(answer) == [f"/lib/{tuple_}/libalt.so.1", f"/lib/{tuple_}/libm.so.6",
                                  f"/lib/{tuple_}/libc.so.6", loader]
        assert answer["libs"]["libalt.so.1"]["realpath"] == alternative
        assert {library["found_by"] for library in answer["libs"].values()} == {
            "default", "already loaded"}
        name = Path(loader).name
        assert answer["libs"][name]["realpath"] == f"/usr/lib/{tuple_}/{name}"


def test_a_foreign_root_misses_what_lies_outside_alone(foreign_root):
    root, tuple_, _, alternative = foreign_root
    Path(f"{root}{alternative}").unlink()
    assert tree(root, "/bin/app", expect=1)["libs"]["libalt.so.1"]["path"] is None
    (root / "usr/lib" / tuple_ / "libm.so.6").unlink()
    assert tree(root, "/bin/app", expect=1)["libs"]["libm.so.6"]["path"] is None


@pytest.fixture
def unfinished_root(tmp_path):
    """A root of this machine before ldconfig: files without their links, an ld.so.conf."""
    root = tmp_path / "root"
    for name in (GLIBC_LOADER, run("gcc", "-print-file-name=libc.so.6").stdout.strip()):
        target = root / ("lib64" if "ld-" in name else "lib/x86_64-linux-gnu") / Path(name).name
        target.parent.mkdir(parents=True)
        shutil.copy(name, target)
    (root / "etc/ld.so.conf.d").mkdir(parents=True)
    (root / "etc/debian_version").write_text("12.0\n")
    (root / "etc/ld.so.conf").write_text("include /etc/ld.so.conf.d/*.conf\n# end\n")
    (root / "etc/ld.so.conf.d/b.conf").write_text("/opt/late\n")
    (root / "etc/ld.so.conf.d/a.conf").write_text("/opt/early/ # first\n\nhwcap 1 x\n/opt/levels\n")
    # In the order in which the program needs them.
    files = {
        "libonly.so.1": ["opt/late/libonly.so.1.0"],
        "libboth.so.1": ["opt/late/libboth.so.1.0", "opt/early/libboth.so.1.0"],
        "libnew.so.1": ["opt/early/libnew.so.1.9", "opt/early/libnew.so.1.10"],
        "libother.so.1": ["opt/late/libother-name.so"],
        "liblevel.so.1": ["opt/levels/glibc-hwcaps/x86-64-v2/liblevel.so.1.0",
                          "opt/early/liblevel.so.1.0"],
        "libsystem.so.1": ["usr/lib/x86_64-linux-gnu/libsystem.so.1"],
    }
    for soname, places in files.items():
        for place in places:
            compile_with("gcc", root / place, f"int {soname[3:-5]}(void) {{ return 0; }}\n",
                         "-nostdlib", f"-Wl,-soname,{soname}")
    names = [soname[3:-5] for soname in files]
    compile_with("gcc", root / "app",
                 "".join(f"int {name}(void);\n" for name in names) +
                 f"int main(void) {{ return {' + '.join(f'{name}()' for name in names)}; }}\n",
                 *(root / places[0] for places in files.values()))
    return root


def test_a_root_without_cache_answers_as_it_will_after_ldconfig(unfinished_root):
    before = tree(unfinished_root, "/app", "--cpu", "x86-64-v2")
    assert before["warnings"] == ["no /etc/ld.so.cache: what /etc/ld.so.conf names is found as it "
                                  "will be after ldconfig"]
    run("/sbin/ldconfig", "-r", unfinished_root)
    after = tree(unfinished_root, "/app", "--cpu", "x86-64-v2")
    assert "warnings" not in after

    def files(answer):
        return {name: (library["realpath"], library["found_by"])
                for name, library in answer["libs"].items()}
    assert files(before) == files(after)
    assert before["libs"]["libnew.so.1"]["realpath"] == "/opt/early/libnew.so.1.10"
    assert "glibc-hwcaps" in before["libs"]["liblevel.so.1"]["path"]
    # The loader itself agrees, on the CPU that it has.
    assert loaded(tree(unfinished_root, "/app")) == listed(unfinished_root, "/app")


def test_without_ldconfig_the_loader_finds_none_of_it(unfinished_root):
    """Why the warning is there, and why this machine's ld.so.conf is not read."""
    done = in_root(unfinished_root, GLIBC_LOADER, "--list", "/app")
    assert done.returncode == 127
    assert "libonly.so.1: cannot open shared object file" in done.stderr


def test_explain_names_the_line_of_ld_so_conf(unfinished_root):
    text = run(elfwheel(), "lddtree", "--explain", "--sysroot", unfinished_root, "/app").stdout
    assert ("    cache that ldconfig will write (/etc/ld.so.conf.d/b.conf:1): "
            "/opt/late/libonly.so.1.0: found\n") in text
    assert ("    cache that ldconfig will write (built in): "
            "/lib/x86_64-linux-gnu/libc.so.6: found\n") in text
    step, = tree(unfinished_root, "/app", "--explain")["libs"]["libonly.so.1"]["search"]
    assert step == {"source": "cache", "path": "/opt/late/libonly.so.1.0", "outcome": "found",
                    "named_by": "/etc/ld.so.conf.d/b.conf:1"}


@pytest.mark.parametrize("conf", [
    "include /etc/ld.so.conf\ninclude ld.so.conf.d/*.conf\n" * 2,
    "include /*/*/*/../../../*/*/*\n/\n/etc/ld.so.conf\n",
    "/opt\n" * 200_000 + "include nothing\0hidden\n" + "x" * 1_000_000,
], ids=["circle", "patterns", "huge"])
def test_a_hostile_ld_so_conf_comes_to_an_end(unfinished_root, conf):
    (unfinished_root / "etc/ld.so.conf").write_text(conf)
    link(unfinished_root / "etc/ld.so.conf.d/c.conf", "/etc/ld.so.conf")
    os.mkfifo(unfinished_root / "opt/late/libpipe.so")
    tree(unfinished_root, "/app", expect=None)


@pytest.mark.parametrize("release, place", [("2.36", "/opt/x86_64"), ("2.37", "/opt")])
def test_a_roots_glibc_decides_on_legacy_directories(tmp_path, release, place):
    versions = tmp_path / "versions"
    versions.write_text(f"GLIBC_2.2.5 {{ global: x; }};\nGLIBC_{release} {{ global: y; }};\n"
                        "GLIBC_PRIVATE { global: z; local: *; };\n")
    compile_with("gcc", tmp_path / "usr/lib64/libc.so.6", "int x, y, z;\n", "-nostdlib",
                 f"-Wl,--version-script={versions}")
    for directory in ("opt", "opt/x86_64"):
        compile_with("gcc", tmp_path / directory / "libx.so", "int x;\n", "-nostdlib")
    compile_with("gcc", tmp_path / "app.so", "extern int x; int *y = &x;\n", "-nostdlib",
                 f"-L{tmp_path}/opt", "-lx", "-Wl,-rpath,/opt")
    assert loaded(tree(tmp_path, "/app.so")) == [f"{place}/libx.so"]


def test_directories_of_every_cpu_of_a_foreign_machine_are_those_of_its_loader(tmp_path):
    compiler, libc = "aarch64-linux-gnu-gcc", "/usr/aarch64-linux-gnu/lib"
    library = compile_with(compiler, tmp_path / "opt/tls/aarch64/libx.so",
                           "int x(void) { return 0; }\n", "-Wl,-soname,libx.so")
    program = compile_with(compiler, tmp_path / "app",
                           "int x(void); int main(void) { return x(); }\n", library)
    (tmp_path / "lib").symlink_to(libc)
    traced = run("qemu-aarch64", "-L", tmp_path, "-E", "LD_LIBRARY_PATH=/opt",
                 "-E", "LD_TRACE_LOADED_OBJECTS=1", program).stdout
    assert "libx.so => /opt/tls/aarch64/libx.so" in traced
    answer = tree(tmp_path, "/app", "--ldpaths", "/opt", expect=1)  # /lib leads outside
    assert answer["libs"]["libx.so"]["path"] == "/opt/tls/aarch64/libx.so"


@pytest.fixture
def musl_root(tmp_path):
    """As Alpine has it: the loader is the libc."""
    root = tmp_path / "musl"
    (root / "lib").mkdir(parents=True)
    (root / "etc").mkdir()
    shutil.copy(os.path.realpath(MUSL_LOADER), root / MUSL_LOADER[1:])
    link(root / "lib/libc.musl-x86_64.so.1", Path(MUSL_LOADER).name)
    for place in ("opt/lib", "usr/lib"):
        compile_with("musl-gcc", root / place / "libx.so", "int x(void) { return 0; }\n")
    compile_with("musl-gcc", root / "bin/app", "int x(void); int main(void) { return x(); }\n",
                 f"-L{root}/usr/lib", "-l:libx.so")
    return root


def musl_list(root: Path, file: str) -> list[str]:
    return re.findall(r"=> (\S+) \(0x", in_root(root, MUSL_LOADER, "--list", file).stdout)


def test_a_musl_root_goes_by_its_own_path_file(musl_root):
    path_file = musl_root / "etc/ld-musl-x86_64.path"
    for text, place in ((None, "/usr/lib"), ("/opt/lib:/usr/lib\n", "/opt/lib"),
                        ("/nowhere\n/usr/lib\n", "/usr/lib"), ("", None)):
        if text is not None:
            path_file.write_text(text)
        answer = tree(musl_root, "/bin/app", expect=0 if place else 1)
        assert answer["libc"] == "musl"
        assert answer["libs"]["libx.so"]["path"] == (f"{place}/libx.so" if place else None)
        assert [path for path in musl_list(musl_root, "/bin/app") if "libx" in path] == \
            ([f"{place}/libx.so"] if place else [])


def test_a_musl_roots_path_file_may_be_an_absolute_link(musl_root):
    (musl_root / "etc/musl.path").write_text("/opt/lib\n")
    link(musl_root / "etc/ld-musl-x86_64.path", "/etc/musl.path")
    assert tree(musl_root, "/bin/app")["libs"]["libx.so"]["path"] == "/opt/lib/libx.so"
    assert "/opt/lib/libx.so" in musl_list(musl_root, "/bin/app")


def test_the_libc_is_the_files_own_or_the_roots(musl_root, unfinished_root):
    def libc(root, file, *flags):
        return tree(root, file, *flags, expect=None)["libc"]
    plain = "int y;\n"
    for root in {musl_root, unfinished_root}:
        compile_with("gcc", root / "plain.so", plain, "-nostdlib")
    assert libc(musl_root, "/bin/app") == "musl"
    assert libc(musl_root, "/plain.so") == "musl"
    assert libc(musl_root, "/bin/app", "--libc", "glibc") == "glibc"
    (musl_root / MUSL_LOADER[1:]).rename(musl_root / "libc")
    assert libc(musl_root, "/plain.so") == "glibc"
    assert libc(unfinished_root, "/plain.so", "--libc", "musl") == "musl"
