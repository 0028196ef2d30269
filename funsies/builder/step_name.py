"""The name of a step, as the user gives it."""

from __future__ import annotations

from funsies.core.errors import WiringError


def check_step_name(name: object) -> None:
    """Refuse what cannot name a step; None and the empty text stand for the default.

    Raises:
        WiringError: if it is no text, or none that can be stored.
    """
    if name is None:
        return
    if not isinstance(name, str):
        raise WiringError(f"name= is a text, not {name!r}")
    try:
        name.encode()
    except UnicodeEncodeError:
        raise WiringError(f"name={name!a} is not valid Unicode; take another text") from None
