"""One request of a browser, redirects not followed."""
import dataclasses
import http.client


@dataclasses.dataclass
class Answer:
    status: int
    location: str
    cookies: list
    body: str


def request(port, path, cookies="", timeout=20):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", path, headers={"Accept": "text/html", **({"Cookie": cookies} if cookies else {})})
        response = connection.getresponse()
        body = response.read().decode("utf-8", "replace")
    finally:
        connection.close()
    set_cookies = [field.split(";", 1)[0] for field in response.headers.get_all("Set-Cookie") or []]
    return Answer(response.status, response.headers.get("Location") or "", set_cookies, body)
