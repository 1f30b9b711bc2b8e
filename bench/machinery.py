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
    """The environment of a router: ours, the usual, and `more`, which has the last word."""
    return {**os.environ, "PORT": str(port), "LOG_LEVEL": "warning", "THREADS": "2", "destinations": json.dumps(destinations), **(more or {})}


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


class Bench:
    """One run: back-ends for all rows; proxies are started by the row that needs them and live until the end."""

    def __init__(self, root, state, seconds, quick):
        self.root, self.state, self.seconds, self.quick = root, state, seconds, quick
        self.binaries = root / "build" / "release"
        self.running = []
        self.proxies = {}

    def __enter__(self):
        self.ports = {kind: free_port() for kind in ("small", "big", "slow", "stream", "drip", "websocket", "told", "witness", "cookie")}
        origin = self.start([str(self.binaries / "bench-origin")] + [f"{port}:{kind}" for kind, port in self.ports.items()])
        for port in self.ports.values():
            wait_for_port(port, origin)
        return self

    def __exit__(self, *_):
        for process in self.running:
            process.send_signal(signal.SIGTERM)
        for process in self.running:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()

    def start(self, command, **options):
        options.setdefault("stdout", subprocess.DEVNULL)
        options.setdefault("stderr", open(self.state / f"{len(self.running)}.log", "w"))
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

    def counted(self, kind, what="answered"):
        """What the back-end of that kind has counted: requests answered, bytes `sent`."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.ports[kind]}/{what}", timeout=20) as answer:
            return int(answer.read())

    def proxy(self, name, key, starter):
        if (name, key) not in self.proxies:
            self.proxies[name, key] = starter()
        return self.proxies[name, key]

    def nginx(self, key, locations, upstreams, listen="", server=""):
        """nginx with what the router does by default: kept-alive back-end connections, no access log. `listen` goes
        to the listen directive, `server` into the server block."""

        def starter():
            port = free_port()
            folder = self.state / f"nginx-{key}"
            folder.mkdir()
            backends = "".join(f"upstream {name} {{ server 127.0.0.1:{target}; keepalive 1024; }}\n"
                               for name, target in upstreams.items())
            (folder / "nginx.conf").write_text(
                f"""worker_processes 2; daemon off; pid {folder}/pid; error_log {folder}/error.log;
worker_rlimit_nofile 65536;
events {{ worker_connections 16384; }}
http {{
  access_log off; keepalive_requests 100000000; client_max_body_size 0; sendfile on; tcp_nopush on;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
  proxy_max_temp_file_size 0;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  {backends}
  server {{
    listen 127.0.0.1:{port} reuseport backlog=4096 {listen};
    {server}
    proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_request_buffering off; proxy_buffering on;
    {locations}
  }}
}}
""")
            process = self.start(["/usr/sbin/nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder)])
            wait_for_port(port, process)
            return process, port

        return self.proxy("nginx", key, starter)

    def router(self, key, descriptor, destinations, environment=None):
        def starter():
            port = int((environment or {}).get("PORT", 0)) or free_port()
            folder = self.state / f"router-{key}"
            folder.mkdir(exist_ok=True)
            (folder / "xs-app.json").write_text(json.dumps(descriptor))
            process = self.start([str(self.binaries / "xs-router"), "-w", str(folder)],
                                 env=router_variables(port, destinations, environment))
            wait_for_port(port, process)
            return process, port

        return self.proxy("xs-router", key, starter)

    def fill(self, place, **named):
        """Sessions without logins, in the store that these variables name; what that cost (bench/sessions.cpp)."""
        command = [str(self.binaries / "bench-sessions"), *flags(**named)]
        return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, **place}).stdout)

    def load(self, process, url, connections, script=None, headers=()):
        before = cpu_seconds(process.pid)
        figures = wrk(url, connections, max(1, int(self.seconds)), script, headers)
        spent = cpu_seconds(process.pid) - before
        return {"per_second": figures["per_second"], "cpu_us": 1e6 * spent / max(1, figures["requests"]),
                "p50_ms": figures["p50_ms"], "p99_ms": figures["p99_ms"], "peak_mib": peak_mib(process.pid),
                "faults": figures["faults"]}
