"""Shapes: directories for a router, and what is asked of it. One JSON file each, below shapes/.

    title         what the shape shows, a sentence
    descriptor    xs-app.json
    files         name below the directory -> text, or {"text": "abc", "times": 1000}
    environment   variables; what is no string is written as JSON, null is not set
    destinations  name -> properties of the variable `destinations`; the url, where not given, is that back-end's
    back_ends     name -> path -> {"status", "headers": [[name, value]...], "body"}; what is not said: 200 and an echo
    users         name -> {"scopes", "claims"}; with it an xsuaa is bound, at which everybody logs in at once
    repository    name -> xs-app.json of an application; an HTML5 repository is bound, whose files are what the back-end
                  `repository` says. What is no application there is 503, a text is sent as it is
    requests      in order, one line each:

        [NAME:] METHOD TARGET [| header: value]... [|| body]

NAME is a browser that keeps its cookies, no name is somebody new. Two methods are not HTTP's: `login` goes to TARGET
and through the provider until it is answered (NAME is the user), `ws` opens a WebSocket, says hello and listens.
{name} stands for host:port of the router, the provider or a back-end; in a request {csrf} for the last token that the
browser was given, and {token} for an access token of NAME.
"""
import dataclasses
import json
import pathlib
import re

FOLDER = pathlib.Path(__file__).resolve().parent
METHOD = re.compile(r"(?:(?P<who>\w+): )?(?P<method>\S+) (?P<target>\S+)$")


@dataclasses.dataclass(frozen=True)
class Request:
    line: str
    who: str
    method: str
    target: str
    headers: tuple
    body: str


def parse_request(line):
    head, _, body = line.partition(" || ")
    first, *fields = head.split(" | ")
    found = METHOD.match(first)
    if not found:
        raise ValueError(f"no request: {line}")
    headers = tuple(tuple(field.split(": ", 1)) for field in fields)
    if any(len(header) != 2 for header in headers):
        raise ValueError(f"a header without value: {line}")
    return Request(line, found["who"] or "", found["method"], found["target"], headers, body)


class Shape:
    def __init__(self, path):
        self.name = path.stem
        self.text = path.read_text(encoding="utf-8")
        parts = json.loads(self.text)
        unknown = set(parts) - {"title", "descriptor", "files", "environment", "destinations", "back_ends", "users", "repository", "requests"}
        if unknown:
            raise ValueError(f"{path.name}: {', '.join(sorted(unknown))} is no part of a shape")
        self.title = parts["title"]
        self.descriptor = parts["descriptor"]
        self.files = {name: text if isinstance(text, str) else text["text"] * text["times"]
                      for name, text in parts.get("files", {}).items()}
        self.environment = parts.get("environment", {})
        self.destinations = parts.get("destinations", {})
        self.back_ends = {name: parts.get("back_ends", {}).get(name, {})
                          for name in [*self.destinations, *parts.get("back_ends", {})]}
        self.users = parts.get("users")
        self.repository = parts.get("repository")
        if self.repository is not None:
            files = self.back_ends.setdefault("repository", {})
            for name, own in self.repository.items():
                files.setdefault(f"/{name}/xs-app.json", {"headers": [["Content-Type", "application/json"]],
                                                          "body": own if isinstance(own, str) else json.dumps(own)})
        self.requests = [parse_request(line) for line in parts["requests"]]

    def variables(self, places):
        """The environment of the router; `places` are the host:port of {names}."""
        values = dict(self.environment)
        if self.destinations:
            values["destinations"] = [{"name": name, "url": f"http://{{{name}}}", **properties}
                                      for name, properties in self.destinations.items()]
        bound = {}
        if self.users is not None:
            bound["xsuaa"] = [XSUAA]
        if self.repository is not None:
            bound["html5-apps-repo"] = [REPOSITORY]
        if bound:
            values["VCAP_SERVICES"] = values.get("VCAP_SERVICES", bound)
        return {name: fill(value if isinstance(value, str) else json.dumps(value), places)
                for name, value in values.items() if value is not None}


XSUAA = {"name": "the-uaa", "label": "xsuaa", "tags": ["xsuaa"], "plan": "application",
         "credentials": {"url": "http://{provider}", "uaadomain": "127.0.0.1", "clientid": "the-client",
                         "clientsecret": "the-secret", "xsappname": "shapes!t1", "identityzone": "home",
                         "identityzoneid": "zone-home", "tenantid": "zone-home", "zoneid": "zone-home",
                         "tenantmode": "dedicated", "verificationkey": "{provider-key}"}}

REPOSITORY = {"name": "the-repository", "label": "html5-apps-repo", "tags": ["html5appsrepo"], "plan": "app-runtime",
              "credentials": {"uri": "http://{repository}", "sap.cloud.service": "html5-apps-repo-rt",
                              "grant_type": "client_credentials", "saasregistryenabled": True,
                              "uaa": {"url": "http://{provider}", "uaadomain": "127.0.0.1", "clientid": "repo-client",
                                      "clientsecret": "repo-secret", "xsappname": "repo!b1", "identityzone": "home"}}}


def fill(text, places):
    for name, place in places.items():
        text = text.replace("{" + name + "}", place)
    return text


def all_shapes(pattern="*"):
    return [Shape(path) for path in sorted((FOLDER / "shapes").glob(pattern + ".json"))]
