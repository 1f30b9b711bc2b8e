"""TLS 1.3: proxied requests, and handshakes a second, full and resumed."""
import re
import subprocess

import machinery
import peers


def certificate(bench):
    pair = bench.state / "certificate.pem", bench.state / "key.pem"
    if not pair[0].exists():
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
                        "2", "-subj", "/CN=localhost", "-out", pair[0], "-keyout", pair[1]], check=True, capture_output=True)
    return pair


def start(bench, proxy):
    chain, key = certificate(bench)
    if proxy == "nginx":
        return peers.nginx(bench, "tls", "location / { proxy_pass http://origin; }", {"origin": bench.ports["small"]}, listen="ssl",
                           server=f"ssl_certificate {chain}; ssl_certificate_key {key}; ssl_protocols TLSv1.3;")
    return bench.router("tls", peers.public_descriptor("origin"),
                        [{"name": "origin", "url": f"http://127.0.0.1:{bench.ports['small']}"}],
                        {"TLS_CERT": str(chain), "TLS_KEY": str(key)})


def proxied(connections):
    def measure(bench, proxy):
        process, port = start(bench, proxy)
        return bench.load(process, f"https://127.0.0.1:{port}/", connections)

    return measure


def handshakes(kind):
    """One client after the other, so the rate is the client's too; the processor time is the proxy's alone."""

    def measure(bench, proxy):
        process, port = start(bench, proxy)
        before = machinery.cpu_seconds(process.pid)
        text = subprocess.run(["openssl", "s_time", "-connect", f"127.0.0.1:{port}", kind, "-time", str(max(1, int(bench.seconds))),
                               "-www", "/", "-tls1_3"], capture_output=True, text=True, check=True).stdout
        spent = machinery.cpu_seconds(process.pid) - before
        count, seconds = re.search(r"(\d+) connections in (\d+) real seconds", text).groups()
        return {"per_second": int(count) / int(seconds), "cpu_us": 1e6 * spent / int(count), "peak_mib": machinery.peak_mib(process.pid)}

    return measure
