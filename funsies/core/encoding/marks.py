"""What tells an annotation of ours from that of the class itself."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Mark(Enum):
    """How a value is stored that would be stored otherwise: ``Annotated[T, Mark.PICKLED]``."""

    FILES = "files"
    PICKLED = "pickled"


def has_mark(metadata: Iterable[object], mark: Mark) -> bool:
    """Whether a mark is among the metadata of an annotation, which may be equal to anything."""
    return any(each is mark for each in metadata)
