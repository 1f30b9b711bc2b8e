"""What is said once, for all who make or check documents: the properties of xs-app.schema.json, the rows of
docs/compatibility.md."""
import re

ROW = re.compile(r"^\| (?P<name>.+?) \| (?P<state>[a-z ]+) \| (?P<what>.*?) ?\| (?P<tests>.*?) ?\|$")


def rows(text):
    """(section, name, state, what, tests) of each row."""
    section = ""
    for line in text.splitlines():
        if line.startswith("## "):
            section = line[3:]
        found = ROW.match(line)
        if found and found["name"] != " ":
            yield section, found["name"].strip("`"), found["state"], found["what"], re.findall(r"`([^`]+)`", found["tests"])


def schema_properties(schema):
    """Dotted path -> what the schema says of it; an array's items are written like its own members, a map's values as *."""
    found = {}

    def resolved(node):
        return dict(schema["definitions"][node["$ref"].rsplit("/", 1)[1]], **node) if "$ref" in node else node

    def walk(node, path):
        if not isinstance(node, dict):
            return
        node = resolved(node)
        for name, child in node.get("properties", {}).items():
            here = f"{path}.{name}" if path else name
            found.setdefault(here, resolved(child))
            walk(child, here)
        walk(node.get("items"), path)
        walk(node.get("additionalProperties"), path + ".*")
        for several in ("oneOf", "anyOf", "allOf"):
            for child in node.get(several, []):
                walk(child, path)

    walk(schema, "")
    return found
