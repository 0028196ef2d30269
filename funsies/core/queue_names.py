"""Names of queues, as users call them."""

from __future__ import annotations

from typing import Final

from .errors import OptionError

LONGEST: Final = 100
"""Characters of a name."""


def check_queue(name: object) -> str:
    """Return the name of a queue if it can be one.

    Args:
        name: as the user gives it.

    Raises:
        OptionError: if it cannot.

    >>> check_queue("gpu")
    'gpu'
    """
    if not isinstance(name, str):
        raise OptionError(f"queue is a name, not {name!r}")
    if len(name) > LONGEST:
        raise OptionError(
            f"the name of a queue has at most {LONGEST} characters, not {len(name)}"
        )
    if not name or name.startswith("-") or "@" in name or " " in name or not is_plain(name):
        raise OptionError(
            f"{name!r} cannot name a queue; take letters, digits, dots and dashes, and begin "
            "with no dash"
        )
    return name


def is_plain(name: str) -> bool:
    """True for a name without blanks and control characters."""
    return name.isprintable() and not any(each.isspace() for each in name)
