"""Values of pandas for those who need not have pandas: a few lines to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from funsies.core.encoding.node import Json, Refused

if TYPE_CHECKING:
    from collections.abc import Sequence


def preview(head: Json, parts: Sequence[memoryview]) -> str:  # noqa: ARG001
    """Say what a value is.

    >>> preview({"is": "NaTType"}, [])
    'NaTType'
    """
    if type(head) is not dict or type(head.get("is")) is not str:
        raise Refused("expected a value of pandas, found other data")
    return str(head["is"])


def file_header(head: Json) -> bytes | None:  # noqa: ARG001
    """No file is made of the bytes as they are."""
    return None
