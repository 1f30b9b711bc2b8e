#!/usr/bin/env python3
"""What the documentation says is true, and what refers to it finds something.

- Every test that docs/oidc-checks.md and docs/faults.md name exists, and every fault has its line.
- Every file of the repository that a page links to, or names from the top on, is there.
- Every page that code or a page refers to exists, with the section, heading or line that it names; none refers to
  a document that is not in the repository. A reference is
      docs/contract/logout.md section 1 "Order of effects"      sections 1 and 3      sections 1 to 4
      docs/contract/descriptor.md, "Matching"                   a heading may be cut short
      docs/contract/reliability.md O1, O8                       lines: rows of a table that begin with that
  and pages of one folder may leave the folder out.

    docs_check.py [DIR]     DIR is the repository (default: this one)
    docs_check.py --test    checks the checker

Exit code 0 when all is well, 1 with one line per fault.
"""
import pathlib
import re
import sys
import tempfile

LITERALS = r'((?:"(?:[^"\\]|\\.)*"\s*)+)'  # adjacent ones are one text
TEST_NAME = re.compile(r'(?:TEST_CASE(?:_FIXTURE)?\((?:\s*\w+,)?\s*|\btest\(\s*)(?:' + LITERALS + r"|'((?:[^'\\]|\\.)*)')")
LINK = re.compile(r'\]\((?!https?:|#)([^)#\s]+)[^)]*\)')


def test_names(top):
    files = [*top.glob("tests/**/*.cpp"), *top.glob("tests/**/*.h"), *top.glob("tests/browser/*.mjs")]
    text = "\n".join(file.read_text(errors="replace") for file in files)
    return ["".join(re.findall(r'"((?:[^"\\]|\\.)*)"', first)) or second for first, second in TEST_NAME.findall(text)]


def unknown_tests(top, names):
    page = (top / "docs/oidc-checks.md").read_text()
    for cell in re.findall(r"^\| [0-9, -]+ \| (.*) \|$", page, re.M):
        for named in re.findall(r"`([^`]+)`", cell):
            if ".h" in named or named.startswith(("tests/", "my store")):
                continue
            if not any(name.startswith(named) for name in names):
                yield f"docs/oidc-checks.md: there is no test '{named}'"


FAULTS = [f"S{n}" for n in range(1, 39)] + [f"N{n}" for n in range(1, 25)]


def unproven_faults(top, names):
    page = (top / "docs/faults.md").read_text()
    figures = (top / "bench/figures").read_text()
    rows = re.findall(r"^\| ([SN][0-9]+) \| .* \| (.*) \|$", page, re.M)
    for fault in FAULTS:
        cells = [cell for named, cell in rows if named == fault]
        if len(cells) != 1:
            yield f"docs/faults.md: {fault} has {len(cells)} lines"
            continue
        tests = re.findall(r"`([^`]+)`", cells[0])
        if not tests:
            yield f"docs/faults.md: {fault} names no test"
        for test in tests:
            if test.startswith("bench/figures "):
                if f'Figure("{test.split()[1]}"' not in figures:
                    yield f"docs/faults.md: there is no '{test}' ({fault})"
            elif test not in names:
                yield f"docs/faults.md: there is no test '{test}' ({fault})"


def pages(top):
    return [*top.glob("*.md"), *top.glob("docs/**/*.md"), *top.glob("examples/*/*.md")]


NAMED = re.compile(r"`((?:router|tests|bench|demo|scripts|static|cmake|examples)/[\w./-]+)`")


def missing_files(top):
    for page in pages(top):
        if page.name == "CHANGELOG.md":
            continue
        for named in NAMED.findall(page.read_text()):
            if not (top / named).exists() and named not in PLANNED:
                yield f"{page.relative_to(top)}: there is no {named}"


def broken_links(top):
    for page in pages(top):
        for target in LINK.findall(page.read_text()):
            if not (page.parent / target).exists():
                yield f"{page.relative_to(top)}: nothing is at {target}"


CODE = ("router", "tests", "bench", "demo", "scripts", "cmake", "static", "examples")
# Decided in the contract; what is there leaves this list.
PLANNED = set()
OUTSIDE = re.compile(r"\.\./shared\b|/work/|\boidc_cases\b|\bspec/\w|\bseeds?[ /]00\d|\b(?:compat|house|speed)\.md\b")
REFERENCE = re.compile(r"(?<![\w/.-])(?<!/ \")((?:\.\./|[\w-]+/)*[\w-]+\.md)\b")
NUMBERS = re.compile(r",? sections? (\d+)(?:(,| and| to|-) ?(\d+))?(?:(?:,| and) (\d+))?")
HEADINGS = re.compile(r'(?:,|:)? "([^"\n]+)"(?:(?:,| and) "([^"\n]+)")*')
LINES = re.compile(r",? ([A-Z]?\d+)(?:-(\d+))?((?:(?:,| and| to) [A-Z]?\d+(?:-\d+)?)*)(?![\w.])")


class Page:
    """The sections, headings and lines that a page has to refer to."""

    def __init__(self, path):
        text = path.read_text()
        titles = re.findall(r"^#+ (.+)$", text, re.M)
        self.numbers = {int(number) for title in titles for number in re.findall(r"^(\d+)[. ]", title)}
        self.headings = [re.sub(r"^\d+\.? ", "", title) for title in titles]
        self.lines = set(re.findall(r"^\| ([A-Z]?\d+) \|", text, re.M))

    def faults(self, rest):
        """What the text behind the page's name promises in vain."""
        numbers = NUMBERS.match(rest)
        if numbers:
            first, joint, second, third = numbers.groups()
            named = {int(number) for number in (first, second, third) if number}
            if joint and joint.strip() in ("to", "-"):
                named |= set(range(int(first), int(second) + 1))
            yield from (f"section {number}" for number in sorted(named - self.numbers))
            rest = rest[numbers.end():]
        headings = HEADINGS.match(rest)
        if headings:
            for heading in re.findall(r'"([^"\n]+)"', headings.group()):
                if not any(title.startswith(heading) for title in self.headings):
                    yield f'"{heading}"'
        elif self.lines and not numbers:
            named = LINES.match(rest)
            for line in re.findall(r"[A-Z]?\d+", named.group()) if named else []:
                if line not in self.lines:
                    yield line


def unwrapped(text):
    """Comments and paragraphs as if each were one line, with the line numbers of the words."""
    return re.sub(r"\n\s*(?://|#|\*)? ?(?=\S)", lambda gap: " ", text)


def line_of(text, name, count):
    """The line of the count-th place of the name."""
    at = -1
    for _ in range(count + 1):
        at = text.find(name, at + 1)
    return text.count("\n", 0, max(at, 0)) + 1


def referring_files(top):
    for folder in CODE:
        for path in sorted((top / folder).rglob("*")):
            parts = path.relative_to(top).parts
            if path.is_file() and path.suffix != ".json" and not {"node_modules", "corpus", "data", "__pycache__"} & set(parts):
                yield path
    yield from pages(top)


def dead_references(top):
    known = {}
    for path in referring_files(top):
        name = path.relative_to(top)
        if name == pathlib.Path("tests/docs_check.py"):
            continue
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        for found in OUTSIDE.finditer(text):
            yield f"{name}:{text.count(chr(10), 0, found.start()) + 1}: {found.group()} is not in this repository"
        seen = {}
        flat = unwrapped(text)
        for found in REFERENCE.finditer(flat):
            reference = found.group(1)
            seen[reference] = seen.get(reference, -1) + 1
            candidates = [path.parent / reference, top / reference]
            target = next((candidate for candidate in candidates if candidate.is_file()), None)
            where = f"{name}:{line_of(text, reference, seen[reference])}"
            if target is None:
                if reference not in PLANNED:
                    yield f"{where}: there is no {reference}"
                continue
            page = known.setdefault(target.resolve(), None) or Page(target)
            known[target.resolve()] = page
            # a link to a page says its section behind the link
            rest = re.sub(r"^\]\([^)]*\)", "", flat[found.end():found.end() + 200])
            yield from (f"{where}: {reference} has no {missing}" for missing in page.faults(rest))
    yield from (f"docs_check.py: {page} is there: it leaves PLANNED" for page in sorted(PLANNED) if (top / page).exists())


EXAMPLES = [  # a comment, a word of the expected fault ("" = none)
    ("// Source: docs/a.md section 1.", ""),
    ('// Source: docs/a.md section 2 "Order", and more', ""),
    ("// Source: docs/a.md\n// section 3.", "section 3"),
    ("// Source: docs/a.md sections 1 to 3.", "section 3"),
    ("// Source: docs/a.md sections 1 and 2; RFC 9110 section 7.", ""),
    ('// docs/a.md, "Order of things" and "Chaos"', "Chaos"),
    ("// docs/a.md O1, O8", "O8"),
    ("// docs/a.md O1 to O2; docs/a.md 12-14", ""),
    ("// Source: docs/b.md section 1.", "no docs/b.md"),
    ("// Source: spec/a.md", "not in this repository"),
    ('// a.md, "Order"', "no a.md"),
]


def test_itself():
    for comment, word in EXAMPLES:
        with tempfile.TemporaryDirectory() as folder:
            top = pathlib.Path(folder)
            (top / "docs").mkdir()
            (top / "router").mkdir()
            (top / "docs/a.md").write_text("# A\n\n## 1 One\n\n## 2 Two\n\n### Order of things\n\n| O1 | x |\n| O2 | x |\n| 12 | x |\n| 14 | x |\n")
            (top / "router/a.h").write_text(comment + "\n#pragma once\n")
            found = [fault for fault in dead_references(top)]
            good = len(found) >= 1 and word in found[0] if word else not found
            assert good, (comment, found)


def main():
    test_itself()
    if sys.argv[1:] == ["--test"]:
        sys.exit(0)
    top = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent
    names = test_names(top)
    faults = [*unknown_tests(top, names), *unproven_faults(top, names), *broken_links(top), *missing_files(top),
              *dead_references(top)]
    print("\n".join(faults))
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
