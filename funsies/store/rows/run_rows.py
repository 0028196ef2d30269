"""How runs and their requests are stored: what they mean, ``history`` says."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from typing import Final

import msgspec

RUN: Final = "run"
"""Kind of the records of runs, by number."""

NUMBER: Final = re.compile("[1-9][0-9]{0,15}")
"""What a number of a run or of a request looks like."""

LISTED: Final = b"t"
LISTS: Final = b"l"
"""How the row of a request begins: addresses of its targets follow, or of lists of them."""


def requests_of(number: str) -> str:
    """Kind of the requests of a run, by the number of the request."""
    return f"{RUN}:{number}"


class Process(msgspec.Struct, frozen=True, omit_defaults=True):
    """A process.

    Attributes:
        host: name of its machine.
        pid: its number there.
        boot: what tells this start of the machine from others; empty where that is not told.
        space: in which numbers of processes are those of this one (a container has its own).
        start: when it started, in ticks of that machine: numbers are used again.
    """

    host: str
    pid: int
    boot: str = ""
    space: str = ""
    start: str = ""


class Git(msgspec.Struct, frozen=True):
    """The state of the repository that a script is in.

    Attributes:
        commit: the hash of the commit; empty before the first one.
        branch: its name; empty if none is checked out.
        is_clean: True if no file of the repository was changed, and the script is one of them.
    """

    commit: str
    branch: str
    is_clean: bool


class StepCounts(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of the steps of one task in a run.

    Attributes:
        done: they were run, and gave values.
        cached: their values were there already.
        failed: they gave errors, in this run or earlier.
        skipped: they were not run because of an error among their inputs.
        unfinished: they were not finished, or their request was withdrawn.
        volatile: how many of the finished ones have results that are volatile.
        seconds: that those took together which were run.
    """

    done: int = 0
    cached: int = 0
    failed: int = 0
    skipped: int = 0
    unfinished: int = 0
    volatile: int = 0
    seconds: float = 0.0


def sum_of(counts: Iterable[StepCounts]) -> StepCounts:
    """What became of the steps of all tasks."""
    some = list(counts)
    names = StepCounts.__struct_fields__
    return StepCounts(**{name: sum(getattr(each, name) for each in some) for name in names})


class RunRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is stored of a run; see :class:`funsies.history.runs.Run`.

    Attributes:
        token: tells it from that of another program that takes the same number.
        script: file of the program.
        arguments: that it was given.
        directory: that it was started in.
        process: that it is.
        user: who started it.
        python: version.
        version: of funsies.
        libraries: versions of those that counted for its steps, by name, when it ended.
        began: when it asked for the first result, seconds since 1970.
        ended: when it ended; None if it has not, or could not say so.
        outcome: how; empty if steps were to be finished after it.
        counts: by task; none if they are to be counted when somebody asks.
        git: the repository of the script, if there is one.
        is_git_known: False as long as git has not answered whether there is one.
    """

    token: str = msgspec.field(default_factory=lambda: secrets.token_hex(8))
    script: str
    arguments: tuple[str, ...] = ()
    directory: str
    process: Process
    user: str
    python: str
    version: str
    libraries: dict[str, str] = {}
    began: float
    ended: float | None = None
    outcome: str = ""
    counts: dict[str, StepCounts] = {}
    git: Git | None = None
    is_git_known: bool = True
