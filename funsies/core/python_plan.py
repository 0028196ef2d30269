"""The payload of a Python task: what a worker needs to call the function."""

from __future__ import annotations

import sys
from typing import Final

import msgspec

from .errors import EncodingError
from .fingerprint import Library

PYTHON: Final = f"{sys.version_info.major}.{sys.version_info.minor}"
"""Minor version of the Python that runs this: functions travel as its bytecode."""


class PythonPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The payload of a Python task.

    Attributes:
        pickle: the function, for each input by name the encoding by which it was written and
            that of its parameter, the encodings of the results, and the codecs for what the
            function itself builds: pickled together, so that they share their classes.
        table: fingerprints of the code inside, for graphs that the function itself builds;
            empty if it was not looked at.
        several: True if the function returns one value for each of several outputs.
        libraries: that the function uses, as they count; a worker must have the same.
        rules: what the program says of named libraries, for graphs that the function builds.
    """

    pickle: bytes
    table: bytes = b""
    several: bool = False
    libraries: tuple[Library, ...] = ()
    rules: dict[str, str] = {}


def encode_plan(plan: PythonPlan) -> bytes:
    """Encode a plan as MessagePack."""
    return msgspec.msgpack.encode(plan)


def decode_plan(data: bytes) -> PythonPlan:
    """Read a plan back.

    Raises:
        EncodingError: if the bytes are not those of a plan.
    """
    try:
        return msgspec.msgpack.decode(data, type=PythonPlan)
    except msgspec.MsgspecError as problem:
        raise EncodingError(f"the payload of the task cannot be read: {problem}") from problem
