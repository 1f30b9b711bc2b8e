"""What the router is compared with, and what it stands in front of then: each proxy logs every request, as it would in
use, and is given two threads or workers."""
import os
import pathlib
import shutil
import signal
import socket
import threading

import machinery

# Of Debian, but the floor, which is bench/floor.cpp, and the Node application router, which is installed elsewhere.
PROGRAMS = {"nginx": "nginx", "haproxy": "haproxy", "apache": "apache2"}


def node_router():
    """The program of the Node application router that APPROUTER_DIR names: where it was installed, or itself."""
    named = pathlib.Path(os.environ.get("APPROUTER_DIR") or "/nowhere")
    places = (named / "approuter.js", named / "node_modules" / "@sap" / "approuter" / "approuter.js")
    return next((place for place in places if place.exists()), None)


def is_here(proxy):
    if proxy == "node":
        return node_router() is not None
    return proxy not in PROGRAMS or shutil.which(PROGRAMS[proxy], path=os.environ["PATH"] + ":/usr/sbin") is not None


def public_route(destination):
    return {"source": "^/(.*)$", "target": "/$1", "destination": destination, "authenticationType": "none", "csrfProtection": False}


def public_descriptor(destination):
    return {"authenticationMethod": "none", "compression": {"enabled": False}, "routes": [public_route(destination)]}


def nginx_head(folder, connections=16384):
    """What every configuration begins with, the log among it."""
    places = "".join(f"{kind}_temp_path {folder}/{kind}; " for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    return f"""worker_processes 2; daemon off; pid {folder}/pid; error_log {folder}/error.log;
worker_rlimit_nofile 65536;
events {{ worker_connections {connections}; }}
http {{
  access_log {folder}/access.log combined buffer=64k flush=1s;
  {places}
"""


def nginx(bench, key, locations, upstreams, listen="", server=""):
    """With what the router does by default: kept-alive back-end connections. `listen` goes to the listen directive,
    `server` into the server block."""

    def starter():
        port = machinery.free_port()
        folder = bench.state / f"nginx-{key}"
        folder.mkdir()
        backends = "".join(f"upstream {name} {{ server 127.0.0.1:{target}; keepalive 1024; }}\n"
                           for name, target in upstreams.items())
        (folder / "nginx.conf").write_text(nginx_head(folder) + f"""
  keepalive_requests 100000000; client_max_body_size 0; sendfile on; tcp_nopush on; proxy_max_temp_file_size 0;
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
        return bench.listening(["/usr/sbin/nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder)], port,
                               signal.SIGQUIT)  # by SIGTERM it has a second for its workers, too little under a tool

    return bench.proxy("nginx", key, starter)


def read_log():
    """A socket for a log: what comes is read, and thrown away. Its port."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.bind(("127.0.0.1", 0))

    def read():
        line = bytearray(4096)
        while True:
            listener.recv_into(line)

    threading.Thread(target=read, daemon=True).start()
    return listener.getsockname()[1]


def haproxy(bench, key, origin):
    def starter():
        port = machinery.free_port()
        configuration = bench.state / f"haproxy-{key}.cfg"
        configuration.write_text(f"""global
  nbthread 2
  maxconn 8000
  log 127.0.0.1:{read_log()} format raw local0
defaults
  mode http
  log global
  option httplog
  option forwardfor
  backlog 4096
  http-reuse always
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend all
  bind 127.0.0.1:{port}
  default_backend origin
backend origin
  server origin 127.0.0.1:{origin}
""")
        return bench.listening(["/usr/sbin/haproxy", "-db", "-f", str(configuration)], port)

    return bench.proxy("haproxy", key, starter)


def floor(bench, key, origin):
    def starter():
        port = machinery.free_port()
        return bench.listening([str(bench.binaries / "bench-floor"), str(port), str(origin)], port)

    return bench.proxy("floor", key, starter)


def node(bench, key, descriptor, destinations):
    """Started as people start it; it works on one core."""

    def starter():
        port = machinery.free_port()
        folder = bench.state / f"node-{key}"
        (folder / "resources").mkdir(parents=True)
        (folder / "xs-app.json").write_text(machinery.json.dumps(descriptor))
        log = open(folder / "log.log", "a")
        return bench.listening(["node", str(node_router())], port, cwd=folder, stdout=log, stderr=log,
                               env=machinery.router_variables(port, destinations))

    return bench.proxy("node", key, starter)


def in_front(bench, proxy, key, origin):
    """That proxy in front of one back-end, everything let through: process and port."""
    destinations = [{"name": "origin", "url": f"http://127.0.0.1:{origin}"}]
    starters = {"nginx": lambda: nginx(bench, key, "location / { proxy_pass http://origin; }", {"origin": origin}),
                "haproxy": lambda: haproxy(bench, key, origin),
                "floor": lambda: floor(bench, key, origin),
                "node": lambda: node(bench, key, public_descriptor("origin"), destinations),
                "xs-router": lambda: bench.router(key, public_descriptor("origin"), destinations)}
    return starters[proxy]()
