"""Who runs a program, and is told of what it does: ``funsies run``, and dry runs."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

from funsies.config import ResolvedServer
from funsies.core.digest import Digest
from funsies.store.connect import Backend

from .session import Session

session_opened: ContextVar[Callable[[Session], None] | None] = ContextVar(
    "funsies_session_opened", default=None
)
"""Told of each session that ``Fun`` opens, so that ``funsies run`` sees what a script does."""


open_stores: ContextVar[Callable[[ResolvedServer], Backend] | None] = ContextVar(
    "funsies_open_stores", default=None
)
"""Opens the stores of a server in the place of ``Fun``, for who must not change them."""


value_missing: ContextVar[Callable[[Digest], None] | None] = ContextVar(
    "funsies_value_missing", default=None
)
"""Told of a step whose value a program waits for or takes while it is not there."""


def tell_missing(step: Digest) -> None:
    """Say that a value is waited for or taken that is not there."""
    if (tell := value_missing.get()) is not None:
        tell(step)
