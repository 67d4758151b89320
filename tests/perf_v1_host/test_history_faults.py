#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A history that is none, that cannot be written, that two write at once, and whose writer dies: what is there stays
whole, and one line says what is wrong."""
import os
import resource
import shutil
import sqlite3
import subprocess
import time

import checks
from daemon import LIMIT_S, PERFCTL
from history_runs import ONE, TWO, History, faulty, run

FIGURES = {f"figure {i}": i / 7 for i in range(300)}
NOBODY = 65534


def wide(value):
    """A run of many figures: more than one page of the file."""
    return run({**FIGURES, "own": value})


def content(path):
    with open(path, "rb") as file:
        return file.read()


def refuses(history, words, code=2, **options):
    """What is there stays as it is, for all that read or write it."""
    before = content(history.db)
    for arguments in (("add", history.file([run({"ms": 1})]), "--commit", ONE), ("list",), ("trend", "*"),
                      ("html", "-o", history.path("out")), ("export", "-o", history.path("out"))):
        said = history.perfctl(*arguments, code=code, words=words, **options).stderr
        checks.equal(said.count("\n"), 1, said)
    checks.equal(content(history.db), before)
    checks.equal([name for name in os.listdir(history.folder) if not name.startswith("run")], ["perf-history.db"])


@checks.check
def a_file_that_is_no_database():
    for text in (b"no database at all\n" * 20, b"SQLite format 3", b"\0" * 4096):
        with History() as history:
            with open(history.db, "wb") as file:
                file.write(text)
            refuses(history, ["not an SQLite database"])


@checks.check
def a_database_of_another_program():
    for sql in ("CREATE TABLE run (id INTEGER)", "PRAGMA application_id = 7", "PRAGMA user_version = 1",
                "PRAGMA journal_mode = WAL; CREATE TABLE run (id INTEGER)"):
        with History() as history:
            database = sqlite3.connect(history.db)
            database.executescript(sql)
            database.close()
            refuses(history, ["another program"])


@checks.check
def a_newer_version():
    with History() as history:
        history.add(ONE, [run({"ms": 1})])
        history.ask("PRAGMA user_version = 2")
        refuses(history, ["newer version"])


@checks.check
def a_database_that_is_cut_off():
    for part in (0.3, 0.6, 0.95):
        with History() as history:
            history.add(ONE, [wide(1)])
            os.truncate(history.db, int(os.path.getsize(history.db) * part))
            refuses(history, ["damaged"])


@checks.check
def our_mark_on_other_tables():
    with History() as history:
        history.add(ONE, [run({"ms": 1})])
        application = history.ask("PRAGMA application_id")[0][0]
        os.remove(history.db)
        history.ask("CREATE TABLE run (id INTEGER)")
        history.ask(f"PRAGMA application_id = {application}")
        said = history.perfctl("list", code=2, words=["no such"]).stderr
        checks.equal(said.count("\n"), 1, said)


@checks.check
def what_is_no_file():
    with History() as history:
        os.mkdir(history.db)
        history.perfctl("list", code=2, words=["Is a directory"])
        history.add(ONE, [run({"ms": 1})], code=2, words=["Is a directory"])
        history.perfctl("list", code=2, db="/dev/null", words=["not a regular file"])
        history.perfctl("list", code=2, db=history.path("gone"), words=["No such file"])
        checks.equal(os.path.exists(history.path("gone")), False, "a reader makes none")
        open(history.path("empty"), "wb").close()
        history.perfctl("list", code=2, db=history.path("empty"), words=["empty"])
        history.add(ONE, [run({"ms": 1})], db=history.path("empty"))
        history.add(ONE, [run({"ms": 1})], code=1, db=history.path("no/folder"), words=["No such file"])


@checks.check
def names_with_a_meaning_to_sqlite_are_files():
    with History() as history:
        for name in (":memory:", "file:x?mode=memory"):
            history.add(ONE, [run({"ms": 1})], db=name, cwd=history.folder)
            checks.true(os.path.getsize(history.path(name)) > 0, name)


@checks.check
def where_one_may_not_write():
    with History() as history:
        history.add(ONE, [run({"ms": 1})])
        before = content(history.db)
        program = shutil.copy(PERFCTL, history.path("perfctl"))
        file = history.file([run({"ms": 2})])
        os.chmod(history.db, 0o444)
        os.chmod(history.folder, 0o555)
        user = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.getuid() == 0 else {}

        def say(*arguments):
            done = subprocess.run([program, "history", *arguments], capture_output=True, text=True, timeout=LIMIT_S,
                                  check=False, **user)
            return done.returncode, done.stderr

        try:
            checks.equal(say("add", file, "--commit", TWO, "--db", history.db)[0], 1)
            checks.true("read-only" in say("add", file, "--commit", TWO, "--db", history.db)[1], "it is said")
            code, said = say("add", file, "--commit", TWO, "--db", history.path("new.db"))
            checks.equal((code, "Permission denied" in said, said.count("\n")), (1, True, 1), said)
            checks.equal(say("list", "--db", history.db), (0, ""), "it can be read")
            checks.equal((content(history.db), os.path.exists(history.path("new.db"))), (before, False))
        finally:
            os.chmod(history.folder, 0o755)


@checks.check
def a_full_disk_takes_all_of_a_run_or_nothing():
    with History() as history:
        history.add(ONE, [wide(1)])
        before = content(history.db)
        refused = 0
        for space in range(0, 120000, 6000):
            done = history.add(TWO, [wide(2)], code=None, env=faulty(f"space={space}"))
            if done.returncode == 0:
                break
            refused += 1
            checks.equal((done.returncode, done.stderr), (1, f"perfctl: {history.db}: No space left on device\n"))
            history.check_whole(1)
            checks.equal(history.perfctl("list").stdout.count(TWO[:12]), 0)
        checks.true(refused > 5, refused)
        history.check_whole(2)
        checks.true(content(history.db) != before, "with space it goes in")


@checks.check
def a_disk_that_fails_takes_nothing():
    with History() as history:
        history.add(ONE, [wide(1)])
        history.add(TWO, [wide(2)], code=1, words=["Input/output error"], env=faulty("fsync-error"))
        history.check_whole(1)
        # No new file that is half a history, either.
        history.add(TWO, [wide(2)], code=1, db=history.path("new"), env=faulty("space=5000"))
        history.add(TWO, [wide(2)], db=history.path("new"))


@checks.check
def a_file_that_may_not_grow():
    with History() as history:
        history.add(ONE, [run({"ms": 1})])
        size = os.path.getsize(history.db)
        history.add(TWO, [wide(2)], code=1, words=["File too large"], restore_signals=False,
                    preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)))
        history.check_whole(1)


@checks.check
def two_writers_at_once():
    with History() as history:
        ends = []
        for commit in (ONE, TWO):
            files = [history.file([wide(i)]) for i in range(25)]
            ends.append(subprocess.Popen([PERFCTL, "history", "add", "--db", history.db, "--commit", commit, *files],
                                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
        for end in ends:
            out, said = end.communicate(timeout=LIMIT_S)
            checks.equal((end.returncode, said, out.count("added")), (0, "", 25))
        history.check_whole(50)
        checks.equal(history.ask("SELECT count(*) FROM figure"), [(50 * 301,)])
        checks.equal(history.ask("SELECT commit_sha, count(DISTINCT repetition) FROM run GROUP BY 1 ORDER BY 1"),
                     [(ONE, 25), (TWO, 25)])


@checks.check
def a_lock_is_waited_for_and_then_said():
    with History() as history:
        history.add(ONE, [run({"ms": 1})])
        other = sqlite3.connect(history.db, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        start = time.monotonic()
        history.add(TWO, [run({"ms": 2})], code=1, words=["locked by another program"])
        checks.true(4 < time.monotonic() - start < 20, time.monotonic() - start)
        waiting = subprocess.Popen([PERFCTL, "history", "add", "--db", history.db, "--commit", TWO,
                                    history.file([run({"ms": 2})])], stdout=subprocess.DEVNULL)
        time.sleep(0.5)
        checks.equal(waiting.poll(), None, "it waits")
        other.execute("ROLLBACK")
        other.close()
        checks.equal(waiting.wait(LIMIT_S), 0)
        history.check_whole(2)


@checks.check
def killed_in_the_middle_it_is_all_there_or_nothing():
    """Each of its waits for the disk is long, so that some kill hits between any two of them."""
    with History() as history:
        history.add(ONE, [wide(0)])
        runs, journals = 1, 0
        for i in range(12):
            adding = subprocess.Popen([PERFCTL, "history", "add", "--db", history.db, "--commit", f"{i:07x}",
                                       history.file([wide(i)])], env=faulty("fsync-ms=200"), stdout=subprocess.DEVNULL)
            time.sleep(0.08 * i + 0.04)
            adding.kill()
            adding.wait()
            journals += os.path.exists(history.db + "-journal")
            after = len(history.json("list")["runs"])
            checks.true(after in (runs, runs + 1), (runs, after))
            runs = after
            history.check_whole(runs)
            checks.equal(history.ask("SELECT count(*) FROM figure"), [(runs * 301,)])
        checks.true(journals > 0, "some kill came before the transaction's end")
        checks.true(runs > 1, "and some behind it")


checks.main()
