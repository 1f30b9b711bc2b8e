#!/usr/bin/env python3
"""Checks packaging/ against the program (docs/contract/operations.md "Packaging", "Metrics").

- Manual pages and completion name every command and option that router/app/options.cpp adds, every property of
  xs-app.schema.json and every variable; the shells that are here take their file, bash completes by it.
- Every metric of the dashboard and of the alert rules is in a real scrape, with the labels that they ask for.
- Deployment files parse, and have in them what the contract promises; no image names a host.
- The unit's exposure is at most 1.5, and systemd finds no fault in it (where systemd-analyze is).

    packaging_check.py XS_ROUTER

Exit code 0 when all is well, 1 with one line per fault.
"""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent
PACKAGING = ROOT / "packaging"
sys.path[:0] = [str(PACKAGING), str(ROOT / "scripts"), str(ROOT / "bench")]
import documents  # noqa: E402
from descriptions import schema_properties  # noqa: E402
from machinery import ask_management, free_port, wait_for_port  # noqa: E402

MOST_EXPOSURE = 1.5


# Manual pages and completion

def options_in_source():
    text = (ROOT / "router" / "app" / "options.cpp").read_text(encoding="utf-8")
    for names in re.findall(r'add_(?:option|flag)\("(-[^"]+)"', text):
        yield from names.split(",")
    yield from re.findall(r'set_version_flag\("([^"]+)"', text)


def commands_in_source():
    return re.findall(r'add_subcommand\(\s*"([^"]+)"', (ROOT / "router" / "app" / "options.cpp").read_text(encoding="utf-8"))


def plain(manual):
    return manual.replace("\\-", "-").replace("\\e", "\\").replace("\\fB", " ").replace("\\fI", " ").replace("\\fR", " ")


def has_word(text, word):
    return re.search(r"(?<![\w-])" + re.escape(word) + r"(?![\w-])", text) is not None


def fish_words(text):
    return re.sub(r"-l (\S+)", r"--\1", re.sub(r"-s (\S+)", r"-\1", text))


def document_faults(program, folder):
    schema = json.loads((ROOT / "xs-app.schema.json").read_text(encoding="utf-8"))
    made = documents.write(documents.ask(program, []), folder, "2026-01-01")
    words = {"xs-router.1": plain(made["xs-router.1"]), "xs-router.bash": made["xs-router.bash"],
             "_xs-router": made["_xs-router"], "xs-router.fish": fish_words(made["xs-router.fish"])}
    known = {*options_in_source(), *commands_in_source()}
    if len(known) < 20:
        yield f"router/app/options.cpp: only {len(known)} options and commands were recognised"
    for name, text in words.items():
        yield from (f"{name}: there is no {word}" for word in sorted(known) if not has_word(text, word))
    descriptor = plain(made["xs-app.json.5"])
    yield from (f"xs-app.json.5: there is no {path}" for path in schema_properties(schema) if f" {path} " not in descriptor)
    variables = [name for name, _ in documents.reference.variables()]
    if len(variables) < 50:
        yield f"docs/compatibility.md: only {len(variables)} variables were recognised"
    yield from (f"xs-router.1: there is no {name}" for name in variables if not has_word(words["xs-router.1"], name))


def run(*command, **more):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, **more)


def shell_faults(folder):
    for shell, name in (("bash", "xs-router.bash"), ("zsh", "_xs-router"), ("fish", "xs-router.fish")):
        if shutil.which(shell):
            result = run(shell, "-n", folder / name)
            if result.returncode != 0:
                yield f"{name}: {result.stderr.strip()}"
    for words, expected in (("xs-router rec", "receipts"), ("xs-router receipts sh", "show"),
                            ("xs-router receipts list --ou", "--outcome"), ("xs-router check --st", "--strict")):
        script = (f". {folder}/xs-router.bash; COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _xs_router; "
                  'echo "${COMPREPLY[*]}"')
        told = run("bash", "-c", script).stdout.strip()
        if told != expected:
            yield f"xs-router.bash: '{words}' is completed by '{told}', not '{expected}'"
    if shutil.which("man"):
        for name in ("xs-router.1", "xs-app.json.5"):
            result = run("man", "--warnings=w", "-l", folder / name, env={**os.environ, "MANWIDTH": "100", "LC_ALL": "C.UTF-8"})
            if result.returncode != 0 or result.stderr.strip():
                yield f"{name}: {result.stderr.strip()[:300]}"


# Metrics

def scrape(program, folder):
    """Names of the metrics, and the labels of each, of a running router."""
    (folder / "xs-app.json").write_text(json.dumps(
        {"routes": [{"source": "^/(.*)$", "localDir": "web", "authenticationType": "none"}]}))
    (folder / "web").mkdir()
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj",
        "/CN=localhost", "-keyout", folder / "key.pem", "-out", folder / "cert.pem", check=True)
    port, management = free_port(), free_port()
    variables = {"PATH": os.environ["PATH"], "PORT": str(port), "MANAGEMENT_PORT": str(management), "MANAGEMENT_TOKEN": "t" * 32,
                 "TLS_CERT": str(folder / "cert.pem"), "TLS_KEY": str(folder / "key.pem"), "STATE_DIR": str(folder / "state")}
    with open(folder / "log", "w", encoding="utf-8") as log:
        process = subprocess.Popen([program, "-w", str(folder)], env=variables, stdout=log, stderr=log)
    try:
        wait_for_port(management, process)
        status, body = ask_management(management, "/metrics", "t" * 32)
        if status != 200:
            raise RuntimeError(f"/metrics answers {status}")
        text = body.decode()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
    names = {}
    for name, kind in re.findall(r"^# TYPE (\S+) (\S+)$", text, re.M):
        for series in [name + end for end in ("_bucket", "_sum", "_count")] if kind == "histogram" else [name]:
            names[series] = set()
    for name, labels in re.findall(r"^(\w+)\{([^}]*)\} ", text, re.M):
        names.setdefault(name, set()).update(re.findall(r'(\w+)="', labels))
    return names


def expressions():
    """(where, PromQL)"""
    def walk(node, where):
        if isinstance(node, dict):
            for key, value in node.items():
                if key == "expr" or (key == "query" and isinstance(value, str)):
                    yield where, value
                yield from walk(value, where)
        elif isinstance(node, list):
            for value in node:
                yield from walk(value, where)

    for path in sorted(PACKAGING.glob("grafana/*.json")):
        yield from walk(json.loads(path.read_text(encoding="utf-8")), path.name)
    for path in sorted(PACKAGING.glob("prometheus/*.yml")):
        yield from walk(yaml.safe_load(path.read_text(encoding="utf-8")), path.name)


def recorded():
    rules = yaml.safe_load((PACKAGING / "prometheus" / "rules.yml").read_text(encoding="utf-8"))
    return {rule["record"] for group in rules["groups"] for rule in group["rules"] if "record" in rule}


def metric_faults(program, folder):
    known = scrape(program, folder)
    of_prometheus = {"job", "instance"}
    asked = list(expressions())
    if len(asked) < 30:
        yield f"only {len(asked)} expressions were recognised"
    for where, expression in asked:
        for name, _, labels in re.findall(r"\b((?:xsrouter|process)_\w+)(\{([^}]*)\})?", expression):
            if name in recorded():
                continue
            if name not in known:
                yield f"{where}: no scrape has {name}"
            elif known[name]:
                wrong = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", labels)) - known[name] - of_prometheus
                yield from (f"{where}: {name} has no label {label}" for label in sorted(wrong))
        opened = sum(expression.count(sign) for sign in "([{")
        if opened != sum(expression.count(sign) for sign in ")]}"):
            yield f"{where}: brackets do not match in {expression}"


# Deployment

def find(node, key):
    """Every value of that key, however deep."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name == key:
                yield value
            yield from find(value, key)
    elif isinstance(node, list):
        for value in node:
            yield from find(value, key)


def deployment_faults():
    kubernetes = list(yaml.safe_load_all((PACKAGING / "kubernetes" / "xs-router.yaml").read_text(encoding="utf-8")))
    kinds = {part["kind"] for part in kubernetes}
    yield from (f"kubernetes: there is no {kind}" for kind in sorted(
        {"Deployment", "Service", "NetworkPolicy", "PodDisruptionBudget", "HorizontalPodAutoscaler"} - kinds))
    for annotations in find(kubernetes, "annotations"):
        if annotations.get("prometheus.io/scheme") != "https":
            yield "kubernetes: Prometheus is not told that the management port has TLS"
    for rule in (rule for rules in find(kubernetes, "ingress") for rule in rules):
        if {"port": "management"} in rule["ports"] and not rule.get("from"):
            yield "kubernetes: anybody reaches the management port"
    for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
        paths = [value["httpGet"]["path"] for value in find(kubernetes, probe)]
        if paths != ["/ready" if probe == "readinessProbe" else "/health"]:
            yield f"kubernetes: {probe} asks for {paths}"
    scaled = [value["metric"]["name"] for value in find(kubernetes, "pods")]
    yield from (f"kubernetes: nothing records {name}" for name in scaled if name not in recorded())
    compose = yaml.safe_load((PACKAGING / "docker-compose.yml").read_text(encoding="utf-8"))
    if "redis" not in compose["services"] or "demo" not in compose["services"]:
        yield "docker-compose.yml: Redis or the demo is missing"
    foundry = yaml.safe_load((PACKAGING / "cloud-foundry" / "manifest.yml").read_text(encoding="utf-8"))
    if foundry["applications"][0]["buildpacks"] != ["binary_buildpack"]:
        yield "cloud-foundry: not the binary build-pack"
    variables = {entry["name"] for value in find(kubernetes, "env") for entry in value}
    for value in [*find(compose, "environment"), *find(foundry, "env")]:
        variables |= set(value)
    known = {name for name, _ in documents.reference.variables()}
    yield from (f"a deployment file sets {name}, which nobody reads" for name in sorted(variables - known))
    images = [*find(kubernetes, "image"), *find(compose, "image"), *[words[1] for words in docker_steps("FROM")]]
    yield from (f"{image}: an image with a host" for image in images if "." in image.split(":")[0])


def docker_steps(*kinds):
    text = (PACKAGING / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", "")
    return [line.split() for line in text.splitlines() if line.split(" ")[0] in kinds]


def docker_faults():
    if len(docker_steps("FROM")) != 2:
        yield "Dockerfile: not two stages"
    last = (PACKAGING / "Dockerfile").read_text(encoding="utf-8").rsplit("FROM ", 1)[1]
    if not re.search(r"^USER [1-9]\d*:[1-9]\d*$", last, re.M):
        yield "Dockerfile: runs as root"


def unit_faults(folder):
    if not shutil.which("systemd-analyze"):
        return
    unit = folder / "xs-router.service"
    # it need not be installed to be judged
    text = (PACKAGING / "systemd" / "xs-router.service").read_text(encoding="utf-8")
    unit.write_text(re.sub(r"(?m)^Documentation=.*\n", "", text).replace("/usr/bin/xs-router", "/bin/true"), encoding="utf-8")
    told = run("systemd-analyze", "security", "--offline=true", unit, env={**os.environ, "LC_ALL": "C.UTF-8"})
    exposure = re.search(r"Overall exposure level for \S+: ([\d.]+)", told.stdout)
    if not exposure or float(exposure[1]) > MOST_EXPOSURE or "xs-router.service:" in told.stderr:
        yield f"xs-router.service: exposure {exposure[1] if exposure else 'unknown'}, at most {MOST_EXPOSURE} {told.stderr.strip()}"
    told = run("systemd-analyze", "verify", unit)
    if told.returncode != 0 or told.stderr.strip():
        yield f"xs-router.service: {told.stderr.strip()}"


def main():
    program = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as top:
        folders = {name: pathlib.Path(top) / name for name in ("documents", "router", "unit")}
        for folder in folders.values():
            folder.mkdir()
        faults = [*document_faults(program, folders["documents"]), *shell_faults(folders["documents"]),
                  *metric_faults(program, folders["router"]), *deployment_faults(), *docker_faults(),
                  *unit_faults(folders["unit"])]
    print("\n".join(faults) or "packaging: all is well")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
