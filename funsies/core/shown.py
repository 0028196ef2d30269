"""How things are shown by a notebook: whoever can read what is behind them says that."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from funsies.core.encoding.previews import MimeBundle

T = TypeVar("T")

_ways: Final[dict[type, Callable[[Any], MimeBundle]]] = {}


def show_by(kind: type[T], show: Callable[[T], MimeBundle]) -> None:
    """Show things of a class in this way from now on.

    Args:
        kind: the class.
        show: makes what is shown; nothing for what cannot be seen.
    """
    _ways[kind] = show


def shown(kind: type[T], thing: T) -> MimeBundle:
    """What there is to be seen of a thing; nothing if nobody has said how."""
    show = _ways.get(kind)
    return {} if show is None else show(thing)
