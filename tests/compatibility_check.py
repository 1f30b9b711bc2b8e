#!/usr/bin/env python3
"""Checks docs/compatibility.md against the program and its tests.

- Every row is "same", "better", "ours", "not yet" or "none"; the first three name at least one test.
- Every test that is named exists (doctest, node:test, or a shape of tests/e2e/differential).
- Every intended difference of tests/e2e/differential names a row, and that row does not say "same".
- Every property of xs-app.schema.json and every environment variable that router/config reads has a row.

    compatibility_check.py [DIR]     DIR is the repository (default: this one)
    compatibility_check.py --test    checks the checker

Exit code 0 when all is well, 1 with one line per fault.
"""
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "scripts"))
from descriptions import rows, schema_properties  # noqa: E402

DIFFERENTIAL = "tests/e2e/differential"
STATES = {"same": True, "better": True, "ours": True, "not yet": False, "none": False}


def test_names(root):
    names = set()
    for path in (root / "tests").rglob("*"):
        if path.suffix in {".cpp", ".h"}:
            text = path.read_text(encoding="utf-8")
            for case in re.findall(r'TEST_CASE(?:_FIXTURE)?\s*\(\s*(?:[\w:]+\s*,\s*)?((?:"(?:[^"\\]|\\.)*"\s*)+)', text):
                literals = re.findall(r'"((?:[^"\\]|\\.)*)"', case)
                names.add("".join(literals).replace('\\"', '"').replace("\\\\", "\\"))
        elif path.name.endswith(".test.mjs"):
            names.update(re.findall(r"\btest\(\s*'([^']+)'", path.read_text(encoding="utf-8")))
            names.update(re.findall(r'\btest\(\s*"([^"]+)"', path.read_text(encoding="utf-8")))
    for path in (root / DIFFERENTIAL / "shapes").glob("*.json"):
        names.add("differential: " + json.loads(path.read_text(encoding="utf-8"))["title"])
    return names


def unexplained_differences(root, state_of):
    for rule in json.loads((root / DIFFERENTIAL / "intended.json").read_text(encoding="utf-8")):
        if state_of.get(rule["row"], "same") == "same":
            yield f"{rule['row']}: a difference is intended ({rule['field']}), and no row says so"


def variables_read(root):
    names = set()
    for path in (root / "router" / "config").glob("*.cpp"):
        text = path.read_text(encoding="utf-8")
        names.update(re.findall(r'\bvariables\.\w+(?:<[^>]*>)?\(\s*"([A-Za-z_]+)"', text))
        names.update(re.findall(r'\bvariables,\s*"([A-Za-z_]+)"', text))
        names.update(re.findall(r'Variable\{"([A-Za-z_]+)"', text))
        names.update(name for name in re.findall(r'"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_?\*?)"', text) if "_" in name)
    return names - {"CF_"}


def check(root):
    faults = []
    seen = set()
    state_of = {}
    known = test_names(root)
    for section, name, state, _, tests in rows((root / "docs" / "compatibility.md").read_text(encoding="utf-8")):
        if (section, name) in seen:
            faults.append(f"{name}: two rows")
        seen.add((section, name))
        state_of[name] = state
        if state not in STATES:
            faults.append(f"{name}: no such state: {state}")
        elif STATES[state] and not tests:
            faults.append(f"{name}: {state}, without a test")
        faults += [f"{name}: no such test: {test}" for test in tests if test not in known]
    faults += unexplained_differences(root, state_of)
    described = {name for _, name in seen}
    schema = json.loads((root / "xs-app.schema.json").read_text(encoding="utf-8"))
    faults += [f"{name}: a property without a row" for name in schema_properties(schema) if name not in described]
    faults += [f"{name}: a variable without a row" for name in sorted(variables_read(root)) if name not in described]
    return faults


def test_itself():
    table = "| `a` | same | x | `t: one`<br>`t: two` |\n| `b` | not yet |  |  |\n| | state | what | tests |\n|---|---|---|---|\n"
    assert list(rows(table)) == [("", "a", "same", "x", ["t: one", "t: two"]), ("", "b", "not yet", "", [])], list(rows(table))
    schema = {"properties": {"r": {"items": {"$ref": "#/definitions/d"}}, "m": {"additionalProperties": {"properties": {"x": {}}}}},
              "definitions": {"d": {"properties": {"s": {"oneOf": [{}, {"properties": {"p": {}}}]}}}}}
    assert list(schema_properties(schema)) == ["r", "r.s", "r.s.p", "m", "m.*.x"], schema_properties(schema)


if __name__ == "__main__":
    test_itself()
    if sys.argv[1:] == ["--test"]:
        sys.exit(0)
    top = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent
    found = check(top)
    print("\n".join(found) or "docs/compatibility.md: all rows are covered")
    sys.exit(1 if found else 0)
