"""The environment variables of the commands of a shell step."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final, TypeAlias

from funsies.core.secret_variables import SERVER_VARIABLES

from .surroundings.place import environment_now

Environment: TypeAlias = Mapping[bytes, bytes]
"""Variables as programs are given them."""

_SECRETS: Final = tuple(map(os.fsencode, SERVER_VARIABLES))


def environment_of_step(*added: Mapping[str, str]) -> Environment:
    """This process's variables without those that hold secrets, and more of them.

    Args:
        added: variables of which the later ones win.
    """
    variables = dict(environment_now())
    for secret in _SECRETS:
        variables.pop(secret, None)
    for more in added:
        for name, value in more.items():
            variables[os.fsencode(name)] = os.fsencode(value)
    return variables


def path_of(environment: Environment) -> str:
    """Where programs are looked for."""
    return os.fsdecode(environment.get(b"PATH", os.fsencode(os.defpath)))
