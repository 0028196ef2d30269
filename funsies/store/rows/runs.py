"""How runs and their requests are called in the store; their content is that of ``history``."""

from __future__ import annotations

from typing import Final

RUN: Final = "run"
"""Kind of the records of runs, by number."""

LISTED: Final = b"t"
LISTS: Final = b"l"
"""How the row of a request begins: addresses of its targets follow, or of lists of them."""


def requests_of(number: str) -> str:
    """Kind of the requests of a run, by the number of the request."""
    return f"{RUN}:{number}"
