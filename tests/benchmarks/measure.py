"""Measures one way of running one program: `python -m tests.benchmarks.measure WAY < program`.

Prints a JSON object: `seconds` of processor time, as a plain run also waits, which the recorder does in no
time; and for the recorder `steps`, `raw` and `compressed` bytes.
"""

import sys

WAY = sys.argv[1]
if WAY in ("recorded", "plain loop"):
    sys.modules["_asyncio"] = None  # type: ignore[assignment]

import gc
import gzip
import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import NoReturn

type Measured = dict[str, float]

# The recorder puts a virtual clock in its place.
_clock: Callable[[], float] = time.process_time


def plain(source: str) -> Measured:
    """The program alone."""
    code = compile(source, "snippet.py", "exec")
    import asyncio  # noqa: F401

    began = _clock()
    exec(code, {"__name__": "__main__"})
    return {"seconds": _clock() - began}


def on_the_plain_loop(source: str) -> Measured:
    """The program in the recorder's world, with asyncio in Python on virtual time, and nobody looking."""
    from tests.capture.plain import PlainRun

    def stop(outcome: object) -> NoReturn:
        raise AssertionError(outcome)

    run = PlainRun(source, stop)
    gc.freeze()
    began = _clock()
    run.run()
    return {"seconds": _clock() - began}


def traced_by_viztracer(source: str) -> Measured:
    """The program under viztracer, which records calls and returns in C."""
    from viztracer import VizTracer  # type: ignore[import-untyped]

    code = compile(source, "snippet.py", "exec")
    import asyncio  # noqa: F401

    tracer = VizTracer(tracer_entries=2_000_000, verbose=0)
    namespace = {"__name__": "__main__"}
    began = _clock()
    tracer.start()
    exec(code, namespace)
    tracer.stop()
    seconds = _clock() - began
    tracer.clear()
    return {"seconds": seconds}


def recorded(source: str) -> Measured:
    """The program under the recorder, from its source to the last step in the journal."""
    from app.capture.run import Recording
    from app.trace.document import Outcome
    from app.trace.journal import Journal, journal_size, read_journal
    from app.trace.limits import Limits

    def stop(outcome: Outcome) -> NoReturn:
        raise AssertionError(outcome)

    limits = replace(Limits(), steps=1_000_000)
    buffer = bytearray(journal_size(limits.steps, limits.ledger_bytes))
    journal = Journal(buffer, limits.steps)
    # As the recording child does.
    gc.freeze()
    began = _clock()
    outcome = Recording(journal, limits, stop).run(source)
    seconds = _clock() - began
    trace = read_journal(bytes(buffer), source, {}, outcome)
    document = trace.to_json()
    return {
        "seconds": seconds,
        "steps": len(trace),
        "raw": len(document),
        "compressed": len(gzip.compress(document, 6)),
    }


WAYS: dict[str, Callable[[str], Measured]] = {
    "plain": plain,
    "plain loop": on_the_plain_loop,
    "viztracer": traced_by_viztracer,
    "recorded": recorded,
}

if __name__ == "__main__":
    result: Measured = WAYS[WAY](sys.stdin.read())
    # The recorder leaves its own standard output behind.
    print(json.dumps(result), file=sys.__stdout__)
