"""What a step has printed: so far, if it runs; else when it was run last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from funsies.run.tail import decode_tail
from funsies.store.connect import Backend
from funsies.store.rows import Status

from .reading import KnownStep

SHOWN_BYTES: Final = 1 << 16
"""Of each stream."""

STREAMS: Final = ("stdout", "stderr")


@dataclass(frozen=True, slots=True)
class Printed:
    """What one stream has got.

    Attributes:
        name: of the stream, as ``stdout:0``; ``log`` for all that a function prints.
        text: the end of it.
        is_cut: True if there was more before.
    """

    name: str
    text: str
    is_cut: bool


def printed_by(backend: Backend, step: KnownStep) -> list[Printed]:
    """Read what a step has printed; nothing where it has printed nothing."""
    graph, digest = backend.graph, step.row.digest
    if step.state.status is Status.RUNNING:
        tail = decode_tail(graph.tail(digest))
        streams = () if tail is None else tail.streams
        found = [(each.name, each.data, each.start > 0) for each in streams]
    else:
        found = [("log", graph.log(digest) or b"", False)]
    return [
        Printed(
            name, data[-SHOWN_BYTES:].decode(errors="replace"), cut or len(data) > SHOWN_BYTES
        )
        for name, data, cut in found
        if data
    ]


def printed_outputs(step: KnownStep) -> Sequence[str]:
    """The outputs of a shell step that have what its commands printed."""
    results = zip(step.outputs, step.state.results, strict=False)
    return [
        name
        for (_, name), result in results
        if result.ok and result.size_bytes and name.partition(":")[0] in STREAMS
    ]
