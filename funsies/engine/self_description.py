"""What a worker says of itself when it registers, for who looks for what differs."""

from __future__ import annotations

import platform
import sys
from pathlib import Path
from typing import Final

import msgspec

from funsies.core.signing import Keyring
from funsies.core.version import __version__

FIELD: Final = "funsies"
"""Of a worker's record."""

MOST_LIBRARIES: Final = 400
"""More are not listed: some 30 bytes each, in a record that is there while the worker lives."""

_METADATA: Final = ".dist-info"


class SelfDescription(msgspec.Struct, frozen=True):
    """What can differ between processes that work on the same steps.

    Attributes:
        funsies: version.
        python: version.
        keys: fingerprints of the keys that it accepts; the first one signs.
        libraries: versions by name, of what is installed.
    """

    funsies: str = "?"
    python: str = "?"
    keys: tuple[str, ...] = ()
    libraries: dict[str, str] = {}


def describe_self(keys: Keyring) -> SelfDescription:
    """Describe this process."""
    return SelfDescription(
        __version__,
        platform.python_version(),
        keys.fingerprints,
        dict(sorted(_libraries().items())[:MOST_LIBRARIES]),
    )


def read_description(text: str) -> SelfDescription:
    """Read what a worker has said; one of another version may have said nothing."""
    try:
        return msgspec.json.decode(text, type=SelfDescription)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return SelfDescription()


def _libraries() -> dict[str, str]:
    """What is installed, by the names of its directories: reading all metadata takes long."""
    found: dict[str, str] = {}
    for place in map(Path, reversed(sys.path)):
        if place.is_dir():
            names = [each.name for each in place.iterdir() if each.suffix == _METADATA]
            parts = [each.removesuffix(_METADATA).rpartition("-") for each in names]
            found |= {name.lower().replace("_", "-"): version for name, _, version in parts}
    return found
