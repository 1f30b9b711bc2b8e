"""From a clean clone to the first page: scripts/run in a copy of what is committed, with no compiler cache."""
import os
import signal
import subprocess
import time

import machinery


def measure(bench, _):
    clone = bench.state / "clone"
    subprocess.run(["git", "clone", "-q", "--no-local", str(bench.root), str(clone)], check=True)
    before = os.times()
    began = time.monotonic()
    process = subprocess.Popen([str(clone / "scripts" / "run")], stdout=subprocess.PIPE, text=True, start_new_session=True,
                               env={**os.environ, "CCACHE_DISABLE": "1", "PORT": str(machinery.free_port())})
    try:
        if not any(line.startswith("  Open ") for line in process.stdout):  # it has fetched a page then
            raise RuntimeError(f"scripts/run ended with {process.wait()}")
        took = time.monotonic() - began
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(30)
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return {"first_page_s": took, "cpu_s": cpu}
