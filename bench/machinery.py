"""What the rows are made with: processes that are started and always ended, CPU and memory of theirs, wrk."""
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import time
import urllib.request

TICK = os.sysconf("SC_CLK_TCK")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port, process, seconds=15):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args[0]} ended with {process.returncode}")
        with socket.socket() as probe:
            probe.settimeout(0.2)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError(f"nothing listens on port {port}")


def processes_of(pid):
    """The process and its children: nginx works in its workers."""
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid] + [int(child) for child in children]


def cpu_seconds(pid):
    """Of the process and its children, also of those that have ended: Apache's come and go."""
    total = 0
    for process in processes_of(pid):
        try:
            fields = pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue  # ended just now: its parent has its time
        total += sum(int(field) for field in (fields[11:15] if process == pid else fields[11:13]))
    return total / TICK


def peak_mib(pid):
    total = 0
    for process in processes_of(pid):
        found = re.search(r"VmHWM:\s+(\d+) kB", pathlib.Path(f"/proc/{process}/status").read_text())
        total += int(found[1]) if found else 0  # a child that has just ended has none
    return total / 1024


def wrk(url, connections, seconds, script=None, headers=()):
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "10s"]
    if script:
        command += ["-s", str(script)]
    for header in headers:
        command += ["-H", header]
    text = subprocess.run(command + [url], check=True, capture_output=True, text=True).stdout
    unit = {"us": 0.001, "ms": 1.0, "s": 1000.0}

    def percentile(name):
        value, suffix = re.search(rf"{name}%\s+([\d.]+)(us|ms|s)", text).groups()
        return float(value) * unit[suffix]

    requests = int(re.search(r"(\d+) requests in", text)[1])
    faults = sum(int(number) for number in re.findall(r"(?:connect|read|write|timeout) (\d+)", text))
    non_2xx = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    faults += int(non_2xx[1]) if non_2xx else 0
    return {"requests": requests, "per_second": float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]),
            "p50_ms": percentile(50), "p99_ms": percentile(99), "faults": faults}


def shared_out_kib(pid):
    """Memory of a process and its children, what they share counted once (PSS)."""
    total = 0
    for process in processes_of(pid):
        total += int(re.search(r"^Pss:\s+(\d+)", pathlib.Path(f"/proc/{process}/smaps_rollup").read_text(), re.M)[1])
    return total


def resident_kib(pid, peak=False):
    """Since the last forget_peak, where the peak is asked for."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB" if peak else r"VmRSS:\s+(\d+) kB", status)[1])


def forget_peak(pid):
    pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5")


def router_variables(port, destinations, more=None):
    """The environment of a router: ours, the usual, and `more`, which has the last word. It logs as by default."""
    return {**os.environ, "PORT": str(port), "LOG_LEVEL": "info", "THREADS": "2", "destinations": json.dumps(destinations), **(more or {})}


def flags(**named):
    """--so-named VALUE, as bench-load and bench-sessions have it."""
    return [word for name, value in named.items() for word in ("--" + name.replace("_", "-"), str(value))]


def ask_management(port, path, token):
    """What the management port answers: (status, bytes)."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path, headers={"Authorization": "Bearer " + token})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def start_redis(bench):
    """A server of its own, and the variables by which routers keep their sessions in it."""
    port = free_port()
    process = bench.start(["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(bench.state)])
    wait_for_port(port, process)
    return {"SESSION_STORE": f"redis://127.0.0.1:{port}", "SESSION_SECRET": "of no value, as nothing here is kept"}


class Processes:
    """Processes in a folder, which end with the block that they are started in. Proxies are started by what needs them
    first, under the words of `prefix` if there are any, and live until then."""

    def __init__(self, root, state, prefix=()):
        self.state, self.prefix = state, list(prefix)
        self.binaries = root / "build" / "release"
        self.running = []
        self.proxies = {}
        self.ends_with = {}  # pid -> signal; SIGTERM without one

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.running:
            process.send_signal(self.ends_with.get(process.pid, signal.SIGTERM))
        for process in self.running:
            try:
                process.wait(30 if self.prefix else 5)
            except subprocess.TimeoutExpired:
                process.kill()

    def start(self, command, **options):
        options.setdefault("stdout", subprocess.DEVNULL)
        options.setdefault("stderr", open(self.state / f"{len(self.running)}.log", "a"))
        process = subprocess.Popen(command, **options)
        self.running.append(process)
        return process

    def stop(self, process, seconds=15):
        """Its exit code; one that does not end is killed and has none."""
        process.send_signal(signal.SIGTERM)
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            return None
        finally:
            self.running.remove(process)

    def kill(self, process):
        """As a crash: it is gone when this returns."""
        process.kill()
        process.wait()
        self.running.remove(process)

    def proxy(self, name, key, starter):
        if (name, key) not in self.proxies:
            self.proxies[name, key] = starter()
        return self.proxies[name, key]

    def listening(self, command, port, ends_with=signal.SIGTERM, **options):
        """A proxy, when it listens at `port`: both."""
        process = self.start(self.prefix + command, **options)
        self.ends_with[process.pid] = ends_with
        wait_for_port(port, process, 60)
        return process, port

    def router(self, key, descriptor, destinations, environment=None, binary=None):
        def starter():
            port = int((environment or {}).get("PORT", 0)) or free_port()
            folder = self.state / f"router-{key}"
            folder.mkdir(exist_ok=True)
            (folder / "xs-app.json").write_text(json.dumps(descriptor))
            return self.listening([str(binary or self.binaries / "xs-router"), "-w", str(folder)], port,
                                  env=router_variables(port, destinations, environment))

        return self.proxy("xs-router", key, starter)


class Bench(Processes):
    """One run: back-ends for all rows, and what loads the proxies in front of them."""

    def __init__(self, root, state, seconds, quick, prefix=()):
        super().__init__(root, state, prefix)
        self.root, self.seconds, self.quick = root, seconds, quick

    def __enter__(self):
        self.ports = {kind: free_port() for kind in ("small", "big", "slow", "stream", "drip", "websocket", "told", "witness", "cookie")}
        origin = self.start([str(self.binaries / "bench-origin")] + [f"{port}:{kind}" for kind, port in self.ports.items()])
        for port in self.ports.values():
            wait_for_port(port, origin)
        return self

    def counted(self, kind, what="answered"):
        """What the back-end of that kind has counted: requests answered, bytes `sent`."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.ports[kind]}/{what}", timeout=20) as answer:
            return int(answer.read())

    def fill(self, place, **named):
        """Sessions without logins, in the store that these variables name; what that cost (bench/sessions.cpp)."""
        command = [str(self.binaries / "bench-sessions"), *flags(**named)]
        return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, **place}).stdout)

    def load(self, process, url, connections, script=None, headers=()):
        before = cpu_seconds(process.pid)
        figures = wrk(url, connections, max(1, int(self.seconds)), script, headers)
        spent = cpu_seconds(process.pid) - before
        for log in self.state.rglob("*.log"):  # a row writes a hundred MiB; all are appended to
            os.truncate(log, 0)
        return {"per_second": figures["per_second"], "cpu_us": 1e6 * spent / max(1, figures["requests"]),
                "p50_ms": figures["p50_ms"], "p99_ms": figures["p99_ms"], "peak_mib": peak_mib(process.pid),
                "faults": figures["faults"]}
