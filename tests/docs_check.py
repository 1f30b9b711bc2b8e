#!/usr/bin/env python3
"""What the documentation says of the tests is true: every test that docs/oidc-checks.md and docs/faults.md name exists,
every fault has its line, and every file of the repository that a page links to is there.

usage: docs_check.py SOURCE_DIR
"""
import pathlib
import re
import sys

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


def broken_links(top):
    for page in [*top.glob("*.md"), *top.glob("docs/*.md"), *top.glob("examples/*/*.md")]:
        for target in LINK.findall(page.read_text()):
            if not (page.parent / target).exists():
                yield f"{page.relative_to(top)}: nothing is at {target}"


def main():
    top = pathlib.Path(sys.argv[1])
    names = test_names(top)
    faults = [*unknown_tests(top, names), *unproven_faults(top, names), *broken_links(top)]
    print("\n".join(faults))
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
