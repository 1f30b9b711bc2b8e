"""What differs between a recording and what was seen, and which differences are intended.

intended.json is a list of rules: a difference that has no rule is a fault, and so is a rule without a difference.

    row       the row of docs/compatibility.md that says so
    reason    why it is right
    shapes    pattern of names of shapes (default: any)
    request   pattern of request lines (default: any)
    field     what differs: `starts`, `status`, `body`, `header.NAME`, `asked` (which requests reached the back-ends),
              `asked.header.NAME`, `asked.body`; or `answer`: the status, and with it all else of the exchange
    here      pattern of what this router says; `absent` where it says nothing, {there} for what the Node router says
    there     the same of the Node router (default: any)
"""
import dataclasses
import fnmatch
import json
import re


@dataclasses.dataclass(frozen=True)
class Difference:
    shape: str
    request: str
    field: str
    there: object
    here: object


def report(found):
    """One paragraph for each kind of difference, with the requests that have it."""
    kinds = {}
    for difference in found:
        kinds.setdefault((difference.field, spelled(difference.there), spelled(difference.here)), []).append(difference.request)
    for (field, there, here), requests in kinds.items():
        more = f"  (and {len(requests) - 3} more)" if len(requests) > 3 else ""
        yield f"  {field}\n    there {there!r}\n    here  {here!r}\n    {'; '.join(requests[:3])}{more}"


def spelled(value):
    if value is None:
        return "absent"
    return value if isinstance(value, str) else json.dumps(value)


def matches(pattern, text):
    """* is any text, all else is itself."""
    return re.fullmatch(".*".join(re.escape(part) for part in pattern.split("*")), text, re.S) is not None


class Intended:
    def __init__(self, rules):
        self.rules = rules
        self.used = set()

    def covers(self, difference):
        found = [index for index, rule in enumerate(self.rules) if self.fits(rule, difference)]
        self.used.update(found)
        return bool(found)

    @staticmethod
    def fits(rule, difference):
        there = spelled(difference.there)
        here = rule["here"].replace("{there}", there)
        return (any(fnmatch.fnmatchcase(difference.shape, shape) for shape in rule.get("shapes", "*").split(" "))
                and matches(rule.get("request", "*"), difference.request) and matches(rule["field"], difference.field)
                and matches(here, spelled(difference.here)) and matches(rule.get("there", "*"), there))

    def unused(self, shapes):
        """Rules that hold for one of these shapes, and that nothing needed."""
        for index, rule in enumerate(self.rules):
            if index not in self.used and any(fnmatch.fnmatchcase(shape, pattern) for shape in shapes
                                              for pattern in rule.get("shapes", "*").split(" ")):
                yield rule


def differences(shape, there, here, intended):
    """Those that are not intended."""
    if there["starts"] != here["starts"]:
        yield from left([Difference(shape, "(start)", "starts", there["starts"], here["starts"])], intended)
        return
    seen = numbered(here)
    for title, expected in numbered(there).items():
        if title in seen:
            yield from left(of_exchange(shape, expected, seen[title], intended), intended)
        else:
            yield from left([Difference(shape, title[0], "exchange", expected["status"], None)], intended)
    for title in seen.keys() - numbered(there).keys():
        yield from left([Difference(shape, title[0], "exchange", None, seen[title]["status"])], intended)


def numbered(one):
    """Exchanges by request line and how many times that line was before."""
    found, times = {}, {}
    for exchange in one["exchanges"]:
        title = exchange["request"]
        found[title, times.setdefault(title, 0)] = exchange
        times[title] += 1
    return found


def left(found, intended):
    return [difference for difference in found if not intended.covers(difference)]


def of_exchange(shape, there, here, intended):
    title = there["request"]
    found = []

    def note(field, one, other):
        if one != other:
            found.append(Difference(shape, title, field, one, other))

    if there["status"] != here["status"]:
        whole = Difference(shape, title, "answer", there["status"], here["status"])
        if intended.covers(whole):
            return []
    note("status", there["status"], here["status"])
    note_fields(note, "header.", there["headers"], here["headers"])
    note("body", there["body"], here["body"])
    one, other = ([call["request"] for call in exchange["asked"]] for exchange in (there, here))
    note("asked", one, other)
    if one == other:
        for expected, seen in zip(there["asked"], here["asked"]):
            note_fields(note, "asked.header.", expected["headers"], seen["headers"])
            note("asked.body", expected["body"], seen["body"])
    return found


def note_fields(note, prefix, there, here):
    for name in sorted({*there, *here}):
        note(prefix + name, there.get(name), here.get(name))
