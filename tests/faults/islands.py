"""Network namespaces: a replica on an island, with one link to those who ask it and another one to Redis, which can be cut.

Only addresses of 10.231.0.0/16 between two ends of the project's own links; everything goes with the namespace."""
import os
import subprocess

import machinery

NETWORK = "10.231"


def ip(*words):
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


def why_not():
    """Why there are no namespaces here; empty: there are."""
    name = f"xs-proof-{os.getpid()}-try"
    try:
        ip("netns", "add", name)
        ip("netns", "del", name)
        return ""
    except (OSError, subprocess.CalledProcessError) as fault:
        return (getattr(fault, "stderr", "") or str(fault)).strip()


class Island:
    def __init__(self, number):
        self.name = f"xs-proof-{os.getpid()}-{number}"
        self.links = {kind: f"xp{os.getpid() % 100_000}{kind}{number}" for kind in "fb"}  # front, back
        self.here, self.there = {}, {}
        ip("netns", "add", self.name)
        try:
            ip("-n", self.name, "link", "set", "dev", "lo", "up")
            for place, (kind, link) in enumerate(self.links.items()):
                self.here[kind], self.there[kind] = (f"{NETWORK}.{2 * number + place}.{end}" for end in (1, 2))
                ip("link", "add", link, "type", "veth", "peer", "name", kind, "netns", self.name)
                ip("addr", "add", self.here[kind] + "/24", "dev", link)
                ip("link", "set", "dev", link, "up")
                ip("-n", self.name, "addr", "add", self.there[kind] + "/24", "dev", kind)
                ip("-n", self.name, "link", "set", "dev", kind, "up")
            ip("-n", self.name, "route", "add", f"{NETWORK}.0.0/16", "via", self.here["f"])
        except subprocess.CalledProcessError:
            self.remove()
            raise
        self.inside = ("ip", "netns", "exec", self.name)
        self.host = self.there["f"]

    def cut(self):
        ip("link", "set", "dev", self.links["b"], "down")

    def mend(self):
        ip("link", "set", "dev", self.links["b"], "up")

    def remove(self):
        ip("netns", "del", self.name)


def start_witness(bench, address):
    """Back-ends that islands can reach: (host, port)."""
    port = machinery.free_port()
    bench.start([str(bench.binaries / "bench-origin"), f"{port}:witness"], env={**os.environ, "BENCH_ORIGIN_ADDRESS": address})
    return address, port
