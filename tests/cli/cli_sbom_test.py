"""The bill of materials that `elfwheel repair` writes: beside dpkg's word, auditwheel's, the schema."""

import hashlib
import json
import subprocess
from collections import Counter
from urllib.parse import unquote

import pytest
from conftest import write_wheel
from support.checkout import VENVS, auditwheel, elfwheel, run
from support.wheel_file import WheelFile

SBOM = "pkg-1.dist-info/sboms/elfwheel.cdx.json"
VALIDATE = """
import json, pathlib, sys
import jsonschema, referencing
folder = pathlib.Path(sys.prefix).glob("lib/*/site-packages/cyclonedx/schema/_res")
schemas = {p.name: json.loads(p.read_text()) for p in next(folder).glob("*.schema.json")}
resources = [referencing.Resource.from_contents(s) for s in schemas.values()]
registry = referencing.Registry().with_resources([(r.id(), r) for r in resources])
schema = schemas["bom-1.4.SNAPSHOT.schema.json"]
validator = jsonschema.validators.validator_for(schema)(schema, registry=registry)
for error in validator.iter_errors(json.load(open(sys.argv[1]))):
    print(error.json_path, error.message)
"""


@pytest.fixture
def story(compile_c, tmp_path):
    """An extension that needs libgomp, libpq (which needs many) and a library of no package."""
    outside = tmp_path / "outside"
    compile_c(outside / "libout.so", "int out(void) { return 5; }\n", "-Wl,-soname,libout.so")
    library = compile_c(tmp_path / "m.so", "int PyInit_m(void) { return 0; }\n",
                        "-Wl,--no-as-needed", f"-L{outside}", "-lout", "-lgomp", "-lpq")
    name = "pkg/m.cpython-311-x86_64-linux-gnu.so"
    return write_wheel(tmp_path / "in/pkg-1-cp311-cp311-linux_x86_64.whl",
                       {"pkg/__init__.py": b"", name: library.read_bytes()}), outside


def repair(story, out, *flags, **variables):
    wheel, outside = story
    done = run(elfwheel(), "repair", "-w", out, "--ldpaths", outside, *flags, wheel, **variables)
    return json.loads(done.stdout) if "--json" in flags else done.stdout


def repaired(story, out, **variables):
    repair(story, out, **variables)
    return WheelFile(next(out.iterdir()))


def dpkg_package(path):
    """(name, version) as dpkg-query says, asked for the file's new place and for its old one."""
    for spelling in (path, path.removeprefix("/usr")):
        found = subprocess.run(["dpkg-query", "-S", spelling], capture_output=True, text=True)
        if found.returncode == 0:
            package = found.stdout.splitlines()[-1].rsplit(": ", 1)[0].split(", ")[0]
            version = run("dpkg-query", "-W", "-f", "${Version}", package).stdout
            return package.split(":")[0], version
    return None


def test_each_copy_has_the_package_that_dpkg_names(story, tmp_path):
    report = repair(story, tmp_path / "out", "--dry-run", "--json")
    found = {graft["source"]: graft["package"] and (graft["package"]["name"],
                                                    graft["package"]["version"])
             for graft in report["grafts"]}
    assert found == {source: dpkg_package(source) for source in found}
    assert len(found) > 10 and list(found.values()).count(None) == 1
    assert report["sbom"] == SBOM and not (tmp_path / "out").exists()


def test_the_summary_names_packages(story, tmp_path):
    text = repair(story, tmp_path / "out")
    report = repair(story, tmp_path / "again", "--json")
    for graft in report["grafts"]:
        package = graft["package"]
        words = f" ({package['name']} {package['version']})" if package else ""
        assert f"      from {graft['source']}{words}\n" in text


def test_it_has_all_that_auditwheel_has_and_what_that_misses(story, tmp_path):
    wheel, outside = story
    auditwheel("tools", "repair", "-w", tmp_path / "theirs", wheel, LD_LIBRARY_PATH=str(outside))
    theirs = WheelFile(next((tmp_path / "theirs").iterdir()))
    judge = json.loads(theirs.data["pkg-1.dist-info/sboms/auditwheel.cdx.json"])
    ours = repaired(story, tmp_path / "ours")
    sbom = json.loads(ours.data[SBOM])

    def packages(components):
        """Package URLs without qualifiers, percent-encoding (of which theirs has more) undone."""
        return Counter(unquote(each["purl"].split("?")[0]) for each in components if "purl" in each)

    assert judge["specVersion"] == sbom["specVersion"]
    known = packages(judge["components"][1:])
    assert not known - packages(sbom["components"])
    # dpkg has files of these packages below /lib; auditwheel asks for them below /usr/lib.
    for package in packages(sbom["components"]) - known:
        name = package.split("/")[-1].split("@")[0]
        listed = run("dpkg-query", "-L", name).stdout.splitlines()
        assert any(path.startswith("/lib/") and ".so" in path for path in listed), package
    assert theirs.vendored("pkg").keys() == ours.vendored("pkg").keys()
    assert len(sbom["components"]) == len(ours.vendored("pkg"))


def test_it_fits_the_schema(story, tmp_path):
    sbom = json.loads(repaired(story, tmp_path / "out").data[SBOM])
    file = tmp_path / "sbom.json"

    def objections(value):
        file.write_text(json.dumps(value))
        return run(VENVS / "cyclonedx/bin/python", "-I", "-c", VALIDATE, file).stdout

    assert objections(sbom) == ""
    assert "hashes" in objections(sbom | {"components": [
        {"type": "library", "name": "x", "hashes": [{"alg": "MD6", "content": "0"}]}]})


def test_its_hashes_are_those_of_the_files(story, tmp_path):
    wheel = repaired(story, tmp_path / "out")
    sbom = json.loads(wheel.data[SBOM])

    def sha256(data):
        return [{"alg": "SHA-256", "content": hashlib.sha256(data).hexdigest()}]

    for component in sbom["components"]:
        assert component["hashes"] == sha256(wheel.data[component["bom-ref"]])
        [original] = component["pedigree"]["ancestors"]
        with open(original["name"], "rb") as file:
            assert original["hashes"] == sha256(file.read())
    [member] = sbom["metadata"]["component"]["components"]
    assert member["hashes"] == sha256(wheel.data[member["name"]])
    assert wheel.record_faults() == []
    assert wheel.order[-2:] == [SBOM, "pkg-1.dist-info/RECORD"]


def test_its_dependencies_are_those_of_the_dynamic_sections(story, tmp_path):
    wheel = repaired(story, tmp_path / "out")
    sbom = json.loads(wheel.data[SBOM])
    references = {each["bom-ref"] for each in sbom["components"]}
    depends = {each["ref"]: each.get("dependsOn", []) for each in sbom["dependencies"]}
    [member] = sbom["metadata"]["component"]["components"]
    assert depends.keys() == references | {member["name"], sbom["metadata"]["component"]["bom-ref"]}
    for reference in references | {member["name"]}:
        file = tmp_path / "file.so"
        file.write_bytes(wheel.data[reference])
        needed = {f"pkg.libs/{line.split('[')[1].rstrip(']')}"
                  for line in run("readelf", "-dW", file).stdout.splitlines() if "(NEEDED)" in line}
        assert depends[reference] == sorted(needed & references)


def test_two_runs_give_the_same_bytes_and_only_the_given_time(story, tmp_path):
    first, second = repaired(story, tmp_path / "one"), repaired(story, tmp_path / "two")
    assert first.path.read_bytes() == second.path.read_bytes()
    assert "timestamp" not in json.loads(first.data[SBOM])["metadata"]
    timed = repaired(story, tmp_path / "timed", SOURCE_DATE_EPOCH="1700000000")
    assert json.loads(timed.data[SBOM])["metadata"]["timestamp"] == "2023-11-14T22:13:20Z"


def test_nothing_is_written_where_nothing_is_copied(story, tmp_path):
    wheel, outside = story
    done = run(elfwheel(), "repair", "-w", tmp_path / "out", "--ldpaths", outside, "--exclude",
               "lib*", "--json", wheel)
    assert json.loads(done.stdout)["sbom"] is None
    [written] = (tmp_path / "out").iterdir()
    assert not [name for name in WheelFile(written).order if "sboms" in name]
