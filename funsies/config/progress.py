"""Whether a program shows how far it is while it waits."""

from __future__ import annotations

import os
from typing import Final

from .urls import ConfigurationError

VARIABLE: Final = "FUNSIES_PROGRESS"

_ANSWERS: Final = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("0", "false", "no", "off"), False),
}


def wanted_progress(asked: bool | None) -> bool | None:
    """What the program says, or else the environment; None if neither does.

    Args:
        asked: what the program says.

    Raises:
        ConfigurationError: if it is neither yes nor no.
    """
    if asked is not None:
        if not isinstance(asked, bool):
            raise ConfigurationError(f"progress= is True, False or None, not {asked!r}")
        return asked
    text = os.environ.get(VARIABLE, "").strip().lower()
    if text and text not in _ANSWERS:
        raise ConfigurationError(f"{VARIABLE} is 1 or 0, not {text!r:.40}")
    return _ANSWERS.get(text)
