"""Real redis-server processes: one, a group with a sentinel, a cluster whose masters have replicas; and a bad line to one."""
import socket
import subprocess
import sys

import machinery
from figure import eventually

STARTS = 20  # seconds


def free_port_with_bus():
    """Below the ports that systems hand out, for its twin, the cluster bus, lies 10,000 above."""
    for port in range(21_000 + machinery.free_port() % 1_000, 31_000):
        try:
            for number in (port, port + 10_000):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", number))
            return port
        except OSError:
            continue
    raise RuntimeError("no free port for Redis")


class Redis:
    """Nothing is written to disk: who is killed comes back empty."""

    def __init__(self, bench, *arguments, bind="127.0.0.1", configuration=""):
        self.bench, self.arguments, self.bind, self.configuration = bench, arguments, bind, configuration
        self.port = free_port_with_bus()
        self.folder = bench.state / f"redis-{self.port}"
        self.folder.mkdir()
        self.start()

    def start(self):
        command = ["redis-server"]
        if self.configuration:
            (self.folder / "redis.conf").write_text(self.configuration)
            command.append(str(self.folder / "redis.conf"))
        command += ["--port", str(self.port), "--bind", *self.bind.split(), "--dir", str(self.folder)]
        if not self.configuration:
            command += ["--save", "", "--appendonly", "no", "--repl-diskless-sync-delay", "0", "--protected-mode", "no"]
        with open(self.folder / "log", "a", encoding="utf-8") as log:
            self.process = self.bench.start([*command, *self.arguments], stdout=log, stderr=log)
        if eventually(lambda: self.ask("PING") == "PONG", STARTS) is None:
            raise RuntimeError("redis-server did not start:\n" + (self.folder / "log").read_text())

    def ask(self, *words):
        return subprocess.run(["redis-cli", "-p", str(self.port), *words], capture_output=True, text=True, timeout=20).stdout.strip()

    def kill(self):
        self.bench.kill(self.process)

    def info(self, *sections):
        return dict(line.split(":", 1) for line in self.ask("INFO", *sections).splitlines() if ":" in line)

    def used_memory(self):
        return int(self.info("memory")["used_memory"])

    def is_master(self):
        return self.info("replication").get("role") == "master"

    def follows(self):
        return self.info("replication").get("master_link_status") == "up"

    def place(self, port=None):
        """Where sessions are, for a router."""
        return {"SESSION_STORE": f"redis://127.0.0.1:{port or self.port}"}


class Group:
    """A master, a replica of it, and a sentinel that fails over after half a second of silence."""

    def __init__(self, bench):
        self.master = Redis(bench)
        self.replica = Redis(bench, "--replicaof", "127.0.0.1", str(self.master.port))
        self.sentinel = Redis(bench, "--sentinel", configuration=(
            f"sentinel monitor main 127.0.0.1 {self.master.port} 1\nsentinel down-after-milliseconds main 500\n"
            "sentinel failover-timeout main 3000\n"))
        for what, holds in (("the replica does not follow", self.replica.follows),
                            ("the sentinel does not know the replica",
                             lambda: str(self.replica.port) in self.sentinel.ask("SENTINEL", "replicas", "main"))):
            if eventually(holds, STARTS) is None:
                raise RuntimeError(what)

    def place(self):
        return {"SESSION_STORE": f"redis+sentinel://127.0.0.1:{self.sentinel.port}/main"}


class Cluster:
    """Three masters that share the slots, each with a replica that takes its place after a second of silence; the slots of
    the others are served meanwhile."""

    def __init__(self, bench):
        arguments = ("--cluster-enabled", "yes", "--cluster-node-timeout", "1000", "--cluster-replica-validity-factor", "0",
                     "--cluster-require-full-coverage", "no")
        self.nodes = [Redis(bench, *arguments) for _ in range(6)]
        subprocess.run(["redis-cli", "--cluster", "create", *(f"127.0.0.1:{node.port}" for node in self.nodes),
                        "--cluster-replicas", "1", "--cluster-yes"], check=True, capture_output=True, timeout=60)

        def is_whole():
            return all("cluster_state:ok" in node.ask("CLUSTER", "INFO") for node in self.nodes) and \
                all(node.is_master() or node.follows() for node in self.nodes)

        if eventually(is_whole, STARTS) is None:
            raise RuntimeError("the cluster does not come together")

    def masters(self):
        return [node for node in self.nodes if node.is_master()]

    def place(self):
        return {"SESSION_STORE": "redis+cluster://" + ",".join(f"127.0.0.1:{node.port}" for node in self.nodes[:3])}


class Line:
    """Between the routers and what they talk to (middle_box.py)."""

    def __init__(self, bench, *targets):
        self.port = machinery.free_port()
        self.box = bench.start([sys.executable, str(bench.root / "tests" / "faults" / "middle_box.py"), str(self.port), *map(str, targets)],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.box.stdout.readline()

    def tell(self, words):
        self.box.stdin.write(words + "\n")
        self.box.stdin.flush()
        self.box.stdout.readline()
