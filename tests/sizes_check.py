#!/usr/bin/env python3
"""No source file is longer than 350 lines: a longer one has a second idea in it (CONTRIBUTING.md, "House rules").

    sizes_check.py [DIR]     DIR is the repository (default: this one)

Exit code 0 when all is well, 1 with one line per file that is too long.
"""
import pathlib
import sys

MOST = 350
FOLDERS = ["router", "demo", "tests", "bench"]
SUFFIXES = {".h", ".cpp", ".py", ".mjs"}


def too_long(top):
    for folder in FOLDERS:
        for path in sorted((top / folder).rglob("*")):
            if path.suffix not in SUFFIXES or "node_modules" in path.parts:
                continue
            lines = path.read_text(encoding="utf-8", errors="replace").count("\n")
            if lines > MOST:
                yield f"{path.relative_to(top)}: {lines} lines, at most {MOST}"


def main():
    faults = list(too_long(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent)))
    print("\n".join(faults) or "no file is too long")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
