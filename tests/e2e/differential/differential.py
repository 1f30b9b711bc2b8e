#!/usr/bin/env python3
"""The same directories and requests for the Node application router and for this one.

    differential.py check ROUTER [SHAPE...]   ROUTER (a binary) against the recordings; only intended differences may be left
    differential.py record FOLDER [SHAPE...]  makes the recordings, with the npm package in FOLDER/node_modules
    differential.py show ROUTER [SHAPE...]    what ROUTER does, as a recording, with its log

A SHAPE is a name below shapes/, or a pattern such as 'cors*'; all without one. XS_ROUTER, where it is set, is the ROUTER.
Exit code 0 when all is as it should be.
"""
import concurrent.futures
import fnmatch
import json
import os
import pathlib
import ssl
import subprocess
import sys
import tempfile
import time

import compare
import doubles
import play
import shape as shapes

FOLDER = pathlib.Path(__file__).resolve().parent
PEER = "@sap/approuter 20.10.0"
AT_ONCE = 3


def recording(name):
    return FOLDER / "recorded" / f"{name}.json"


def one_line_each(seen):
    """JSON with a line for each part of an exchange, so that changes of it can be read."""
    dump = lambda value: json.dumps(value, ensure_ascii=False)
    lines = []
    for exchange in seen["exchanges"]:
        asked = ",\n    ".join(dump(call) for call in exchange["asked"])
        lines.append(f' {{"request": {dump(exchange["request"])},\n  "status": {exchange["status"]}, "headers": '
                     f'{dump(exchange["headers"])},\n  "body": {dump(exchange["body"])},\n  "asked": [{asked}]}}')
    return f'{{"of": "{PEER}", "starts": {dump(seen["starts"])}, "exchanges": [\n' + ",\n".join(lines) + "]}\n"


def in_parallel(chosen, work):
    """(shape, result) in the order of the shapes."""
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        futures = [(shape, pool.submit(work, shape)) for shape in chosen]
        for shape, future in futures:
            yield shape, future.result()


def certified():
    """A TLS context with a certificate of its own."""
    with tempfile.TemporaryDirectory() as folder:
        key, certificate = f"{folder}/key.pem", f"{folder}/certificate.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
                        "-keyout", key, "-out", certificate], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
    return context


def record(folder, chosen):
    program = pathlib.Path(folder).resolve() / "node_modules/@sap/approuter"
    version = json.loads((program / "package.json").read_text())["version"]
    if not PEER.endswith(" " + version):
        sys.exit(f"{program} is {version}; the recordings are of {PEER}")
    key = doubles.Key()
    doubles.Server.tls = certified()

    def work(shape):
        one = play.Play(shape, ["node", str(program / "approuter.js")], key, variables={"NODE_TLS_REJECT_UNAUTHORIZED": "0"})
        return one.run(), one.log

    for shape, (seen, log) in in_parallel(chosen, work):
        recording(shape.name).write_text(one_line_each(seen), encoding="utf-8")
        print(f"{shape.name}: {'starts' if seen['starts'] else 'does not start'}, {len(seen['exchanges'])} exchanges")
        if not seen["starts"]:
            print(log)
    return 0


def check(router, chosen, all_of_them):
    intended = compare.Intended(json.loads((FOLDER / "intended.json").read_text(encoding="utf-8")))
    key = doubles.Key()
    faults = 0
    began = time.monotonic()

    def work(shape):
        there = json.loads(recording(shape.name).read_text(encoding="utf-8"))
        one = play.Play(shape, [str(pathlib.Path(router).resolve())], key, there)
        here = one.run()
        return there, here, one.log

    exchanges = 0
    for shape, (there, here, log) in in_parallel(chosen, work):
        exchanges += len(here["exchanges"])
        found = list(compare.differences(shape.name, there, here, intended))
        faults += bool(found)
        print(f"{'not ok' if found else 'ok'} - differential: {shape.title}")
        for paragraph in compare.report(found):
            print(paragraph)
        if found and not here["starts"]:
            print(log)
    unneeded = list(intended.unused([shape.name for shape in chosen])) if all_of_them else []
    for rule in unneeded:
        print(f"  no longer differs: {json.dumps(rule, ensure_ascii=False)}")
    print(f"{'not ok' if unneeded else 'ok'} - differential: every intended difference is there")
    print(f"# {len(chosen)} shapes, {exchanges} exchanges, {time.monotonic() - began:.1f} s")
    return 1 if faults or unneeded else 0


def show(router, chosen):
    key = doubles.Key()
    for shape in chosen:
        one = play.Play(shape, [str(pathlib.Path(router).resolve())], key)
        print(one_line_each(one.run()))
        print(one.log)
    return 0


def main(words):
    if len(words) < 2 or words[0] not in ("check", "record", "show"):
        sys.exit(__doc__)
    patterns = words[2:] or ["*"]
    for pattern in patterns:
        if not shapes.all_shapes(pattern):
            sys.exit(f"there is no shape {pattern}")
    chosen = [shape for shape in shapes.all_shapes()
              if any(fnmatch.fnmatchcase(shape.name, pattern) for pattern in patterns)]
    if words[0] == "record":
        return record(words[1], chosen)
    if words[0] == "show":
        return show(os.environ.get("XS_ROUTER") or words[1], chosen)
    return check(os.environ.get("XS_ROUTER") or words[1], chosen, "*" in patterns)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
