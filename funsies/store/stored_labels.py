"""Labels beside the graph: what steps and files are called is no part of their addresses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from funsies.core.digest import Digest
from funsies.core.graph import Operation
from funsies.core.label import KIND, Label, decode_label, encode_label

from .batches import batches
from .ports import NamedRecords


def keep_labels(named: NamedRecords, operations: Iterable[Operation]) -> None:
    """Write what operations are called; nothing is asked or written if nobody has said that."""
    said = {each.digest: each.label for each in operations if each.label is not None}
    if not said:
        return
    known = read_labels(named, list(said))
    fresh = {
        digest.hex(): encode_label(label)
        for digest, label in said.items()
        if known.get(digest) != label
    }
    named.save(KIND, fresh)


def keep_path(named: NamedRecords, constant: Digest, path: str) -> None:
    """Write from which file a constant was put."""
    named.save(KIND, {constant.hex(): encode_label(Label(path=path))})


def read_labels(named: NamedRecords, digests: Sequence[Digest]) -> dict[Digest, Label]:
    """Read what steps, or files, are called, as far as somebody has said that."""
    found: dict[Digest, Label] = {}
    for batch in batches(digests):
        kept = named.get_many(KIND, [digest.hex() for digest in batch])
        read = zip(batch, map(decode_label, kept), strict=True)
        found.update((digest, label) for digest, label in read if label is not None)
    return found


def labelled(named: NamedRecords, text: str) -> list[Digest]:
    """The steps that were given a label of just this text."""
    kept = {name: decode_label(data) for name, data in named.get_all(KIND).items()}
    return sorted(
        Digest(bytes.fromhex(name))
        for name, label in kept.items()
        if label is not None and label.text == text
    )
