"""The schemas under docs/schemas: what an output has to be, and which keys were met."""

import copy
import json

from support.checkout import ROOT, VENVS, run

SCHEMAS = ROOT / "docs/schemas"
PYTHON = VENVS / "cyclonedx/bin/python"

# argv: nothing; standard input: {"schemas": {name: schema}, "cases": [[name, value]...]}. Prints what
# is wrong with each.
CHECK = """
import json, sys
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012
given = json.load(sys.stdin)
for schema in given["schemas"].values():
    Draft202012Validator.check_schema(schema)
registry = Registry().with_resources(
    [(name, DRAFT202012.create_resource(schema)) for name, schema in given["schemas"].items()])
def words(error):
    if error.context:
        return [word for each in error.context for word in words(each)]
    return [f"{error.json_path}: {error.message[:300]}"]
answers = []
for name, value in given["cases"]:
    validator = Draft202012Validator({"$ref": name}, registry=registry)
    answers.append([word for error in validator.iter_errors(value) for word in words(error)])
json.dump(answers, sys.stdout)
"""


def load() -> dict[str, dict]:
    return {file.name: json.loads(file.read_text()) for file in sorted(SCHEMAS.glob("*.schema.json"))}


def strict(schemas: dict[str, dict]) -> dict[str, dict]:
    """The same, but no key may be there that is not described."""
    schemas = copy.deepcopy(schemas)
    for name, schema in schemas.items():
        for key, each in schema.get("$defs", {}).items():
            if key != "keys" and "properties" in each:  # "keys" is a part of others
                each["unevaluatedProperties"] = False
        if "properties" in schema:
            schema["unevaluatedProperties"] = False
    return schemas


def faults(schemas: dict[str, dict], cases: list[tuple[str, object]], tmp_path) -> list[list[str]]:
    """What is wrong with each (schema's name, value)."""
    given = tmp_path / "given.json"
    given.write_text(json.dumps({"schemas": schemas, "cases": cases}))
    return json.loads(run("sh", "-c", 'exec "$1" -I -c "$2" <"$3"', "sh", PYTHON, CHECK, given).stdout)


def properties_of(schemas: dict[str, dict]) -> dict[str, str]:
    """"name#/path/to/properties/key" of each key that is described, and its description."""
    found = {}

    def walk(at, node):
        if isinstance(node, list):
            for i, each in enumerate(node):
                walk(f"{at}/{i}", each)
        elif isinstance(node, dict):
            for key, each in node.items():
                if key in ("if", "then", "dependentSchemas"):
                    continue  # conditions on keys that are described elsewhere
                if key == "properties":
                    found.update({f"{at}/properties/{name}": value.get("description", value.get("$ref"))
                                  for name, value in each.items()})
                walk(f"{at}/{key}", each)

    for name, schema in schemas.items():
        walk(name + "#", schema)
    return found


def met(schemas: dict[str, dict], name: str, value) -> set[str]:
    """Those of properties_of() that a valid value has."""
    seen = set()

    def walk(file, at, value):
        node = schemas[file]
        for part in at.split("/")[1:]:
            node = node[int(part)] if isinstance(node, list) else node[part]
        if "$ref" in node:
            target, _, path = node["$ref"].partition("#")
            walk(target or file, path, value)
        for part in ("oneOf", "allOf"):
            for i in range(len(node.get(part, []))):
                walk(file, f"{at}/{part}/{i}", value)
        for part in ("then", "else"):
            if part in node:
                walk(file, f"{at}/{part}", value)
        if isinstance(value, list) and "items" in node:
            for each in value:
                walk(file, f"{at}/items", each)
        if isinstance(value, dict):
            for key, each in value.items():
                if key in node.get("properties", {}):
                    seen.add(f"{file}#{at}/properties/{key}")
                    walk(file, f"{at}/properties/{key}", each)
                elif isinstance(node.get("additionalProperties"), dict):
                    walk(file, f"{at}/additionalProperties", each)

    walk(name, "", value)
    return seen
