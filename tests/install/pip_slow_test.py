"""`pip install .` as a user types it: in an environment of its own, with build tools from PyPI."""

from support.checkout import ROOT, run


def test_pip_installs_a_checkout_with_build_isolation(tmp_path):
    run("/usr/bin/python3", "-I", "-m", "venv", tmp_path / "env")
    # The compiler's cache stays out: these are not the flags that the trees are built with.
    run(tmp_path / "env/bin/pip", "install", "--quiet", ".", cwd=ROOT, timeout=3000,
        CCACHE_DISABLE="1")
    program = tmp_path / "env/bin/elfwheel"
    assert run(program, "--version").stdout.startswith("elfwheel ")
    assert run(program, "print-interpreter", program).stdout.startswith("/lib")
    # Nothing was repaired: it has the system's libzip, and leaves nothing in the checkout.
    assert not list((tmp_path / "env").rglob("elfwheel.libs"))
    assert not list(ROOT.glob("*.egg-info")) and not (ROOT / "_skbuild").exists()
