"""Many cases of strangers' input, each in bounded time and memory: in a process of its own, which may die.

A case is a number: whatever it draws, it draws from `random.Random(number)`, so that a failure can be had again by its
number. Its outcome is a result, or one of chainrule's own errors; all else is a finding.
"""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import time
import traceback
import warnings
from collections.abc import Callable
from typing import Any

from chainrule.errors import ChainruleError

CASES = int(os.environ.get("CHAINRULE_FUZZ", "120"))  # make fuzz: 10,000
SECONDS, MEMORY = 10, 1 << 30  # of a case; beyond what the process has before
Case = Callable[[random.Random], Any]


def findings(case: Case, cases: int = CASES, first: int = 0) -> list[str]:
    """What went wrong, a line each, of so many cases."""
    found, at = [], first
    while at < first + cases:
        lines = _in_child(case, at, first + cases)
        for line in lines:
            at = line["case"] + 1
            if line["wrong"]:
                found.append(f"case {line['case']}: {line['wrong']}")
        if at < first + cases and (not lines or not lines[-1].get("last")):
            found.append(f"case {at}: its process ended")
            at += 1
    return found


def _in_child(case: Case, first: int, end: int) -> list[dict[str, Any]]:
    """The outcomes of the cases from `first` on, as far as a child came."""
    there, here = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(there)
        try:
            with os.fdopen(here, "w") as told:
                _limit_memory()
                for number in range(first, end):
                    wrong = _outcome(case, number)
                    told.write(json.dumps({"case": number, "wrong": wrong, "last": number == end - 1}) + "\n")
                    told.flush()
        finally:
            os._exit(0)
    os.close(here)
    with os.fdopen(there) as told:
        lines = [json.loads(line) for line in told if line.endswith("\n")]
    os.waitpid(child, 0)
    return lines


def _limit_memory() -> None:
    with open("/proc/self/statm") as file:
        held = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (held + MEMORY, resource.RLIM_INFINITY))


class _TooLong(BaseException):
    pass


def _outcome(case: Case, number: int) -> str:
    """What went wrong in one case; empty if nothing did."""

    def late(*_: Any) -> None:
        raise _TooLong

    signal.signal(signal.SIGALRM, late)
    signal.alarm(2 * SECONDS)  # a loop that never ends; what is merely slow is told by its time
    start = time.perf_counter()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.simplefilter("ignore", ResourceWarning)
            warnings.filterwarnings("ignore", module="chainrule")
            case(random.Random(number))
    except ChainruleError:
        pass
    except _TooLong:
        return f"took more than {2 * SECONDS} s"
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in place if "chainrule" in frame.filename] or list(place)
        return f"{type(error).__name__}: {str(error)[:200]} ({own[-1].filename.rpartition('/')[2]}, {own[-1].name})"
    finally:
        signal.alarm(0)
    took = time.perf_counter() - start
    return f"took {took:.1f} s" if took > SECONDS else ""


def mutated(chance: random.Random, content: bytes) -> bytes:
    """Bytes that were hurt: some changed, left out, doubled, cut, or put elsewhere; sometimes numbers grow."""
    hurt = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        if not hurt:
            break
        at = chance.randrange(len(hurt))
        length = chance.choice((1, 1, 2, 8, 64))
        how = chance.randrange(8)
        if how == 0:
            hurt[at] ^= 1 << chance.randrange(8)
        elif how == 1:
            hurt[at : at + length] = chance.randbytes(length)
        elif how == 2:
            del hurt[at : at + length]
        elif how == 3:
            hurt[at:at] = hurt[at : at + length] * chance.choice((1, 2, 50))
        elif how == 4:
            del hurt[at:]
        elif how == 5:
            hurt[at : at + 8] = chance.choice((b"\xff" * 8, b"\0" * 8, b"\x7f" + b"\xff" * 7))
        elif how == 6:
            digits = [i for i, byte in enumerate(hurt[:4096]) if 48 <= byte < 58]
            if digits:
                i = chance.choice(digits)
                hurt[i : i + 1] = chance.choice(
                    (b"999999999999", b"-1", b"1e400", b"nan", b"0", b"1_0", b"\xd9\xa3")
                )
        else:
            hurt[at:at] = chance.choice(
                (b"{", b"[" * 200, b'"', b"\\u0000", b"\r", b"\x1b[2J", b"=cmd|x", b",", b"\n")
            )
    return bytes(hurt)
