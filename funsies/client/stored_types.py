"""The type of a stored value, for a program that need not have the script that made it."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from funsies.builder.artefact import Artefact
from funsies.core.encoding import (
    Encoding,
    Files,
    Pickled,
    codec_named,
    contradicts,
    encoding_of,
    encoding_of_unknown,
    stored_class,
)
from funsies.core.encoding.known_classes import classes_named
from funsies.core.encoding.standard_types import annotation_from
from funsies.core.encoding.unions import UnionNode
from funsies.core.errors import WiringError
from funsies.core.graph import Constant, Stored
from funsies.store.rows import TaskRow

BYTES = encoding_of(bytes)
FILES = encoding_of(Files)
PICKLED: Encoding[object] = encoding_of(Pickled[object])
UNKNOWN = encoding_of_unknown()
_CLASS_NAME: Final = re.compile(rb'"\$type":"([^"]+:[^"]+)"')


def output_type(task: TaskRow, index: int) -> str:
    """The type of an output as it is written; "" if it mentions classes of the script.

    Only the full description tells a class of the script from one of the same name that
    everybody has.
    """
    try:
        described = str(json.loads(task.ingredients)["outputs"][index])
    except (ValueError, LookupError, TypeError):
        return task.outputs[index].type_name
    return (
        "" if "\n" in described or " by codec " in described else task.outputs[index].type_name
    )


def stored_encoding(wire: str, type_name: str) -> Encoding[Any]:
    """How a stored value is read.

    Args:
        wire: how it was written.
        type_name: its type; "" if it is not known.

    Returns:
        The encoding of the type, if that is known here. Else what can be said without: bytes
        of an unknown codec are bytes, and of other classes the JSON is read.
    """
    if wire == "json":
        annotation = annotation_from(type_name) if type_name else None
        is_known = annotation is not None or type_name == "None"
        return encoding_of(annotation).with_kinds(is_lenient=True) if is_known else UNKNOWN
    if wire == FILES.wire:
        return FILES
    codec = codec_named(wire)
    return BYTES if codec is None else encoding_of(codec.kind)


def wire_of(artefact: Artefact[Any]) -> str:
    """How the bytes of a value were written, also where they are read as ``bytes``."""
    reference = artefact.reference
    if isinstance(reference, (Stored, Constant)):
        return reference.wire
    return artefact.encoding.wire


def with_classes_here(stored: Encoding[Any], data: bytes) -> Encoding[Any]:
    """Name the classes of a value that this program has; a worker would not look for them.

    Args:
        stored: how the value is read.
        data: its bytes.
    """
    names = {name.decode() for name in _CLASS_NAME.findall(data)}
    kinds = dict.fromkeys(kind for name in sorted(names) for kind in classes_named(name))
    known = [stored_class(kind) for kind in kinds]
    return stored.with_kinds(each for each in known if each is not None)


def as_asked(
    stored: Encoding[Any], wire: str, wanted: Encoding[Any], what: str
) -> Encoding[Any]:
    """How a stored value is read by somebody who says what it is.

    Args:
        stored: what is known of it.
        wire: how it was written.
        wanted: what it is said to be.
        what: the artefact, for messages.

    Raises:
        WiringError: if it cannot be that.
    """
    if wire not in ("blob", "json") and wanted == BYTES:
        return BYTES  # what the codec wrote, for those who do not have it
    if wire == wanted.wire == PICKLED.wire:
        return wanted
    if wire == FILES.wire and not contradicts(wanted, FILES):
        return FILES
    is_described = wire == "json" and stored.says_itself
    if (wanted.wire != wire and not is_described) or contradicts(wanted, stored):
        shown = stored.label if wire in ("blob", "json") else f"written by the codec {wire!r}"
        remedy = "" if wire in ("blob", "json") else ", or as_type=bytes for what it wrote"
        if wire == PICKLED.wire:
            shown, remedy = "a pickle", ", as funsies.Pickled[...], or bytes for the pickle"
        raise WiringError(
            f"as_type= says that {what} is {wanted.label}, but it is {shown}; give the type "
            f"that the step returns{remedy}, or leave as_type= out"
        )
    if is_described:
        return wanted.asked()
    is_known = stored.wire == wire
    # What may stand for several types is written with a tag; what is one of them has none.
    return stored if is_known and isinstance(wanted.node, UnionNode) else wanted
