"""Which environment variables hold secrets: what a process starts does not get them.

Every process of a user can read with which environment another one was started, whatever that
does with it later. So steps would find them there, and whatever steps call.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SECRET_VARIABLES: Final = ("FUNSIES_JOBS", "FUNSIES_URL", "FUNSIES_DATA", "FUNSIES_KEY")
"""Addresses may have passwords."""

SERVER_VARIABLES: Final = (*SECRET_VARIABLES, "FUNSIES_JOIN")
"""All that say which server is used."""


def without_secrets(variables: Mapping[str, str]) -> dict[str, str]:
    """Those of an environment that others may see.

    >>> without_secrets({"FUNSIES_KEY": "5ec7e7", "HOME": "/home/me"})
    {'HOME': '/home/me'}
    """
    return {name: text for name, text in variables.items() if name not in SERVER_VARIABLES}
