# SPDX-License-Identifier: Apache-2.0
"""The two tables of docs/perf/interop.md: written from a run, and compared with one."""
import os
import re
from collections import namedtuple

import checks
import steps

PAGE = os.path.join(checks.ROOT, "docs", "perf", "interop.md")
# version as run; the steps that were good both times; facts.of(), or None.
Column = namedtuple("Column", "version good seen")
# These have no package where this project's tests may install from.
NOT_RUN = ("Go", "Python")
WHAT = "what"
AS_RUN = "as run"
DID, DID_NOT, NOTHING = "yes", "no", "–"


def table_pattern(name):
    return re.compile(rf"(?<=<!-- {name}: test_clients\.py --write -->\n\n).*?(?=\n\n)", re.S)


def text_of(header, rows):
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines).replace("| --- ", "|---").replace(
        "--- |", "---|")


def tables(columns):
    """{name: lines of cells}."""
    languages = list(columns)
    matrix = [["step", WHAT, *languages, *NOT_RUN],
              [AS_RUN, "", *(columns[one].version for one in languages), *("no package" for _ in NOT_RUN)]]
    for step, what in steps.STEPS.items():
        cells = [DID if step in columns[one].good else DID_NOT for one in languages]
        matrix.append([step, what, *cells, *(NOTHING for _ in NOT_RUN)])
    sent = [["on the wire", *languages]]
    for fact in next(iter(columns.values())).seen:
        sent.append([fact, *(columns[one].seen[fact] for one in languages)])
    return {"steps": matrix, "wire": sent}


def write(columns):
    with open(PAGE, encoding="utf-8") as file:
        page = file.read()
    for name, (header, *rows) in tables(columns).items():
        text = text_of(header, rows)
        page, count = table_pattern(name).subn(lambda _, text=text: text, page)
        assert count == 1, f"{PAGE} has {count} places for the table {name}"
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(page)


def columns_of(lines):
    """{column: {row: cell}}."""
    return {column: {row[0]: row[i] for row in lines[1:]} for i, column in enumerate(lines[0]) if i}


def read(name):
    """The columns of a table in the page."""
    with open(PAGE, encoding="utf-8") as file:
        found = table_pattern(name).search(file.read())
    if not found:
        return {}
    lines = [[cell.strip() for cell in line[1:-1].split("|")] for line in found[0].splitlines()]
    return columns_of([lines[0], *lines[2:]])


def check_has(folder, stem):
    """The page shows this program, but for its licence."""
    name = next(name for name in os.listdir(folder) if name.startswith(stem + "."))
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        lines = file.read().splitlines()[1:]
    with open(PAGE, encoding="utf-8") as file:
        shown = "\n".join("    " + line if line else "" for line in lines) in file.read()
    checks.true(shown, f"the page shows another {name}")


def difference(ours, pages):
    rows = [row for row in {**ours, **pages} if row != AS_RUN and ours.get(row) != pages.get(row)]
    return "; ".join(f"{row!r}: {ours.get(row)!r} here, {pages.get(row)!r} there" for row in rows)


def compare(columns):
    """(what, why not) for each client that ran: its steps always, what it sends where its version is the page's."""
    written, sent = read("steps"), read("wire")
    outcome = [("the page says what the steps are", difference(steps.STEPS, written.get(WHAT, {})))]
    for language, column in columns.items():
        if column.seen is None:
            continue  # already counted
        ours = {name: columns_of(lines)[language] for name, lines in tables({language: column}).items()}
        theirs = written.get(language, {})
        outcome.append((f"{language}: the page has these steps", difference(ours["steps"], theirs)))
        if theirs.get(AS_RUN) == column.version:
            outcome.append((f"{language}: the page has what it sends",
                            difference(ours["wire"], sent.get(language, {}))))
        else:
            print(f"# {language}: here {column.version}, on the page {theirs.get(AS_RUN)}")
    return outcome
