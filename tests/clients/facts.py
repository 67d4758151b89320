# SPDX-License-Identifier: Apache-2.0
"""What a client was seen to send, in words; and what each of them must have sent for its steps to mean anything."""
import checks
import steps

# Whether the server hears of a call that is dropped. capnp-es has nothing to say it with.
TELLS_OF_DROPPED = {"C++": True, "Rust": True, "JavaScript": False}


def kinds(taken, kind, side="client"):
    return [message for who, message in taken if who == side and message.kind == kind]


def before_answers(taken):
    """What the client sent before it could have any byte of the server."""
    sent = []
    for side, message in taken:
        if side == "server":
            break
        sent.append(message)
    return sent


def check_pipelined(name, taken):
    """The first call is on the answer to the Bootstrap in front of it, whose Return was held back."""
    sent = before_answers(taken)
    checks.equal(sent[0].kind, "bootstrap", f"{name}: first")
    first = next(message for message in sent if message.kind == "call")
    checks.equal((first.target, first.promised), ("promisedAnswer", sent[0].id), f"{name}: first call")


def check_all_returned(name, taken):
    """One Return a question, the dropped ones too: ids may be used again after that."""
    asked = len(kinds(taken, "bootstrap")) + len(kinds(taken, "call"))
    checks.equal(len(kinds(taken, "return", "server")), asked, f"{name}: Returns")


def check_cancel(language, taken):
    sent = before_answers(taken)
    out = {message.id for message in sent if message.kind == "call"}
    dropped = [message.id for message in sent if message.kind == "finish"]
    checks.equal(len(out), 101, "cancel: calls out, by id")
    checks.equal(len(dropped), 100 if TELLS_OF_DROPPED[language] else 0, "cancel: Finish before the Return")
    checks.equal(set(dropped) - out, set(), "cancel: Finish of no call")


def check_all(language, by_name):
    for name, taken in by_name.items():
        check_pipelined(name, taken)
    for name in ("session", "pipelined", "burst", "cancel", "other", "reconnect"):
        check_all_returned(name, by_name[name])
        for side, message in by_name[name]:
            if message.kind not in ("bootstrap", "call", "finish", "release", "return"):
                raise AssertionError(f"{name}: the {side} said {message}")
    burst = [message for message in before_answers(by_name["burst"]) if message.kind == "call"]
    checks.equal(len({message.id for message in burst}), 500, "burst: calls out, by id")
    hung_up = by_name["hang-up"]
    checks.equal(len(kinds(hung_up, "call")), steps.HANG_UP_CALLS, "hang-up: calls out")
    checks.equal([message for side, message in hung_up if side == "server"], [], "hang-up: answers")
    check_cancel(language, by_name["cancel"])


def later_calls(taken):
    """What calls are on after the Bootstrap's Return."""
    returned, targets = False, set()
    for side, message in taken:
        returned = returned or (side == "server" and message.kind == "return")
        if returned and message.kind == "call":
            targets.add(message.target)
    return " and ".join(sorted(targets))


def for_bootstrap(taken):
    """How it says that it has the Bootstrap's Return."""
    question = kinds(taken, "bootstrap")[0].id
    words = []
    for side, message in taken[1:]:
        if side == "client" and message.kind == "release":
            words.append("Release")
        if side == "client" and message.kind == "finish" and message.id == question:
            words.append("Finish" + (" with releaseResultCaps" if message.body["releaseResultCaps"] else ""))
            break
        if message.kind == "call" and message.id == question:
            break
    return ", ".join(words) or "nothing"


def left_open(taken):
    """Questions without a Finish when it closes."""
    open_ids = {}
    for side, message in taken:
        if side == "client" and message.kind in ("bootstrap", "call"):
            open_ids[message.id] = message
        elif side == "client" and message.kind == "finish":
            open_ids.pop(message.id, None)
    last = kinds(taken, "call")[-1]
    words = ["the Bootstrap" if message.kind == "bootstrap" else "the last call" if message is last else "a call"
             for message in open_ids.values()]
    return ", ".join(words) or "none"


def of(language, connections):
    """Checks, and gives the rows of the page's second table."""
    checks.equal(len(connections), len(steps.CONNECTIONS), "connections")
    by_name = {name: one.taken for (name, _), one in zip(steps.CONNECTIONS, connections)}
    for (name, _), one in zip(steps.CONNECTIONS, connections):
        checks.equal(one.ended, "client", f"{name}: who hung up")
    check_all(language, by_name)
    session = by_name["session"]
    calls = kinds(session, "call")
    finished = {message.id for message in kinds(session, "finish")} & {call.id for call in calls}
    return {
        "first call": calls[0].target + ", before the Bootstrap's Return",
        "its `transform`": calls[0].transform,
        "calls after that Return": later_calls(session),
        "says to the Bootstrap's Return": for_bootstrap(session),
        "Finish where `noFinishNeeded` is set": "sends it" if finished else "none",
        "100 calls dropped": "100 Finish before the first Return" if TELLS_OF_DROPPED[language] else
                             "nothing; Finish after each Return",
        "no Finish when it closes": left_open(by_name["pipelined"]),
    }
