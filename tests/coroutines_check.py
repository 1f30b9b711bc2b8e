#!/usr/bin/env python3
"""Checks the two rules of CONTRIBUTING.md on coroutines, in the .h and .cpp files below router/ and tests/.

g++ 12 may destroy twice what it keeps in a coroutine's frame in two cases, so that they are left out of the house:

Lambdas: a coroutine is no lambda with captures; what it needs are parameters, by value where it outlives its caller.
Awaits: in an expression with co_await no object is made that has something to destroy. The arguments of an awaited call are
names, numbers and std::move(name), or what is known to be trivial (TRIVIAL, VIEWS); anything else has a name first:

    const auto claims = co_await check(token, std::move(nonce));           good
    auto checking = check(std::string(text), {nonce});                     good: the task has a name
    const auto claims = co_await checking;
    const auto claims = co_await check(std::string(text), {nonce});        a fault

The check reads text, not types: a call that returns a reference, a pointer or a number by a name that it does not know is a
fault as well, and gets a name.

    coroutines_check.py [DIR]     DIR holds router/ and tests/ (default: the repository)
    coroutines_check.py --test    checks the checker

Exit code 0 when all is well, 1 with one line per fault, 2 when there is nothing to check.
"""
import pathlib
import re
import sys

FOLDERS = ("router", "tests")
SUFFIXES = {".h", ".hpp", ".cpp"}

# Calls that return a reference, a pointer, a view of what lives on, a number or a duration, wherever they stand.
TRIVIAL = {"at", "back", "begin", "count", "data", "end", "error", "exchange", "front", "get", "get_if", "is", "length", "loop", "route",
           "size", "value", "milliseconds", "minutes", "seconds", "min", "max", "move", "static_cast", "ref", "const_cast"}
# Calls whose texts are std::string_view parameters: what they are given as "text" or {} is trivial.
VIEWS = {"send", "write"}

STRING = re.compile(r'R"([^()\\ ]{0,16})\((?:.|\n)*?\)\1"|"(?:\\.|[^"\\\n])*"')
COMMENT = re.compile(r"//[^\n]*|/\*(?:.|\n)*?\*/")
CHARACTER = re.compile(r"(?<![\w])'(?:\\.[^']*|[^'\\\n])'")
LAMBDA = re.compile(r"\[([^\[\]]*)\]\s*(?=[({])")
SUSPENDS = re.compile(r"\bco_(?:await|return|yield)\b")
CALL = re.compile(r"([\w:~]+)\s*(<[\w:&*,\s]*>)?\s*\($")
CLOSED_BY = {"(": ")", "[": "]", "{": "}"}


def bare(text):
    """The text with its comments blanked, texts as "" and characters as 0; line breaks stay where they are."""
    def blank(found):
        whole = found.group(0)
        if whole[0] == "/":
            return re.sub(r"[^\n]", " ", whole)
        return '""' + "\n" * whole.count("\n")
    return CHARACTER.sub("0", re.compile(f"{COMMENT.pattern}|{STRING.pattern}").sub(blank, text))


def closing(text, at):
    """Where the bracket at `at` is closed; the end of the text if it is not."""
    depth = 0
    for i in range(at, len(text)):
        if text[i] in "([{":
            depth += 1
        elif text[i] in ")]}":
            depth -= 1
            if depth == 0:
                return i
    return len(text)


def lambdas(text):
    """(where, captures, body from, body to) of every lambda with a body."""
    for found in LAMBDA.finditer(text):
        before = text[: found.start()].rstrip()
        if before and (before[-1].isalnum() or before[-1] in "_)]"):  # an index, or an attribute's end
            if not re.search(r"\b(?:return|co_return|co_await|case|else)$", before):
                continue
        at = found.end()
        if text[at] == "(":
            at = closing(text, at) + 1
            after = re.match(r"[^;{}()]*", text[at:])
            at += after.end()
        if at < len(text) and text[at] == "{":
            yield found.start(), found.group(1).strip(), at, closing(text, at)


def lambda_faults(text):
    found = list(lambdas(text))
    for where, captures, begin, end in found:
        body = text[begin:end]
        for _, _, inner, inner_end in found:  # another lambda's awaits are its own
            if begin < inner and inner_end < end:
                body = body[: inner - begin] + " " * (inner_end - inner) + body[inner_end - begin :]
        if captures and SUSPENDS.search(body):
            yield where, f"a lambda that captures [{captures}] is a coroutine"


def expression_end(text, at):
    """Where the operand of a co_await ends."""
    while at < len(text) and text[at] not in ")]};,":
        at = closing(text, at) + 1 if text[at] in "([{" else at + 1
    return min(at, len(text))


def operand_fault(operand):
    """What in `operand` is made there and may have something to destroy; None if nothing is."""
    callees = []  # of the brackets that are open
    for i, c in enumerate(operand):
        if c == "(":
            call = CALL.search(operand[: i + 1])
            name = call.group(1).split("::")[-1] if call else ""
            made_inside = any(callees)
            awaited = not made_inside and name and not re.match(r"\s*(?:\.|->)", operand[closing(operand, i) + 1 :])
            if name and not awaited and name not in TRIVIAL:
                return f"{call.group(1)}(...)"
            callees.append(name)
        elif c == "{":
            empty = operand[closing(operand, i) - 1 : closing(operand, i)] == "{" or not operand[i + 1 : closing(operand, i)].strip()
            if not (empty and callees and callees[-1] in VIEWS):
                return "{...}"
            callees.append("")
        elif c == "[":
            callees.append("")
        elif c in ")]}" and callees:
            callees.pop()
        elif c == '"' and operand[i : i + 2] == '""':
            compared = re.search(r"[=!]=\s*$", operand[:i])
            known = callees and (callees[-1] in VIEWS or callees[-1] in TRIVIAL)
            if not compared and not known:
                return 'a text, perhaps as a std::string'
    if re.search(r"\bco_await\b", operand):
        return "another co_await"
    return None


def statement_fault(before):
    """What of the statement stands around a co_await; `before` is the text in front of it."""
    start = max(before.rfind(c) for c in ";{}") + 1
    statement = before[start:]
    opened = []
    for i, c in enumerate(statement):
        if c in "([":
            opened.append(i)
        elif c in ")]" and opened:
            opened.pop()
    for i in opened:
        if not re.search(r"\b(?:if|while|switch|for)\s*(?:constexpr\s*)?$", statement[:i]):
            return "co_await inside of another call's arguments"
    return None


def await_faults(text):
    for found in re.finditer(r"\bco_await\b\s*", text):
        operand = text[found.end() : expression_end(text, found.end())]
        around = statement_fault(text[: found.start()])
        if around and "(" in operand:  # a named task may stand anywhere
            yield found.start(), around
        made = operand_fault(operand)
        if made:
            yield found.start(), f"co_await {' '.join(operand.split())}: {made} has no name"


def faults_of_text(text):
    """(line, fault) in the order of the text."""
    text = bare(text)
    if not SUSPENDS.search(text):
        return []
    found = sorted([*lambda_faults(text), *await_faults(text)])
    return [(text.count("\n", 0, where) + 1, fault) for where, fault in found]


def check(root):
    files = sorted(p for folder in FOLDERS for p in (root / folder).rglob("*") if p.suffix in SUFFIXES)
    if not files:
        print(f"no sources in {root}", file=sys.stderr)
        return 2
    wrong = False
    for path in files:
        for line, fault in faults_of_text(path.read_text(encoding="utf-8")):
            wrong = True
            print(f"{path.relative_to(root)}:{line}: {fault}")
    return 1 if wrong else 0


# A line of a coroutine, a word of the expected fault ("" = none).
EXAMPLES = [
    ("const auto found = co_await store.find(std::move(id));", ""),
    ("auto finding = store.find(std::string(id)); const auto found = co_await finding;", ""),
    ("const auto found = co_await store.find(std::string(id));", "std::string"),
    ("const auto found = co_await store.find(SessionId{id});", "{...}"),
    ("const auto found = co_await store.find({id, 1});", "{...}"),
    ("const auto found = co_await store.find({});", "{...}"),
    ('const auto found = co_await store.find("id");', "a text"),
    ("const auto found = co_await store.find(make_id(cookie));", "make_id"),
    ("const auto found = co_await store.find(std::move(id), make_id(cookie));", "make_id"),
    ("const auto found = co_await store.find(id + suffix_of(id));", "suffix_of"),
    ("const auto found =\n    co_await store.find(\n        std::string(id));", "std::string"),
    ("const auto found = co_await store_of(tenant).find(id);", "store_of"),
    ("const auto found = co_await std::make_shared<Store>()->find(id);", "make_shared"),
    ("co_await context.exchange.loop().wait(3);", ""),
    ("co_await base::take_turn(exchange.loop());", ""),
    ("co_await base::sleep_for(loop, base::milliseconds(20));", ""),
    ("co_await base::sleep_for(loop, delay_of(attempt));", "delay_of"),
    ("co_await from.read_some(room.data(), room.size());", ""),
    ("co_await (*found)->serve(call);", ""),
    ("co_await (*std::get_if<WaitingStage>(&stage.run))(context);", ""),
    ("auto done = co_await exchange.write({});", ""),
    ('auto done = co_await exchange.write("half");', ""),
    ("auto done = co_await exchange.write({data, size});", "{...}"),
    ('auto done = co_await connection.read_head(method == "HEAD");', ""),
    ('auto done = co_await connection.read_head(request.is("HEAD"));', ""),
    ("auto done = co_await send(*pending, values[at], -1, 'c', !last);", ""),
    ("if (!passed && again) passed = co_await attempt(head, true);", ""),
    ("if (co_await race.decided()) return;", ""),
    ("use(co_await store.find(id));", "arguments"),
    ("result.emplace(co_await task);", ""),
    ("const Pair both{co_await first(), co_await second()};", ""),  # a brace begins a statement: not seen
    ("const auto both = co_await first(co_await second());", "another"),
    ("// co_await store.find(std::string(id));", ""),
    ('log("co_await store.find(std::string(id))"); co_return;', ""),
    ("const auto ask = [](Store& store) -> Task<void> { co_await store.done(); };", ""),
    ("const auto ask = [&store]() -> Task<void> { co_await store.done(); };", "captures [&store]"),
    ("const auto ask = [=] { co_return 1; };", "captures [=]"),
    ("const auto ask = [this](int a) mutable -> Task<int> {\n  co_return a;\n};", "captures [this]"),
    ("loop.post([self] { self->go_on(); }); co_return;", ""),
    ("run([&] { return [](int a) -> Task<int> { co_return a; }; });", ""),
    ("values[at](now); co_return;", ""),
]


def test():
    wrong = 0
    for text, word in EXAMPLES:
        faults = faults_of_text(text)
        good = len(faults) >= 1 and any(word in fault for _, fault in faults) if word else not faults
        if not good:
            wrong += 1
            print(f"{text}\n    {faults or 'no fault'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments == ["--test"]:
        sys.exit(test())
    sys.exit(check(pathlib.Path(arguments[0] if arguments else pathlib.Path(__file__).parent.parent)))
