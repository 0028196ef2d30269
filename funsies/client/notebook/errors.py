"""An error, as notebooks show it: what, where, its traceback with source, and what to do."""

from __future__ import annotations

from collections.abc import Iterator

from funsies.client.called import note_step_of
from funsies.client.remembered import OWN_REMEDY, since
from funsies.core.cutting import printable
from funsies.core.digest import short_hash
from funsies.core.encoding.previews import MimeBundle
from funsies.core.errors import Error
from funsies.core.noted_labels import noted_label
from funsies.core.shown import show_by
from funsies.core.terminal_text import as_plain_text
from funsies.session import session_in_force

from .blocks import BAD, Block, bundle_of_block


def bundle_of_error(error: Error) -> MimeBundle:
    """What a notebook shows of an error."""
    facts = tuple(_facts(error))
    block = Block(
        _title(error), BAD, facts, text=as_plain_text(error.details), notes=tuple(_notes(error))
    )
    return bundle_of_block(block)


show_by(Error, bundle_of_error)


def _title(error: Error) -> str:
    exception = f" ({error.exception})" if error.exception else ""
    step = _label(error) or error.task
    return f"{error.kind.value}{exception}{f' in {printable(step)}' if step else ''}"


def _label(error: Error) -> str | None:
    """What the step is called, where there is a session to ask, or if it was noted."""
    session = session_in_force()
    if session is not None:
        note_step_of(session, error)
    return noted_label(error.source)


def _facts(error: Error) -> Iterator[tuple[str, str]]:
    if error.source is not None:
        yield "step", short_hash(error.source)
    if error.exit_code is not None:
        yield "exit code", str(error.exit_code)
    if error.signal is not None:
        yield "signal", error.signal
    if error.host is not None:
        yield "host", error.host
    if error.attempts not in (None, 1):
        yield "attempts", str(error.attempts)
    if error.failed_at is not None:
        yield "failed at", since(error)


def _notes(error: Error) -> Iterator[str]:
    """What to do about it."""
    if error.source is None or error.kind in OWN_REMEDY:
        return
    if error.is_infrastructure:
        yield "It says nothing about the step, and is not remembered: execute it again."
    elif error.is_remembered:
        yield "It is remembered: executing again does not run the step, unless you reset() it."
    short = short_hash(error.source)
    yield f"Look further in a terminal: funsies debug {short}, funsies replay --pdb {short}"
