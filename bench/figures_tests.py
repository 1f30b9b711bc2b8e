"""Figures that are end-to-end tests, with their slow cases: docs/contract/http.md "Figures to hold", docs/contract/reliability.md C6, C8."""
import os
import re
import subprocess


def end_to_end(bench, test_cases):
    ended = subprocess.run([str(bench.binaries / "router_e2e"), f"--test-case={test_cases}"], capture_output=True, text=True,
                           timeout=900, env={**os.environ, "H1_SLOW": "1"})
    return ended.returncode, ended.stdout


def h1_cases(bench, sheet):
    code, output = end_to_end(bench, "h1 cases:*")
    found = re.search(r"(\d+) cases; deviations: MUST (\d+), SHOULD (\d+), policy (\d+)", output)
    sheet.note("cases played, slow ones included", int(found[1]))
    for level, number in zip(("MUST", "SHOULD", "policy"), found.groups()[1:]):
        sheet.equals(f"deviations at {level}", int(number), 0)
    sheet.equals("exit code of the test", code, 0)


def back_end_answers(bench, sheet):
    code, output = end_to_end(bench, "back-end faults:*")
    found = re.search(r"test cases:\s+(\d+) \|\s+(\d+) passed \|\s+(\d+) failed", output)
    sheet.note("tests of wrong back-end answers", int(found[1]))
    sheet.equals("failed", int(found[3]), 0)
    sheet.equals("exit code of the test", code, 0)
