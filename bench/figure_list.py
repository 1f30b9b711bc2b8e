"""A list of figures as a command: all of them or those named, each value next to what it has to be, 1 if one is missed."""
import argparse
import json
import os
import pathlib
import resource
import subprocess
import tempfile
import time

from figure import Sheet
from machinery import Bench

ROOT = pathlib.Path(__file__).resolve().parent.parent


def run(description, figures, results, targets, more_options=()):
    """`targets`: chosen figures -> what is built for them; `results`: the file in which all values are kept."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--no-build", action="store_true", help="with what has been built")
    for name, how in more_options:
        parser.add_argument(name, **how)
    options = parser.parse_args()
    if options.list:
        for figure in figures:
            print(f"{figure.name:<18} {figure.line:<12} {figure.what}")
        return 0
    unknown = set(options.names) - {figure.name for figure in figures}
    if unknown:
        parser.error("no such figure: " + ", ".join(sorted(unknown)))
    by_default = [figure for figure in figures if figure.always and (figure.quick or not options.quick)]
    chosen = [figure for figure in figures if figure.name in options.names] if options.names else by_default
    if not options.no_build:
        subprocess.run(["cmake", "--build", "--preset", "release", "--target", *targets(chosen)], cwd=ROOT, check=True,
                       stdout=subprocess.DEVNULL)
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

    values, missed = {}, []
    for figure in chosen:
        print(f"\n{figure.name}: {figure.what} ({figure.line})", flush=True)
        sheet, began = Sheet(options.quick), time.monotonic()
        with tempfile.TemporaryDirectory(prefix="xs-figure-") as state:
            os.chmod(state, 0o755)  # nginx reads its files as another user
            with Bench(ROOT, pathlib.Path(state), getattr(options, "seconds", None), options.quick) as bench:
                figure.run(bench, sheet)
        print(f"  {time.monotonic() - began:.0f} s", flush=True)
        values[figure.name] = sheet.values
        if sheet.missed():
            missed.append(figure.name)
    results.write_text(json.dumps({"cores": os.cpu_count(), "quick": options.quick, "figures": values}, indent=2))
    print(f"\n{len(chosen)} figures, {len(missed)} missed" + (": " + ", ".join(missed) if missed else ""))
    return 1 if missed else 0
