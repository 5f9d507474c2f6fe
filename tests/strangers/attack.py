"""Many cases of strangers' input, each in bounded time and memory: in a process of its own, which may die.

A case is a number: whatever it draws, it draws from `random.Random(number)`, so that it can be had again by its number.
Its outcome is a result, or one of chainrule's own errors; all else is a finding.
"""

from __future__ import annotations

import json
import os
import random
import resource
import select
import signal
import traceback
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from chainrule.errors import ChainruleError

CASES = int(os.environ.get("CHAINRULE_FUZZ", "40"))  # make fuzz: 10,000
ONLY = os.environ.get("CHAINRULE_CASE")  # one that is had again
SECONDS, MEMORY = 10, 1 << 30  # of the processor's time, for a case; beyond what the process has before
PATIENCE = 20 * SECONDS  # until what only waits is given up: other work may be done on the machine, too
LONGEST = 10_000  # signs that an error may have: what came may be told whole
SHOWN = 20  # findings that are told
Case = Callable[[random.Random], Any]


@dataclass(frozen=True)
class Outcome:
    """How a case ended.

    Parameters
    ----------
    case : its number
    error : the name of chainrule's error; empty for a result
    wrong : why this is a finding; empty if it is none
    seconds : of the processor's time that it took, with the processes that it started
    memory : bytes at its peak, beyond what the process held before; of a process that it started all, if it held
        more than this one
    """

    case: int
    error: str = ""
    wrong: str = ""
    seconds: float = 0.0
    memory: int = 0


@dataclass(frozen=True)
class Figures:
    """What many cases came to; a line of the table in docs/quality.md."""

    cases: int
    results: int
    errors: int
    found: int
    seconds: float
    memory: int


FIGURES: dict[str, Figures] = {}  # by the test


def withstood(case: Case, cases: int = CASES) -> None:
    """Try so many cases; fails with all that went wrong, and how to have it again.

    Raises
    ------
    AssertionError
    """
    test = os.environ["PYTEST_CURRENT_TEST"].rpartition(" ")[0]
    outcomes = tried(case, *((int(ONLY), int(ONLY) + 1) if ONLY else (0, cases)))
    wrong = [each for each in outcomes if each.wrong]
    errors = sum(bool(each.error) for each in outcomes)
    FIGURES[test] = Figures(
        len(outcomes), len(outcomes) - errors - len(wrong), errors, len(wrong),
        max(each.seconds for each in outcomes), max(each.memory for each in outcomes),
    )  # fmt: skip
    if wrong:
        told = [f"case {each.case}: {each.wrong}" for each in wrong[:SHOWN]]
        more = [f"and {len(wrong) - SHOWN} more"] if len(wrong) > SHOWN else []
        again = f"To have one again: CHAINRULE_CASE={wrong[0].case} python -m pytest '{test}'"
        raise AssertionError("\n".join([*told, *more, again]))


def tried(case: Case, first: int, end: int) -> list[Outcome]:
    """The outcomes of the cases from the first one on; where a case takes its process along, another goes on."""
    outcomes: list[Outcome] = []
    while first < end:
        came = _in_child(case, first, end)
        first += len(came)
        outcomes += came
        if first < end:
            outcomes.append(Outcome(first, wrong=f"its process ended, or said nothing for {PATIENCE} s"))
            first += 1
    return outcomes


def _in_child(case: Case, first: int, end: int) -> list[Outcome]:
    """The outcomes of the cases from the first one on, as far as a child came."""
    there, here = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(there)
        try:
            with os.fdopen(here, "w") as told:
                _limit_memory()
                for number in range(first, end):
                    told.write(json.dumps(asdict(_outcome(case, number))) + "\n")
                    told.flush()
        finally:
            os._exit(0)
    os.close(here)
    text = _heard(there, child)
    os.waitpid(child, 0)
    return [Outcome(**json.loads(line)) for line in text.splitlines(keepends=True) if line.endswith("\n")]


def _heard(pipe: int, child: int) -> str:
    """All that a child says, which is killed if it says nothing for long, as within a library that never returns."""
    parts = []
    while True:
        ready, _, _ = select.select([pipe], [], [], PATIENCE)
        if not ready:
            os.kill(child, signal.SIGKILL)
        part = os.read(pipe, 1 << 16)
        if not part:
            os.close(pipe)
            return b"".join(parts).decode()
        parts.append(part)


def _limit_memory() -> None:
    with open("/proc/self/statm") as file:
        held = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (held + MEMORY, resource.RLIM_INFINITY))


class _TooLong(BaseException):
    pass


def _outcome(case: Case, number: int) -> Outcome:
    """What one case came to."""

    def late(*_: Any) -> None:
        raise _TooLong

    held, start, child = _from_now_on(), _seconds(), _largest_child()
    signal.signal(signal.SIGALRM, late)
    signal.signal(signal.SIGPROF, late)
    signal.setitimer(
        signal.ITIMER_PROF, 2 * SECONDS
    )  # a loop that never ends; what is merely slow is told by its time
    signal.setitimer(signal.ITIMER_REAL, PATIENCE - SECONDS)
    error = wrong = ""
    try:
        error, wrong = _ended(case, number)
    except _TooLong:
        wrong = f"took more than {2 * SECONDS} s, or waited for more than {PATIENCE - SECONDS} s"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
    took, memory = _seconds() - start, _peak() - held
    # A process that is started has its starter's peak for its own from the beginning: only what is above that tells.
    if (largest := _largest_child()) > max(child, held + memory):
        memory = largest
    if not wrong and took > SECONDS:
        wrong = f"took {took:.1f} s"
    if not wrong and memory > MEMORY:
        wrong = f"took {memory >> 20:,} MB"
    return Outcome(number, error, wrong, took, memory)


def _seconds() -> float:
    """The processor's time of this process, and of those that it started and that ended."""
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _ended(case: Case, number: int) -> tuple[str, str]:
    """The name of chainrule's error, if it is one, and what is wrong, if anything is."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.simplefilter("ignore", ResourceWarning)
            warnings.filterwarnings("ignore", module="chainrule")
            case(random.Random(number))
    except ChainruleError as error:
        name, said = type(error).__name__, str(error)
        return name, f"{name} of {len(said):,} signs: {said[:200]}" if len(said) > LONGEST else ""
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in place if "chainrule" in frame.filename] or list(place)
        where = f"{own[-1].filename.rpartition('/')[2]}, {own[-1].name}"
        return "", f"{type(error).__name__}: {str(error)[:200]} ({where})"
    return "", ""


def _largest_child() -> int:
    """The most that any process held which was started and has ended, in bytes."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss << 10


def _from_now_on() -> int:
    """Have the peak of memory counted anew; what is held now, in bytes."""
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")
    return _peak()


def _peak() -> int:
    with open("/proc/self/status") as file:
        told = next(line for line in file if line.startswith("VmHWM"))
    return int(told.split()[1]) << 10
