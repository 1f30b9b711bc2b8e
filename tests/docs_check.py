#!/usr/bin/env python3
"""What the documentation says of the tests is true: every test that docs/oidc-checks.md names exists, and so does every
file of the repository that a page links to.

usage: docs_check.py SOURCE_DIR
"""
import pathlib
import re
import sys

TEST_NAME = re.compile(r'(?:TEST_CASE(?:_FIXTURE)?\([^"]*|\btest\(\s*)(?:"((?:[^"\\]|\\.)*)"|\'((?:[^\'\\]|\\.)*)\')')
LINK = re.compile(r'\]\((?!https?:|#)([^)#\s]+)[^)]*\)')


def test_names(top):
    files = [*top.glob("tests/**/*.cpp"), *top.glob("tests/**/*.h"), *top.glob("tests/browser/*.mjs")]
    text = "\n".join(file.read_text(errors="replace") for file in files)
    return [first or second for first, second in TEST_NAME.findall(text)]


def unknown_tests(top, names):
    page = (top / "docs/oidc-checks.md").read_text()
    for cell in re.findall(r"^\| [0-9, -]+ \| (.*) \|$", page, re.M):
        for named in re.findall(r"`([^`]+)`", cell):
            if ".h" in named or named.startswith(("tests/", "my store")):
                continue
            if not any(name.startswith(named) for name in names):
                yield f"docs/oidc-checks.md: there is no test '{named}'"


def broken_links(top):
    for page in [*top.glob("*.md"), *top.glob("docs/*.md"), *top.glob("examples/*/*.md")]:
        for target in LINK.findall(page.read_text()):
            if not (page.parent / target).exists():
                yield f"{page.relative_to(top)}: nothing is at {target}"


def main():
    top = pathlib.Path(sys.argv[1])
    faults = [*unknown_tests(top, test_names(top)), *broken_links(top)]
    print("\n".join(faults))
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
