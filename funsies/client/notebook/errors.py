"""An error, as notebooks show it: what, where, its traceback with source, and what to do."""

from __future__ import annotations

from collections.abc import Iterator

from funsies.client.remembered import OWN_REMEDY, SHORT_HASH, since
from funsies.core.cutting import printable
from funsies.core.digest import Digest
from funsies.core.encoding.previews import MimeBundle
from funsies.core.errors import Error
from funsies.core.shown import show_by
from funsies.core.terminal_text import as_plain_text
from funsies.session import session_in_force

from .blocks import BAD, Block, bundle_of_block
from .called import labels_soon


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
    """What the step is called, where there is a session to ask."""
    session = session_in_force()
    if session is None or error.source is None:
        return None
    try:
        source = Digest(bytes.fromhex(error.source))
        return labels_soon(session.backend, [source]).get(source)
    except Exception:  # noqa: BLE001  (to show it is not to use it: the server may be gone)
        return None


def _facts(error: Error) -> Iterator[tuple[str, str]]:
    if error.source is not None:
        yield "step", error.source[:SHORT_HASH]
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
    short = error.source[:SHORT_HASH]
    yield f"Look further in a terminal: funsies debug {short}, funsies replay --pdb {short}"
