"""The bill of materials that `elfwheel repair` writes: beside dpkg, auditwheel, the schema."""

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


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """An extension that needs libgomp, libpq (which needs many) and a library of no package."""
    scratch = tmp_path_factory.mktemp("story")
    outside = scratch / "outside"
    outside.mkdir()
    (scratch / "out.c").write_text("int out(void) { return 5; }\n")
    (scratch / "m.c").write_text("int PyInit_m(void) { return 0; }\n")
    run("gcc", "-shared", "-fPIC", scratch / "out.c", "-o", outside / "libout.so",
        "-Wl,-soname,libout.so")
    run("gcc", "-shared", "-fPIC", scratch / "m.c", "-o", scratch / "m.so", "-Wl,--no-as-needed",
        f"-L{outside}", "-lout", "-lgomp", "-lpq")
    name = "pkg/m.cpython-311-x86_64-linux-gnu.so"
    return write_wheel(scratch / "in/pkg-1-cp311-cp311-linux_x86_64.whl",
                       {"pkg/__init__.py": b"", name: (scratch / "m.so").read_bytes()}), outside


def repair(story, out, *flags, **variables):
    wheel, outside = story
    done = run(elfwheel(), "repair", "-w", out, "--ldpaths", outside, *flags, wheel, **variables)
    return json.loads(done.stdout) if "--json" in flags else done.stdout


def repaired(story, out, **variables):
    repair(story, out, **variables)
    return WheelFile(next(out.iterdir()))


@pytest.fixture(scope="module")
def result(story, tmp_path_factory):
    """The repaired wheel."""
    return repaired(story, tmp_path_factory.mktemp("result") / "out")


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
    text = repair(story, tmp_path / "out", "--dry-run")
    report = repair(story, tmp_path / "out", "--dry-run", "--json")
    for graft in report["grafts"]:
        package = graft["package"]
        words = f" ({package['name']} {package['version']})" if package else ""
        assert f"      from {graft['source']}{words}\n" in text


def test_it_has_all_that_auditwheel_has_and_what_that_misses(story, result, tmp_path):
    wheel, outside = story
    auditwheel("tools", "repair", "-w", tmp_path / "theirs", wheel, LD_LIBRARY_PATH=str(outside))
    theirs = WheelFile(next((tmp_path / "theirs").iterdir()))
    judge = json.loads(theirs.data["pkg-1.dist-info/sboms/auditwheel.cdx.json"])
    sbom = json.loads(result.data[SBOM])

    def packages(components):
        """Package URLs without qualifiers, percent-encoding (of which theirs has more) undone."""
        return Counter(unquote(each["purl"].split("?")[0]) for each in components if "purl" in each)

    assert judge["specVersion"] == sbom["specVersion"]
    known = packages(judge["components"][1:])
    assert not known - packages(sbom["components"])
    # dpkg has files of these packages below /lib; auditwheel asks for them below /usr/lib.
    missed = packages(sbom["components"]) - known
    assert missed
    for package in missed:
        name = package.split("/")[-1].split("@")[0]
        listed = run("dpkg-query", "-L", name).stdout.splitlines()
        assert any(path.startswith("/lib/") and ".so" in path for path in listed), package
    assert theirs.vendored("pkg").keys() == result.vendored("pkg").keys()
    assert len(sbom["components"]) == len(result.vendored("pkg"))


def test_it_fits_the_schema(result, tmp_path):
    sbom = json.loads(result.data[SBOM])
    file = tmp_path / "sbom.json"

    def objections(value):
        file.write_text(json.dumps(value))
        return run(VENVS / "cyclonedx/bin/python", "-I", "-c", VALIDATE, file).stdout

    assert objections(sbom) == ""
    assert "hashes" in objections(sbom | {"components": [
        {"type": "library", "name": "x", "hashes": [{"alg": "MD6", "content": "0"}]}]})


def test_its_hashes_are_those_of_the_files(result):
    sbom = json.loads(result.data[SBOM])

    def sha256(data):
        return [{"alg": "SHA-256", "content": hashlib.sha256(data).hexdigest()}]

    for component in sbom["components"]:
        assert component["hashes"] == sha256(result.data[component["bom-ref"]])
        [original] = component["pedigree"]["ancestors"]
        with open(original["name"], "rb") as file:
            assert original["hashes"] == sha256(file.read())
    [member] = sbom["metadata"]["component"]["components"]
    assert member["hashes"] == sha256(result.data[member["name"]])
    assert result.record_faults() == []
    assert result.order[-2:] == [SBOM, "pkg-1.dist-info/RECORD"]


def test_its_dependencies_are_those_of_the_dynamic_sections(result, tmp_path):
    sbom = json.loads(result.data[SBOM])
    references = {each["bom-ref"] for each in sbom["components"]}
    depends = {each["ref"]: each.get("dependsOn", []) for each in sbom["dependencies"]}
    [member] = sbom["metadata"]["component"]["components"]
    assert depends.keys() == references | {member["name"], sbom["metadata"]["component"]["bom-ref"]}
    for reference in references | {member["name"]}:
        file = tmp_path / "file.so"
        file.write_bytes(result.data[reference])
        needed = {f"pkg.libs/{line.split('[')[1].rstrip(']')}"
                  for line in run("readelf", "-dW", file).stdout.splitlines() if "(NEEDED)" in line}
        assert depends[reference] == sorted(needed & references)


def test_two_runs_give_the_same_bytes_and_only_the_given_time(story, result, tmp_path):
    again = repaired(story, tmp_path / "again")
    assert again.path.read_bytes() == result.path.read_bytes()
    assert "timestamp" not in json.loads(result.data[SBOM])["metadata"]
    timed = repaired(story, tmp_path / "timed", SOURCE_DATE_EPOCH="1700000000")
    assert json.loads(timed.data[SBOM])["metadata"]["timestamp"] == "2023-11-14T22:13:20Z"


def test_nothing_is_written_where_nothing_is_copied(story, tmp_path):
    wheel, outside = story
    done = run(elfwheel(), "repair", "-w", tmp_path / "out", "--ldpaths", outside, "--exclude",
               "lib*", "--json", wheel)
    assert json.loads(done.stdout)["sbom"] is None
    [written] = (tmp_path / "out").iterdir()
    assert not [name for name in WheelFile(written).order if "sboms" in name]
