"""From the start of the process to its first answer, with 500 routes."""
import http.client
import json
import os
import shutil
import time

import machinery
import peers

ROUTES = 500


def command(bench, proxy, port, folder):
    origin = f"http://127.0.0.1:{bench.ports['small']}"
    if proxy == "nginx":
        locations = "".join(f"location ~ ^/app{i}/(.*)$ {{ proxy_pass {origin}/$1; }}\n" for i in range(ROUTES))
        (folder / "nginx.conf").write_text(peers.nginx_head(folder, 1024) + f"""server {{ listen 127.0.0.1:{port} reuseport; {locations} }} }}
""")
        return ["/usr/sbin/nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder)], os.environ
    routes = [{"source": f"^/app{i}/(.*)$", "target": "/$1", "destination": "origin", "authenticationType": "none"}
              for i in range(ROUTES)]
    (folder / "xs-app.json").write_text(json.dumps({"routes": routes}))
    return ([str(bench.binaries / "xs-router"), "-w", str(folder)],
            machinery.router_variables(port, [{"name": "origin", "url": origin}]))


def first_answer(port, process):
    while process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", f"/app{ROUTES - 1}/")
            if connection.getresponse().status == 200:
                return
        except ConnectionError:
            time.sleep(0.0005)
        finally:
            connection.close()
    raise RuntimeError(f"{process.args[0]} ended with {process.returncode}")


def measure(bench, proxy):
    folder = bench.state / f"start-{proxy}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    port = machinery.free_port()
    arguments, environment = command(bench, proxy, port, folder)
    began = time.perf_counter()
    process = bench.start(arguments, env=environment)
    first_answer(port, process)
    took = 1000 * (time.perf_counter() - began)
    figures = {"first_answer_ms": took, "cpu_ms": 1000 * machinery.cpu_seconds(process.pid), "peak_mib": machinery.peak_mib(process.pid)}
    bench.stop(process)
    return figures
