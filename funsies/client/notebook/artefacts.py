"""What notebooks show of artefacts: the beginning of the value, or its error."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from returns.pipeline import is_successful

from funsies.builder.artefact import Artefact
from funsies.client.remedies import OWN_REMEDY, since
from funsies.client.step_labels import labels_at_hand, note_step_of
from funsies.client.stored_types import wire_of
from funsies.client.values import open_value
from funsies.core.cutting import printable
from funsies.core.digest import short_hash
from funsies.core.encoding import (
    JSON,
    PICKLE,
    about_pickle,
    codec_for,
    codec_named,
    preview_pieces,
)
from funsies.core.encoding.previews import MimeBundle, bundle_of, bundle_of_text, picture_in
from funsies.core.encoding.refusal import tell
from funsies.core.errors import Error, ErrorKind
from funsies.core.noted_labels import noted_label
from funsies.core.shown import show_by
from funsies.core.terminal_text import as_plain_text
from funsies.session import backend_at_hand, session_in_force
from funsies.store.connect import Backend

from .blocks import BAD, Block, bundle_of_block

BEGIN_BYTES: Final = 1 << 20
"""Of JSON, and of arrays and frames, so much is read."""

LARGEST_BYTES: Final = 1 << 23
"""Of larger values that are nothing of that, only the size is said."""

_SHOWN_CHARACTERS: Final = 2000
_CODEC: Final = b'{"$codec":'
_HEAD_BYTES: Final = 1000
"""Where a value says that a codec wrote all of it, it says that first."""

_PIECES: Final = 3
"""Of a preview: what stands before the bytes of a file is one of its own."""


def bundle(artefact: Artefact[Any]) -> MimeBundle:
    """What a notebook shows of an artefact: the pointer, and its value if there is one.

    Args:
        artefact: the artefact.
    """
    label: str | None = None
    try:
        with backend_at_hand() as backend:
            if backend is None:
                return _below(artefact.described(), {})
            label = _label_of(backend, artefact)
            return _below(artefact.described(label), _of_value(backend, artefact))
    except Exception as problem:  # noqa: BLE001  (to show it is not to use it)
        preview = bundle_of_text(f"(no preview: {tell(problem)})")
        return _below(artefact.described(label), preview)


def _label_of(backend: Backend, artefact: Artefact[Any]) -> str | None:
    """What the step is called that makes it; None for a constant, and if it is not known."""
    step = artefact.producer
    return None if step is None else labels_at_hand(backend, [step]).texts.get(step)


def _below(heading: str, found: MimeBundle) -> MimeBundle:
    """What was found, below a line."""
    about = bundle_of_text(heading)
    return found | {
        kind: "\n".join(str(each[kind]) for each in (about, found) if kind in each)
        for kind in about
    }


def _of_value(backend: Backend, artefact: Artefact[Any]) -> MimeBundle:
    opened = open_value(backend, artefact)
    if not is_successful(opened):
        return _of_error(opened.failure())
    with opened.unwrap() as stream:
        if wire_of(artefact) == JSON:
            return _of_json(artefact, stream.read(BEGIN_BYTES))
        data = stream.read(LARGEST_BYTES + 1)
    if len(data) > LARGEST_BYTES:
        return bundle_of_text(f"more than {LARGEST_BYTES:,} bytes")
    return _of_bytes(artefact, data)


def _of_error(error: Error) -> MimeBundle:
    if error.kind is ErrorKind.NotFound:
        return {}  # not computed yet
    return bundle_of_error(error)


def _of_json(artefact: Artefact[Any], begin: bytes) -> MimeBundle:
    is_cut = len(begin) == BEGIN_BYTES
    if not is_cut and _CODEC in begin[:_HEAD_BYTES]:
        found = _by_codec(artefact.encoding.decode(begin))
        if found:
            return found
    pieces = preview_pieces(JSON, io.BytesIO(begin), lambda: io.BytesIO(begin))
    return _of_file(b"".join(islice(pieces, _PIECES)), is_cut=is_cut)


def _of_bytes(artefact: Artefact[Any], data: bytes) -> MimeBundle:
    wire = wire_of(artefact)
    if wire == PICKLE:
        return bundle_of_text(about_pickle(data))
    if wire == "files":
        return bundle_of_text(_short(", ".join(sorted(artefact.encoding.decode(data)))))
    return _of_file(data) if codec_named(wire) is None else _of_codec(artefact, data)


def _of_codec(artefact: Artefact[Any], data: bytes) -> MimeBundle:
    """What a codec shows of a value, which is read for that as ``take`` would."""
    value = artefact.encoding.decode(data)
    return _by_codec(value) or bundle_of_text(_short(repr(value)))


def _by_codec(value: object) -> MimeBundle:
    codec = codec_for(type(value))
    return {} if codec is None or codec.preview is None else bundle_of(codec.preview(value))


def _of_file(data: bytes, *, is_cut: bool = False) -> MimeBundle:
    picture = None if is_cut else picture_in(data)
    if picture is not None:
        return bundle_of(picture)
    begin = data[: 4 * _SHOWN_CHARACTERS]
    decoder = codecs.getincrementaldecoder("utf-8")()  # the cut may fall into a character
    try:
        text = decoder.decode(begin, final=len(begin) == len(data))
    except UnicodeDecodeError:
        return bundle_of_text(f"{'more than ' if is_cut else ''}{len(data):,} bytes")
    return bundle_of_text(_short(text) + ("..." if len(begin) < len(data) else ""))


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}..."


show_by(Artefact, bundle)


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
