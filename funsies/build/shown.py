"""How an artefact is shown by a notebook: whoever can read its value says that."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from funsies.core.encoding.previews import MimeBundle

    from .artefact import Artefact

_shows: list[Callable[[Artefact[Any]], MimeBundle]] = []


def show_artefacts_by(show: Callable[[Artefact[Any]], MimeBundle]) -> None:
    """Show artefacts in this way from now on.

    Args:
        show: makes what is shown; nothing for an artefact without a value.
    """
    _shows[:] = [show]


def shown(artefact: Artefact[Any]) -> MimeBundle:
    """What there is to be seen of the value of an artefact."""
    return _shows[0](artefact) if _shows else {}
