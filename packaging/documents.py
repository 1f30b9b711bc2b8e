#!/usr/bin/env python3
"""Manual pages and shell completion, made from what the program says of itself.

    documents.py XS_ROUTER OUTPUT_DIR [DATE]    DATE: of the manual pages, YYYY-MM-DD

XS_ROUTER is asked for the help of each command; properties and variables are those of docs/reference.md. Writes xs-router.1, xs-app.json.5, xs-router.bash, _xs-router (zsh) and
xs-router.fish.
"""
import dataclasses
import datetime
import importlib.machinery
import importlib.util
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def script(name):
    """A script of scripts/ as a module."""
    loader = importlib.machinery.SourceFileLoader(name, str(ROOT / "scripts" / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


reference = script("reference")

PROGRAM = "xs-router"
# As CLI11 prints it: "  -w,--workingDir DIR         Directory with xs-app.json", the text on the next line where the first
# column is too narrow.
COLUMN = 30
OPTION = re.compile(r"^(?P<names>-[^\s]+)(?: (?P<value>.*))?$")


@dataclasses.dataclass
class Option:
    names: list  # as typed: -w, --workingDir
    value: str  # "" for a flag
    text: str

    @property
    def value_name(self):
        """`DIR` of "DIR", `UINT` of "UINT:INT in [1 - 60]=15", `Name: value` of "'Name: value' ..."."""
        quoted = re.match(r"'([^']*)'", self.value)
        return quoted[1] if quoted else re.split(r"[:= ]", self.value)[0]

    @property
    def is_place(self):
        return self.value_name in {"DIR", "FILE"} or "FILE" in self.value_name.split("|")


@dataclasses.dataclass
class Command:
    words: list  # [] for the program itself
    text: str = ""
    options: list = dataclasses.field(default_factory=list)
    arguments: list = dataclasses.field(default_factory=list)  # (name, text)
    commands: list = dataclasses.field(default_factory=list)

    def all(self):
        yield self
        for command in self.commands:
            yield from command.all()


def entries(lines):
    """[what, text] of each."""
    found = []
    for line in lines:
        if line[2:3].strip():
            is_short = line[COLUMN - 1:COLUMN] in ("", " ")
            found.append([line[2:COLUMN].strip(), line[COLUMN:]] if is_short else [line[2:], ""])
        elif found:
            found[-1][1] = line.strip()
    return found


def sections(help_text):
    """The lines below each heading, those of option groups, which are indented, among them."""
    lines = {}
    name = ""
    in_group = False
    for line in help_text.splitlines():
        in_group = line.startswith("[Option Group") or (in_group and (not line or line.startswith("  ")))
        line = line[2:] if in_group else line
        if heading := re.match(r"^([A-Z][a-z]+):$", line):
            name = heading[1]
        elif line.startswith("  "):
            lines.setdefault(name, []).append(line)
    return lines


def ask(program, words):
    told = reference.help_of(program, words)
    command = Command(words, text=told.splitlines()[0].strip())
    for name, lines in sections(told).items():
        for what, text in entries(lines):
            option = OPTION.match(what)
            if name == "Subcommands":
                command.commands.append(ask(program, [*words, what]))
            elif option and name:
                command.options.append(Option(option["names"].split(","), option["value"] or "", text))
            elif name == "Positionals":
                command.arguments.append((what.split(" ")[0].split(":")[0], text))
    return command


# Manual pages

def roff(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    text = "\n".join("\\&" + line if line.startswith((".", "'")) else line for line in text.split("\n"))
    return re.sub(r"`([^`]+)`", r"\\fB\1\\fR", text)


def bold(word):
    return f"\\fB{roff(word)}\\fR"


def title(name, section, date):
    return f'.TH {name} {section} "{date}" "xs\\-router" "xs\\-router"'


def option_paragraph(option):
    names = ", ".join(map(bold, option.names))
    value = f" \\fI{roff(option.value_name)}\\fR" if option.value else ""
    return [".TP", names + value, roff(option.text)]


def synopsis(command):
    words = " ".join(map(bold, [PROGRAM, *command.words]))
    shown = " [\\fIoptions\\fR]" + "".join(f" \\fI{roff(name)}\\fR" for name, _ in command.arguments)
    return words + (" \\fIcommand\\fR" if command.commands and command.words else "") + shown


def manual_of_program(program, date):
    lines = [title("XS\\-ROUTER", 1, date), ".SH NAME", "xs\\-router \\- front door of a business application, and its way out",
             ".SH SYNOPSIS"]
    for command in program.all():
        lines += [".br", synopsis(command)]
    lines += [".SH DESCRIPTION",
              "A reverse proxy that signs users in with OpenID Connect, routes their requests by",
              ".BR xs\\-app.json (5),",
              "and, when they leave, ends the session in the router, at the identity provider and in every back\\-end.",
              "Without a command it listens and serves.", ".SH OPTIONS"]
    for option in program.options:
        lines += option_paragraph(option)
    lines.append(".SH COMMANDS")
    for command in list(program.all())[1:]:
        lines += [".SS " + synopsis(command), roff(command.text)]
        for name, text in command.arguments:
            lines += [".TP", f"\\fI{roff(name)}\\fR", roff(text)]
        for option in command.options:
            if option.names[-1] != "--help":
                lines += option_paragraph(option)
    lines.append(".SH ENVIRONMENT")
    lines.append("The variables win over those of default\\-env.json in the directory.")
    for name, what in reference.variables():
        lines += [".TP", bold(name), roff(re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", what))]
    lines += [".SH SIGNALS", ".TP", "\\fBSIGTERM\\fR, \\fBSIGINT\\fR", "Finish what is under way, and end.",
              ".TP", "\\fBSIGHUP\\fR", "Read the configuration anew; one with errors is refused, and the old one goes on.",
              ".TP", "\\fBSIGUSR1\\fR", "Open \\fBLOG_FILE\\fR anew.",
              ".SH EXIT STATUS", "0: all is well. 1: not started, or the command said no. 2: it could not be told.",
              ".SH FILES", ".TP", "\\fI/etc/xs\\-router\\fR", "The directory that the systemd service serves.",
              ".TP", "\\fI/etc/xs\\-router/environment\\fR", "Its variables, secrets among them: for root alone.",
              ".SH SEE ALSO", ".BR xs\\-app.json (5)"]
    return "\n".join(lines) + "\n"


def manual_of_descriptor(date):
    lines = [title("XS\\-APP.JSON", 5, date), ".SH NAME", "xs\\-app.json \\- application descriptor of xs\\-router",
             ".SH DESCRIPTION",
             "Says which requests go where, who may send them, and what happens when somebody leaves. The first route whose",
             "source matches the path takes the request.", ".PP",
             "\\fBxs\\-router check\\fR names every fault in it, with line and column.",
             "A dot leads into an object, \\fB*\\fR stands for a name of your own.", ".SH PROPERTIES"]
    for path, kind, default, what in reference.properties():
        facts = [kind] * bool(kind) + [f"default: {default}"] * bool(default)
        lines += [".TP", bold(path), roff(what + (f" ({', '.join(facts)})" if facts else ""))]
    lines += [".SH FILES", ".TP", "\\fI/usr/share/xs\\-router/xs\\-app.json.example\\fR", "Every property once.",
              ".TP", "\\fI/usr/share/xs\\-router/xs\\-app.schema.json\\fR", "The same for editors.",
              ".SH SEE ALSO", ".BR xs\\-router (1)"]
    return "\n".join(lines) + "\n"


# Completion: after the words of a command come its options, its commands, or a file.

def own_words(command):
    return [child.words[-1] for child in command.commands] + [name for option in command.options for name in option.names]


def bash(program):
    cases = "\n".join(f"    '{' '.join(command.words)}') words='{' '.join(own_words(command))}' ;;" for command in program.all())
    places = sorted({name for command in program.all() for option in command.options if option.is_place for name in option.names})
    commands = "|".join(sorted({"'" + " ".join(command.words) + "'" for command in program.all() if command.words}))
    return f"""# Completion of xs-router for bash; made by packaging/documents.py.
_xs_router() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} command='' word words=''
  case ${{COMP_WORDS[COMP_CWORD - 1]}} in
    {'|'.join(places)})
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return ;;
  esac
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case "${{command:+$command }}$word" in
      {commands}) command="${{command:+$command }}$word" ;;
    esac
  done
  case $command in
{cases}
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  ((${{#COMPREPLY[@]}} > 0)) || mapfile -t COMPREPLY < <(compgen -f -- "$current")
}}
complete -o filenames -F _xs_router xs-router
"""


def single_quoted(text):
    return "'" + text.replace("'", "'\\''") + "'"


def zsh(program):
    def described_word(word, text):
        return single_quoted(word.replace(":", "\\:") + ":" + text)

    cases = []
    for command in program.all():
        described_words = [described_word(child.words[-1], child.text) for child in command.commands]
        described_words += [described_word(name, option.text) for option in command.options for name in option.names]
        cases.append(f"    '{' '.join(command.words)}') all=({' '.join(described_words)}) ;;")
    commands = "|".join(sorted({"'" + " ".join(command.words) + "'" for command in program.all() if command.words}))
    return f"""#compdef xs-router
# Completion of xs-router for zsh; made by packaging/documents.py.
_xs_router() {{
  local command='' word
  local -a all
  for word in "${{(@)words[2,CURRENT-1]}}"; do
    case "${{command:+$command }}$word" in
      {commands}) command="${{command:+$command }}$word" ;;
    esac
  done
  case $command in
{chr(10).join(cases)}
  esac
  _describe 'of xs-router' all
  _files
}}
_xs_router "$@"
"""


def fish(program):
    def quoted(text):
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"

    lines = ["# Completion of xs-router for fish; made by packaging/documents.py."]
    for command in program.all():
        inside = [f"__fish_seen_subcommand_from {word}" for word in command.words]
        names = [child.words[-1] for child in command.commands]
        here = "; and ".join(inside + ([f"not __fish_seen_subcommand_from {' '.join(names)}"] if names else []))
        condition = f" -n {quoted(here)}" if here else ""
        for child in command.commands:
            lines.append(f"complete -c xs-router{condition} -a {child.words[-1]} -d {quoted(child.text)}")
        for option in command.options:
            flags = " ".join(f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names)
            takes = " -r" if option.value else ""
            lines.append(f"complete -c xs-router{condition} {flags}{takes} -d {quoted(option.text)}")
    return "\n".join(lines) + "\n"


def write(program, folder, date):
    folder.mkdir(parents=True, exist_ok=True)
    made = {"xs-router.1": manual_of_program(program, date), "xs-app.json.5": manual_of_descriptor(date),
            "xs-router.bash": bash(program), "_xs-router": zsh(program), "xs-router.fish": fish(program)}
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")
    return made


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    date = sys.argv[3] if len(sys.argv) > 3 else datetime.date.today().isoformat()
    write(ask(sys.argv[1], []), pathlib.Path(sys.argv[2]), date)


if __name__ == "__main__":
    main()
