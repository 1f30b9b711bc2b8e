#!/usr/bin/env python3
"""Runs a doctest program in several processes, each with a part of its test cases.

    tests/side_by_side.py JOBS PROGRAM [DOCTEST OPTION...]

Most end-to-end tests wait for something, and one process of unit tests uses one core. Each part's output is printed
when it ends, and at the end one summary as doctest's; ends with 1 if one part failed. There are more parts than jobs,
so that a slow part delays no other.
"""
import concurrent.futures
import re
import subprocess
import sys

PARTS_A_JOB = 6
# A part counts all that pass the filters, not those between --first and --last; its failures are its own.
SUMMARY = re.compile(r"^\[doctest\] test cases:.*?(\d+) failed.*\n", re.MULTILINE)


def run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    return done.returncode, done.stdout


def main():
    jobs, program, options = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
    _, counted = run([program, "--count", *options])
    cases = re.search(r"current filters: (\d+)", counted)
    if cases is None or int(cases[1]) == 0:
        sys.exit(f"{counted}{program}: no test cases")
    size = -(-int(cases[1]) // (jobs * PARTS_A_JOB))
    # The last part has no end: whatever the program counts as its last test case is run.
    starts = range(1, int(cases[1]) + 1, size)
    parts = [[f"--first={start}"] + [f"--last={start + size - 1}"] * (start != starts[-1]) for start in starts]
    failed, all_ended_well = 0, True
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for result in concurrent.futures.as_completed(pool.submit(run, [program, *options, *part]) for part in parts):
            status, output = result.result()
            summary = SUMMARY.search(output)
            print(SUMMARY.sub("", output), end="", flush=True)
            failed += int(summary[1]) if summary else 1  # a part that crashed sums up nothing
            all_ended_well &= status == 0
    total = int(cases[1])
    print(f"[doctest] test cases: {total} | {total - failed} passed | {failed} failed | in {len(parts)} parts")
    sys.exit(0 if all_ended_well else 1)


if __name__ == "__main__":
    main()
