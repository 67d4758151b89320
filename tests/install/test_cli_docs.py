#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Man pages and completions: what each --help prints is in them, all of it and nothing else; and they work."""
import os
import re
import shlex
import subprocess
import sys
import tempfile

sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "perf_v1_host")]
import checks  # noqa: E402
from daemon import PERFCTL, PERFD, run  # noqa: E402

OUT = os.path.join(os.path.dirname(checks.HOST), "install")
PAGES = [os.path.join(OUT, "perfd.1"), os.path.join(OUT, "perfctl.1"),
         os.path.join(checks.ROOT, "docs/man/perf-client.3"), os.path.join(checks.ROOT, "docs/man/capnpc-nexus-c.1")]
COMMON = {"--connect", "-c", "--json", "-j", "--help", "-?", "--usage", "--version", "-V"}


def options_of(*command):
    """Read from --usage, which says it in other words than the --help that the pages are made of."""
    text = " ".join(run(*command, "--usage").stdout.decode().split())
    found = set(re.findall(r"\[(--?[a-z?V-]+)", text))
    single = re.search(r"\[-([A-Za-z?]+)\]", text)
    found = {name for name in found if not re.fullmatch(r"-[A-Za-z?]{2,}|--", name)}  # -- is no option
    return found | {"-" + letter for letter in (single[1] if single else "")}


def commands():
    text = run(PERFCTL, "--help").stdout.decode().split("Commands:")[1]
    return re.findall(r"^  (\w+)  ", text, re.M)


def items(lines):
    text = "\n".join(line for line in lines if line.startswith(".It"))
    long = re.findall(r"Fl Fl (\S+)", text)
    short = re.findall(r"(?<!Fl )Fl (?:\\&)?([^F\s])(?=\s|$)", text)
    return {"--" + name for name in long} | {"-" + name for name in short}


def sections(page):
    """What stands below each .Ss of the commands; before them, under ''."""
    found, name = {"": []}, ""
    with open(page, encoding="utf-8") as file:
        for line in file.read().split("\n"):
            match = re.match(r"\.S([sh]) (\w+)", line)
            if match:
                name = match[2] if match[1] == "s" else ""
            found.setdefault(name, []).append(line)
    return found


@checks.check
def the_pages_have_the_options_of_each_help():
    perfd = sections(PAGES[0])
    checks.equal(sorted(items(perfd[""])), sorted(options_of(PERFD)), "perfd")
    checks.true(len(options_of(PERFD)) > 15, "there are options")
    perfctl = sections(PAGES[1])
    checks.equal(items(perfctl[""]), COMMON, "perfctl")
    checks.equal([name for name in perfctl if name], commands(), "the commands, in their order")
    for name in commands():
        own = options_of(PERFCTL, name) - COMMON
        checks.equal(sorted(items(perfctl[name])), sorted(own), name)


@checks.check
def the_pages_are_clean():
    for page in PAGES:
        for command in (["mandoc", "-Tlint", page], ["groff", "-man", "-ww", "-Tutf8", "-z", page]):
            said = run(*command)
            # Whether the pages that it refers to are installed is the machine's matter.
            lines = [line for line in (said.stdout + said.stderr).decode().splitlines()
                     if "referenced manual not found" not in line and "outdated mandoc.db" not in line]
            checks.equal(lines, [])


@checks.check
def the_pages_say_the_rest():
    with open(PAGES[1], encoding="utf-8") as file:
        text = file.read()
    for title in ("ENVIRONMENT", "FILES", "EXIT STATUS", "EXAMPLES", "SEE ALSO"):
        checks.true(f".Sh {title}\n" in text, title)
    # Every variable that a program of the project asks for by name.
    code = subprocess.run(["grep", "-rhoE", r'(getenv|or_environment)\("PERF_[A-Z_]+"', "tools/perfctl", "source/libs"],
                          cwd=checks.ROOT, capture_output=True, text=True, check=True).stdout
    asked = set(re.findall(r"PERF_[A-Z_]+", code)) - {"PERF_FAKE_CLOCK"}
    checks.equal([name for name in sorted(asked) if name not in text], [])


def complete(line, cwd=None):
    """What bash offers at the end of a line: its words, broken as readline breaks them."""
    words = re.findall(r"[=:]|[^\s=:]+", line) + ([""] if line.endswith(" ") else [])
    program = words[0]
    script = (f"source {shlex.quote(os.path.join(OUT, 'completions', program))}\n"
              f"COMP_WORDS=({' '.join(shlex.quote(word) for word in words)})\nCOMP_CWORD={len(words) - 1}\n"
              f"_{program}\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"\n")
    done = subprocess.run(["bash", "--norc", "-u", "-c", script], cwd=cwd or checks.ROOT, capture_output=True,
                          text=True, timeout=20, check=True)
    checks.equal(done.stderr, "", line)
    return sorted(done.stdout.split())


@checks.check
def bash_offers_commands_and_options():
    checks.equal(complete("perfctl "), sorted(commands()))
    checks.equal(complete("perfctl sc"), ["scenario"])
    checks.equal(complete("perfctl --connect unix:/run/x.sock sn"), ["snapshots"])
    checks.equal(complete("perfctl --connect=unix:/run/x.sock -j sn"), ["snapshots"])
    bare = [name.rstrip("=") for name in complete("perfd -")]
    checks.equal(sorted(bare), sorted(options_of(PERFD)), "perfd")
    for name in commands():
        offered = [option.rstrip("=") for option in complete(f"perfctl {name} -")]
        checks.equal(sorted(offered), sorted(options_of(PERFCTL, name)), name)
    checks.equal(complete("perfctl gate --thr"), ["--thresholds="])


@checks.check
def bash_offers_values():
    with tempfile.TemporaryDirectory() as work:
        os.mkdir(os.path.join(work, "folder"))
        for name in ("one.json", "one.runlog"):
            with open(os.path.join(work, name), "w", encoding="ascii"):
                pass
        everything = ["folder", "one.json", "one.runlog"]
        for line, expected in (
            ("perfctl report ", everything),
            ("perfctl report one.r", ["one.runlog"]),
            ("perfctl report --baseline ", everything),
            ("perfctl report --baseline=", everything),
            ("perfctl report --baseline=one.j", ["one.json"]),
            ("perfctl report one.json -b one.j", ["one.json"]),
            ("perfctl replay --traces ", ["folder"]),
            ("perfctl report --count ", []),
            ("perfctl start ", []),
            ("perfctl scenario st", ["stalls", "steady", "storms"]),
            ("perfctl state ls ", everything),
            ("perfctl history li", ["list"]),
            ("perfctl --connect ", ["unix:"]),
            ("perfctl --connect unix:fo", ["folder"]),
            ("perfctl bridge --listen=unix:", everything),
            ("perfctl nonsense ", []),
            ("perfd --export-dir ", ["folder"]),
            ("perfd --socket=on", ["one.json", "one.runlog"]),
            ("perfd --frames ", []),
            ("perfd ", []),
        ):
            checks.equal(complete(line, work), expected, line)


if __name__ == "__main__":
    checks.main()
