"""Secrets of a process: the variables that hold them, and a pipe that hands them on unseen.

Every process of a user can read with which environment another one was started, whatever
that does with it later. So steps would find them there, and whatever steps call.

They are apart from the keys: each start of the command looks at them, and what signs
imports OpenSSL.
"""

from __future__ import annotations

import errno
import os
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


def pipe_with(data: bytes) -> int:
    """The end of a pipe from which bytes can be read that are in it already.

    Raises:
        OSError: if a pipe does not hold so many: that are some ten thousand.
    """
    reading, writing = os.pipe()
    os.set_blocking(writing, False)  # rather than to wait for a reader
    try:
        is_held = os.write(writing, data) == len(data)
    finally:
        os.close(writing)
    if not is_held:
        os.close(reading)
        raise OSError(errno.E2BIG, "a pipe does not hold so much")
    return reading
