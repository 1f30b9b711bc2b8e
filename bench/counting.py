"""What does not drift from run to run: instructions in user space, by valgrind's callgrind, and system calls, by strace.

A tool watches a proxy and all its processes for their whole life, so work is done twice, some and more of it, and the
difference counts: start and stop do not."""
import dataclasses
import pathlib
import re
import shutil
import time
import typing


def callgrind(folder):
    return ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/callgrind.%p"]


def instructions(folder):
    return sum(int(re.search(r"^(?:summary|totals): (\d+)", path.read_text(), re.M)[1]) for path in folder.glob("callgrind.*"))


def strace(folder):
    return ["strace", "-D", "-f", "-c", "-o", f"{folder}/strace"]  # -D: the process that is started is the proxy itself


def system_calls(folder):
    """It writes them when the last process has ended."""
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        path = folder / "strace"
        found = re.search(r"^100\.00 +\S+ +\S+ +(\d+) .*total$", path.read_text() if path.exists() else "", re.M)
        if found:
            return int(found[1])
        time.sleep(0.05)
    raise RuntimeError("strace has counted nothing")


@dataclasses.dataclass(frozen=True)
class Tool:
    counts: str
    command: typing.Callable  # folder -> the words before a command
    total: typing.Callable  # folder -> what was counted, when all have ended
    needs: str


INSTRUCTIONS = Tool("instructions", callgrind, instructions, "valgrind")
SYSTEM_CALLS = Tool("system_calls", strace, system_calls, "strace")


def installed():
    return [tool for tool in (INSTRUCTIONS, SYSTEM_CALLS) if shutil.which(tool.needs)]


def difference(tool, place, run):
    """`run(folder, prefix, more)` works under the words of `prefix`, leaves nothing running, and returns how often it did
    what is counted: that is divided by."""
    totals, times = [], []
    for more in (False, True):
        folder = pathlib.Path(place) / f"{tool.counts}-{int(more)}"
        folder.mkdir(parents=True)
        folder.chmod(0o777)  # workers of nginx write theirs as another user
        times.append(run(folder, tool.command(folder), more))
        totals.append(tool.total(folder))
    return (totals[1] - totals[0]) / max(1, times[1] - times[0])
