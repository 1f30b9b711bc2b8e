#!/usr/bin/env python3
"""Checks two rules of ARCHITECTURE.md on the #include lines below router/.

Layers: a file includes its own folder or a lower row, never a sibling or up.
Fences: each library is included behind one fence only.

    layers_check.py [DIR]     DIR holds router/ (default: the repository)
    layers_check.py --test    checks the checker

Exit code 0 when all is well, 1 with one line per broken rule, 2 when there is nothing to check.
"""
import pathlib
import re
import sys
import tempfile

ROWS = [
    ["base"],
    ["http", "crypto"],
    ["config", "net"],
    ["identity", "routing", "storage"],
    ["session"],
    ["backend"],
    ["applications"],
    ["login", "logout"],
    ["pipeline"],
    ["management"],
    ["app"],
]
ROW_OF = {folder: row for row, folders in enumerate(ROWS) for folder in folders}

# Library, the headers that are its own, the folders of router/ that may include them.
FENCES = [
    ("Boost", r"boost/.*", {"net"}),
    ("OpenSSL", r"openssl/.*", {"crypto", "net"}),
    ("cjose", r"cjose/.*|jansson\.h", {"crypto"}),
    ("c-ares", r"ares.*\.h", {"net"}),
    ("cpp-httplib", r"httplib\.h", {"management"}),
    ("PCRE2", r"pcre2.*\.h", {"base"}),
    ("spdlog", r"spdlog/.*|fmt/.*", {"base"}),
    ("valijson", r"valijson/.*", {"config"}),
    ("CLI11", r"CLI/.*", {"app"}),
    ("hiredis", r"hiredis/.*", {"storage"}),
    ("SQLite", r"sqlite3.*\.h", {"storage"}),
    ("prometheus-cpp", r"prometheus/.*", {"management"}),
    ("brotli", r"brotli/.*", {"http", "backend", "net"}),
    ("zlib", r"zlib\.h", {"http", "backend", "net"}),
    ("nlohmann", r"nlohmann/.*", set(ROW_OF) - {"net"}),
]

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
SUFFIXES = {".h", ".hpp", ".cpp"}


def included(path):
    """(line number, header) of every #include."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        found = INCLUDE.match(line)
        if found:
            yield number, found.group(2)


def layer_fault(folder, header):
    """Why a file of this folder may not include that header; None if it may."""
    other = header.split("/", 1)[0]
    if "/" not in header or other not in ROW_OF or other == folder:
        return None
    if folder is None:  # router/main.cpp stands above app
        return None if other == "app" else f"main.cpp includes app/ only, not {header}"
    if ROW_OF[other] < ROW_OF[folder]:
        return None
    relation = "a sibling" if ROW_OF[other] == ROW_OF[folder] else "a higher layer"
    return f"{folder}/ includes {header}: {other}/ is {relation}"


def fence_fault(folder, header):
    for library, pattern, folders in FENCES:
        if re.fullmatch(pattern, header) and folder not in folders:
            return f"{folder or 'main.cpp'} includes {header}: {library} belongs in {', '.join(sorted(folders))}"
    return None


def faults_of(root):
    router = root / "router"
    for path in sorted(p for p in router.rglob("*") if p.suffix in SUFFIXES):
        parts = path.relative_to(router).parts
        folder = parts[0] if len(parts) > 1 else None
        where = path.relative_to(root)
        if folder is not None and folder not in ROW_OF:
            yield f"{where}: {folder}/ is no layer"
            continue
        for number, header in included(path):
            for fault in (layer_fault(folder, header), fence_fault(folder, header)):
                if fault:
                    yield f"{where}:{number}: {fault}"


def check(root):
    if not (root / "router").is_dir():
        print(f"no router/ in {root}", file=sys.stderr)
        return 2
    faults = list(faults_of(root))
    for fault in faults:
        print(fault)
    return 1 if faults else 0


# File, its only include, a word of the expected fault ("" = none).
EXAMPLES = [
    ("login/a.cpp", '"login/b.h"', ""),
    ("login/a.cpp", '"session/store.h"', ""),
    ("login/a.cpp", '"logout/plan.h"', "sibling"),
    ("http/a.h", '"crypto/digest.h"', "sibling"),
    ("net/a.cpp", '"pipeline/stage.h"', "higher"),
    ("net/a.cpp", "<boost/asio.hpp>", ""),
    ("http/a.cpp", "<boost/asio.hpp>", "Boost"),
    ("net/a.cpp", "<nlohmann/json.hpp>", "nlohmann"),
    ("config/a.cpp", "<nlohmann/json.hpp>", ""),
    ("config/a.cpp", "<valijson/schema.hpp>", ""),
    ("pipeline/a.cpp", "<httplib.h>", "httplib"),
    ("logout/sources/a.cpp", '"logout/source.h"', ""),
    ("main.cpp", '"app/run.h"', ""),
    ("main.cpp", '"net/server.h"', "main.cpp"),
    ("util/a.h", "<string>", "no layer"),
]


def test():
    wrong = 0
    for name, header, word in EXAMPLES:
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "router" / name
            path.parent.mkdir(parents=True)
            path.write_text(f"#include {header}\n", encoding="utf-8")
            faults = list(faults_of(pathlib.Path(folder)))
        good = len(faults) == 1 and word in faults[0] if word else not faults
        if not good:
            wrong += 1
            print(f"{name} with {header}: {faults or 'no fault'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments == ["--test"]:
        sys.exit(test())
    sys.exit(check(pathlib.Path(arguments[0] if arguments else pathlib.Path(__file__).parent.parent)))
