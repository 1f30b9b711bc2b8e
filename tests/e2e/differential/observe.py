"""Makes what was seen comparable: no ports, times, ids, tokens; what is left is behaviour."""
import hashlib
import json
import re
import urllib.parse

import client

# What one connection is told about itself, and sizes that go with it.
IGNORED = {"date", "connection", "keep-alive", "transfer-encoding", "content-length", "upgrade", "sec-websocket-accept"}
# Present or not, and nothing more.
OPAQUE = {"x-request-id", "x-correlationid", "traceparent", "etag", "last-modified", "x-vcap-request-id", "sec-websocket-key",
          "x-csrf-token", "content-security-policy", "idempotency-key", "x-logout-id"}
# Of a login's URL: that they are there is all that can be compared.
PROTECTION = {"state", "nonce", "code_challenge", "code_challenge_method"}
LONGEST_BODY = 400


def canonical(text):
    """JSON in one spelling."""
    if not text.startswith(("{", "[")):
        return text
    try:
        return json.dumps(json.loads(text), sort_keys=True, ensure_ascii=False)
    except ValueError:
        return text


class Observer:
    def __init__(self, shape_text, places, provider):
        self.shape_text = shape_text
        self.provider = provider
        self.names = {place.split(":")[1]: name for name, place in places.items() if ":" in place}

    def text(self, value):
        """Ports and tokens by their names."""
        if self.provider:
            for token, name in list(self.provider.made.items()):
                value = value.replace(token, name)
        return re.sub(r"127\.0\.0\.1(?::|%3A|%3a)(\d+)",
                      lambda found: "{" + self.names.get(found[1], "somebody") + "}", value)

    def value(self, name, value):
        if name in OPAQUE and value not in self.shape_text and value.lower() != "required":
            return "*"
        if name == "set-cookie":
            return self.cookie(value)
        if name == "cookie":
            return "; ".join(sorted(self.pair(pair) for pair in re.split(r"; ?", value)))
        if name == "location":
            return self.location(self.text(value))
        if name == "sap-statistics-approuter":
            return re.sub(r"\d+", "N", value)
        if name == "content-type":
            return re.sub("boundary=.*", "boundary=*", value.lower())
        if name == "authorization":
            scheme, blank, credentials = self.text(value).partition(" ")
            return scheme.lower() + blank + credentials
        if name == "via":
            return re.sub(r"xs-router-[\w-]+", "xs-router-*", value)
        return self.text(value)

    def pair(self, pair):
        name, equals, value = pair.partition("=")
        name = re.sub(r"^(xsr-\w+)-\w$", r"\1-*", name)
        return name + equals + (value if value in self.shape_text else "*")

    def cookie(self, text):
        pair, *attributes = (part.strip() for part in text.split(";"))
        return "; ".join([self.pair(pair), *sorted(part.lower() for part in attributes if part)])

    def location(self, url):
        before, mark, query = url.partition("?")
        if not re.match(r"http://([\w-]+\.)?(\{provider\}|idp\.invalid)/", before):
            return url
        pairs = sorted(urllib.parse.parse_qsl(query, keep_blank_values=True))
        protection = [name for name, _ in pairs if name in PROTECTION]
        plain = before + mark + "&".join(f"{name}={value}" for name, value in pairs if name not in PROTECTION)
        return plain + (f" + {', '.join(protection)}" if protection else "")

    def fields(self, headers):
        found = {}
        for name, value in headers:
            if name in IGNORED:
                continue
            value = self.value(name, value)
            found.setdefault(name, []).append(value)
        if "vary" in found:
            found["vary"] = sorted(re.split(", ?", ", ".join(found["vary"]).lower()))
        return {name: "\n".join(sorted(values)) if name == "set-cookie" else ", ".join(values)
                for name, values in sorted(found.items())}

    def body(self, answer, was_asked):
        """Pages and texts that a router makes are told by what they are; all else is text."""
        coding = answer.header("content-encoding")
        if coding not in ("", "gzip", "x-own"):
            return f"{{{coding}}}"
        text = canonical(self.text(client.text_of(answer)))
        if text and text not in self.shape_text and not was_asked:
            if answer.status >= 300:
                return "{error}" if answer.status >= 400 else ""
            if "<script" in text and "{provider}" in text:
                return "{page that keeps the fragment}"
        if len(text) > LONGEST_BODY:
            return f"{text[:40]}... {hashlib.sha256(text.encode()).hexdigest()[:16]}"
        return text

    def answer(self, answer, was_asked):
        return {"status": answer.status, "headers": self.fields(answer.headers), "body": self.body(answer, was_asked)}

    def asked(self, name, method, target, headers, body):
        return {"request": f"{name} {method} {self.text(target)}", "headers": self.fields(headers), "body": self.text(body)}
