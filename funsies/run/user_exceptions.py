"""What is told of exceptions of user code: errors, with tracebacks of its own frames."""

from __future__ import annotations

import functools
import importlib
import traceback
from itertools import dropwhile
from pathlib import Path
from typing import Final

from funsies.core.cutting import shown
from funsies.core.errors import Error, ErrorKind, FunsiesError

from .machine_faults.commands import NOT_REMEMBERED
from .machine_faults.exceptions import full_place, is_of_the_machine
from .machine_faults.memory import out_of_memory, own_peak_bytes

MAX_FRAMES: Final = 50
"""Of a traceback, the last frames that are kept."""

RUN: Final = Path(__file__).parent
PACKAGE: Final = RUN.parent


def exception_error(
    problem: BaseException, kind: ErrorKind = ErrorKind.ExceptionRaised
) -> Error:
    """The error that an exception of user code stands for, with its traceback."""
    name = type(problem).__qualname__
    if type(problem).__module__ not in ("builtins", "__main__"):
        name = f"{type(problem).__module__}.{name}"
    if kind is ErrorKind.OutOfMemory:
        peak_bytes = own_peak_bytes()
        return out_of_memory(_traceback(problem), peak_bytes=peak_bytes, exception=name)
    full = None if is_of_the_machine(problem) else _full_place()
    remark = "" if full is None else f"\nThere is no room {full}.\n{NOT_REMEMBERED}"
    return Error(
        kind=kind,
        exception=name,
        details=f"{_traceback(problem)}{remark}",
        volatile=full is not None or is_of_the_machine(problem),
    )


def _full_place() -> str | None:
    try:
        return full_place()
    except OSError:  # there is no directory for temporary files, or that of the step is gone
        return None


def _traceback(problem: BaseException) -> str:
    """The traceback below our own frames, with causes, whatever the exception's text does."""
    try:
        chain = traceback.TracebackException.from_exception(problem, limit=-MAX_FRAMES)
        _leave_out_own_frames(chain, is_misuse=isinstance(problem, FunsiesError))
        return "".join(chain.format()).rstrip("\n")
    except Exception:  # noqa: BLE001 - an exception may be made so that it cannot be shown
        return f"{type(problem).__qualname__}: {shown(problem)}"


def _leave_out_own_frames(chain: traceback.TracebackException, *, is_misuse: bool) -> None:
    """Leave out the frames of funsies that called the step; of misuse also what found it."""
    if is_misuse:
        users = [frame for frame in chain.stack if not _is_in(PACKAGE, frame)]
        chain.stack = traceback.StackSummary.from_list(users)
    pending: list[traceback.TracebackException | None] = [chain]
    while pending:
        each = pending.pop()
        if each is not None:
            called = list(dropwhile(functools.partial(_is_in, PACKAGE), each.stack))
            if not called:  # the fault is ours
                called = [frame for frame in each.stack if not _is_in(RUN, frame)]
            users = [frame for frame in called if not _is_import_machinery(frame)]
            each.stack = traceback.StackSummary.from_list(users or called)
            pending += [each.__cause__, each.__context__, *(each.exceptions or ())]


def _is_import_machinery(frame: traceback.FrameSummary) -> bool:
    return frame.filename.startswith("<frozen importlib") or frame.filename == _IMPORTLIB


_IMPORTLIB: Final = importlib.__file__


def _is_in(directory: Path, frame: traceback.FrameSummary) -> bool:
    return directory in Path(frame.filename).parents
