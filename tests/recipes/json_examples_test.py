"""docs/json.md: its jq examples, each on files for which the answer is known; and its table."""

import re

from support.checkout import ROOT, elfwheel, run
from support.documented import blocks, put_on_path
from support.small_wheel import write_wheel

PAGE = "json.md"


def compile_c(out, source, *flags):
    out.parent.mkdir(exist_ok=True)
    kind = ["-shared", "-fPIC"] if ".so" in out.name else []
    file = out.with_name("source.c")
    file.write_text(source)
    run("gcc", "-O1", *kind, file, "-o", out, *flags)
    file.unlink()
    return out


def test_the_examples_print_what_they_say(tmp_path):
    here = tmp_path / "here"
    variables = put_on_path(elfwheel(), tmp_path / "bin")
    compile_c(here / "libgone.so", "int gone(void) { return 1; }\n", "-Wl,-soname,libgone.so")
    compile_c(here / "libm1.so", "double cos(double); double f(double x) { return cos(x); }\n",
              "-Wl,--no-as-needed", "-lm", "-Wl,-soname,libm1.so", "-Wl,-z,now")
    compile_c(here / "app", "int gone(void); double f(double); int pthread_create();\n"
              "int main(void) { return gone() + (int)f(1) + pthread_create(); }\n", f"-L{here}",
              "-lgone", "-lm1", f"-Wl,-rpath,{here}", "-Wl,-z,lazy")
    user = compile_c(tmp_path / "u.so", "int gone(void); int u(void) { return gone(); }\n", f"-L{here}",
                     "-lgone").read_bytes()
    wheel = write_wheel(tmp_path / "in/pkg-1-cp311-cp311-linux_x86_64.whl", {"pkg/u.so": user})
    pure_wheel = write_wheel(tmp_path / "in/pure-1-py3-none-any.whl", {"pure.py": b""})
    (here / "libgone.so").unlink()
    gomp = compile_c(tmp_path / "g.so", "int f;\n", "-Wl,--no-as-needed", "-lgomp").read_bytes()
    name = "pkg-1-cp311-cp311-linux_x86_64.whl"  # the page has a short one
    write_wheel(here / name, {"pkg/g.so": gomp})
    answers = []
    for block in blocks(PAGE, "sh"):
        if "*.whl" in block:
            (here / name).unlink()
            pure_wheel.rename(here / pure_wheel.name)
        elif "verify" in block:
            wheel.rename(here / name)  # of which a library is not found
        done = run("bash", "-c", block.replace("pkg.whl", name), cwd=here, expect=None, **variables)
        assert "jq:" not in done.stderr
        answers.append(done.stdout.splitlines())
    missing, askers, newest, relro, copied, errors, unrepaired = answers
    assert missing == ["libgone.so"]
    assert askers == ["libm1.so"]
    assert newest == sorted(newest) and set(newest) == {"__libc_start_main", "pthread_create"}
    assert relro == ["app"]
    [line] = copied
    assert re.fullmatch(r"/\S*/libgomp\.so\.1\.0\.0 libgomp1", line)
    assert len(errors) == 1 and errors[0].startswith("pkg/u.so: ") and "libgone.so" in errors[0]
    assert unrepaired == [f"{pure_wheel.name}: no ELF file in the wheel: it is not a platform wheel"]


def test_the_table_has_every_schema():
    text = (ROOT / "docs" / PAGE).read_text()
    linked = set(re.findall(r"\(schemas/([a-z-]+\.schema\.json)\)", text))
    assert linked == {file.name for file in (ROOT / "docs/schemas").iterdir()}
