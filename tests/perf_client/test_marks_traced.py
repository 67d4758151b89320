#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a program marks is in the trace: spans, phases, arguments, counters, flows, threads by their names."""
import os
import shutil
import subprocess
import sys

sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "perf_v1_host")]
import checks  # noqa: E402
import daemon  # noqa: E402
from trace_model import Parsed  # noqa: E402

PROGRAM = os.path.join(checks.HOST, "tests", "mark_program")


def started(*arguments, program=PROGRAM, **environment):
    return subprocess.Popen(["timeout", "-k", "1", str(daemon.LIMIT_S), program, *arguments], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, text=True, env={**os.environ, **environment})


def finished(program):
    """Lets it end; the numbers that it printed."""
    numbers = [int(line) for line in program.communicate("\n", timeout=daemon.LIMIT_S)[0].split()]
    checks.equal(program.returncode, 0)
    return numbers


def threads(trace):
    return {event["tid"]: event["args"]["name"] for event in trace.metadata if event["name"] == "thread_name"}


def exported(perfd):
    path = os.path.join(perfd.work, "pulled.json")
    perfd.perfctl("export", "-o", path)
    with open(path, "rb") as file:
        return Parsed(file.read())


def traced(perfd, **environment):
    perfd.perfctl("start", "marks")
    checks.equal(finished(started(PERF_SOCKET=perfd.path, **environment)), [0, 0, 0])
    perfd.perfctl("stop")
    return exported(perfd)


def of_lane(trace, name):
    tid = {name: tid for tid, name in threads(trace).items()}[name]
    return [event for event in trace.events if event["tid"] == tid]


def spans(events):
    """Name and category of each span, in the order of their beginnings, outer ones first."""
    found = [event for event in events if event["ph"] == "X"]
    found.sort(key=lambda event: (event["ts"], -event["dur"]))
    return [(event["name"], event["cat"]) for event in found]


FRAME = [("frame", "program"), ("ui", "program"), ("layout", "work"), ("render", "program"), ("blur", "draw"),
         ("blur", "draw")]


def expect_marks(trace, arguments):
    main = of_lane(trace, "mark_program")
    checks.equal(spans(main), FRAME * 2)
    checks.equal([event["name"] for event in main if event["ph"] == "i"], ["blurred"] * 4)
    checks.equal([event["args"] for event in main if event["ph"] == "C"],
                 [{"value": 21}, {"value": 42}, {"value": 43}])
    decoder = of_lane(trace, "decoder")
    checks.equal(spans(decoder), [("decode", "program")] * 3)
    if arguments:
        checks.equal([event["args"]["arg"] for event in decoder if event["ph"] == "X"], [0, 1, 2])
        checks.equal([event["args"]["arg"] for event in main if event["name"] == "blur"], [-3] * 4)
    flows = [event for event in trace.events if event["ph"] in "stf"]
    checks.equal([(event["ph"], event["tid"]) for event in flows],
                 [("s", decoder[0]["tid"]), ("f", main[0]["tid"])])


@checks.check
def every_mark_is_in_the_trace():
    with daemon.Daemon() as perfd:
        trace = traced(perfd)
        expect_marks(trace, True)
        metrics = perfd.json("metrics")
        health = metrics["health"]
        # 2 frames of 2 + 3 phases + 2 + 2 * (2 + 1), 2 counters, a third and the flow's end; the thread's 7.
        checks.equal(health["written"], 2 * 13 + 2 + 2 + 7)
        checks.equal(health["resident"], 37)
        checks.true(health["ledgerBalanced"], "the ledger")
        checks.equal(metrics["frames"], 2)
        # Of the second frame the GPU's time came later.
        gpu = [event["args"].get("gpu") for event in trace.events if event["name"] == "frame" and event["tid"] == 0]
        checks.equal(gpu, ["3.000000"])


@checks.check
def lanes_are_told_apart_by_call():
    """Twenty threads of one name, one after the other: more lanes than one call lists."""
    with daemon.Daemon("--lanes", "32") as perfd:
        perfd.perfctl("start", "marks")
        program = started("20", PERF_SOCKET=perfd.path)
        program.communicate("\n" * 21, timeout=daemon.LIMIT_S)
        perfd.perfctl("stop")
        lanes = perfd.json("lanes")["lanes"]
        checks.equal([(lane["lane"], lane["name"]) for lane in lanes],
                     [(0, ""), (1, "mark_program")] + [(number, "decoder") for number in range(2, 22)])
        # A thread's three spans and the flow's start; the program's 20 rounds of two frames: 13 marks each and a
        # counter, and the flow's end; and the counter's last value.
        checks.equal([lane["written"] for lane in lanes], [0, 20 * (2 * 14 + 1) + 1] + [7] * 20)
        checks.true(all(lane["closed"] and lane["records"] == 8192 for lane in lanes[1:]), lanes)
        # As the trace has them.
        trace = exported(perfd)
        for lane in lanes:
            counts = trace.other["lanes"][str(lane["lane"])]
            checks.equal([counts.get("name", "")] + [counts[key] for key in ("written", "resident", "overwritten")],
                         [lane[key] for key in ("name", "written", "resident", "overwritten")])
        table = perfd.perfctl("lanes").splitlines()
        checks.equal(len(table), 23)
        checks.equal(table[3].split(), ["2", "8192", "7", "7", "0", "0", "closed", str(lanes[2]["pid"]), "mark_program",
                                        "decoder"])


@checks.check
def each_process_has_its_own_lanes():
    """Two at once, one of them with a name that needs care: proc(5) has 15 bytes of it, and ends it with a newline."""
    with daemon.Daemon() as perfd:
        odd = os.path.join(perfd.work, 'say "é"\x1b\\ twice')
        shutil.copy(PROGRAM, odd)
        perfd.perfctl("start", "two")
        programs = [started(PERF_SOCKET=perfd.path, program=program) for program in (PROGRAM, odd)]
        for program in programs:
            for _ in range(3):
                program.stdout.readline()
        pids = [daemon.children(program.pid)[0] for program in programs]
        for program in programs:
            finished(program)
        perfd.perfctl("stop")
        trace = exported(perfd)
        names = ["mark_program", 'say "é"\x1b\\ twic']
        checks.equal({pid: trace.processes.get(pid) for pid in pids}, dict(zip(pids, names)))
        for pid, name in zip(pids, names):
            checks.equal(sorted(threads(trace)[tid] for tid, of in trace.pids.items() if of == pid),
                         sorted(["decoder", name]))
        lanes = {lane["lane"]: (lane["pid"], lane["process"]) for lane in perfd.json("lanes")["lanes"][1:]}
        checks.equal({tid: (pid, trace.processes[pid]) for tid, pid in trace.pids.items() if tid != 0}, lanes)


@checks.check
def the_fake_clock_counts():
    """By calls, in steps of a microsecond for each mark: the same durations in every run."""
    with daemon.Daemon() as perfd:
        first = traced(perfd, PERF_FAKE_CLOCK="1")
        expect_marks(first, False)
        again = traced(perfd, PERF_FAKE_CLOCK="1")
    for name in ("mark_program", "decoder"):
        lanes = [[(event["name"], event["ts"] - of_lane(trace, name)[0]["ts"], event.get("dur"))
                  for event in of_lane(trace, name)] for trace in (first, again)]
        checks.equal(lanes[0], lanes[1], name)
    durations = [event["dur"] for event in of_lane(first, "decoder") if event["ph"] == "X"]
    checks.equal(durations, [2000, 1000, 1000])  # the first holds the flow's start, too


@checks.check
def a_program_runs_without_a_service():
    nowhere = finished(started(PERF_SOCKET="/nonexistent/perfd.sock"))
    checks.equal(nowhere, [-1, -2, -2])


@checks.check
def only_the_categories_that_were_asked_for():
    with daemon.Daemon() as perfd:
        def session(*categories):
            perfd.perfctl("start", "marks", *categories)
            finished(started(PERF_SOCKET=perfd.path))
            perfd.perfctl("stop")
            trace = exported(perfd)
            export = trace.other["export"]
            checks.equal(export["copied"], sum(export[key] for key in ("exported", "cut", "filtered", "unpaired",
                                                                       "outside")))
            return trace, [event for event in trace.events if "cat" in event], export["filtered"]

        everything, marks, filtered = session()
        checks.equal((filtered, "categories" in everything.other), (0, False))
        for wanted, named in ((("draw",), {"blur": 4}), (("work",), {"layout": 2}),
                              (("work", "draw"), {"blur": 4, "layout": 2})):
            trace, kept, filtered = session("--categories", ",".join(wanted))
            checks.equal(trace.other["categories"], ",".join(wanted))
            checks.equal({name: sum(mark["name"] == name for mark in kept) for name in named}, named)
            checks.equal(sum(named.values()), len(kept))
            # Each of them is a span, of two marks, and everything else was left out.
            checks.equal(trace.other["export"]["exported"], 2 * len(kept))
            checks.equal(filtered, everything.other["export"]["exported"] - 2 * len(kept))
            checks.equal([event["name"] for event in trace.events if event["tid"] == 0],
                         [event["name"] for event in everything.events if event["tid"] == 0])
        _, kept, filtered = session("--categories", "program,work,draw")
        checks.equal((len(kept), filtered), (len(marks), 0))
        _, kept, filtered = session("--categories", ",")
        checks.equal((kept, filtered), ([], everything.other["export"]["exported"]))
        said = daemon.run(daemon.PERFCTL, "--connect", perfd.address, "start", "x", "--categories", "a" * 128)
        checks.equal((said.returncode, b"invalid" in said.stderr), (1, True))


@checks.check
def nothing_is_marked_while_no_session_runs():
    with daemon.Daemon() as perfd:
        checks.equal(finished(started(PERF_SOCKET=perfd.path))[0], 0)
        perfd.perfctl("start", "later")
        health = perfd.json("metrics")["health"]
        checks.equal((health["written"], health["labelsUsed"]), (0, 1))  # `<unknown>`


@checks.check
def a_session_turns_marks_on_in_a_program_that_runs():
    with daemon.Daemon() as perfd:
        program = started(PERF_SOCKET=perfd.path)
        for _ in range(3):
            program.stdout.readline()
        perfd.perfctl("start", "late")
        finished(program)
        perfd.perfctl("stop")
        # The flow's end was marked before; the counter's total of both frames and the one more, at the end.
        trace = exported(perfd)
        checks.equal([event["args"] for event in trace.events if event["ph"] == "C"], [{"value": 43}])


checks.main()
