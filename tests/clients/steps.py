# SPDX-License-Identifier: Apache-2.0
"""What every stock client does, in this order; docs/perf/interop.md has the same list.

A client is called with the path of perfd's socket and that of a file for the trace. It prints
`client: <library> <version>, <language> <version>`, then `ok - <step>` or `not ok - <step>: <why>` for
each step, then `N passed, N failed`.

Six ticks after 0, 10, 20, 35, 60 and 80 ms with a budget of 10 ms are the session: intervals of 10, 10,
15, 25 and 20 ms. Every client has the figures that follow from them written down, and compares all
answers of `metrics` with them, the 500 of the burst too.
"""

STEPS = {
    "start": "a session named `interop-<language>`; the call that its connection begins with",
    "marks": "markBegin and markEnd",
    "batch": "record with seven kinds of records, then with 64",
    "ticks": "frameTick six times, with times",
    "metrics": "ten figures worked out on paper, and the name; the ledger balances",
    "export by readTrace": "in chunks of 1,000 bytes; the JSON has the session's name, all marks and six frames",
    "error status": "notFound from stop, invalid from start and from record with 65",
    "pipelined first call": "info before the Bootstrap has returned, and once more after",
    "burst of 500": "500 calls sent before the first answer is read; each answer is right",
    "cancel": "100 calls dropped before they are answered, the last a readTrace; the connection serves on",
    "hang-up in mid call": "a connection closed with 200 calls out; the next client is served",
    "reconnect": "the session's connection closed; a new one finds it running, and stops it",
}

# The connections that these open, in their order, and how many calls the proxy waits for on each before
# it hands the client the first byte of an answer: who waits for an answer first would wait for ever.
NEVER = None
CONNECTIONS = [
    ("session", 1),
    ("pipelined", 1),
    ("burst", 500),
    ("cancel", 101),
    ("hang-up", NEVER),
    ("other", 1),
    ("reconnect", 1),
]

# Of the marks, in the trace.
MARKS = {"layout", "batch", "spot", "level", "hop", "load", "many"}
FRAMES = 6
# One each of the marks, 7 and 64 of the batches.
RECORDS = 2 + 7 + 64
# As many as a client can write while nobody reads: a socket's buffer holds them.
HANG_UP_CALLS = 200
