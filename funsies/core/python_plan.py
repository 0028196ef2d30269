"""The payload of a Python task: what a worker needs to call the function."""

from __future__ import annotations

import sys
from typing import Final

import msgspec

from .digest import Digest
from .errors import EncodingError
from .fingerprint import Library

PYTHON: Final = f"{sys.version_info.major}.{sys.version_info.minor}"
"""Minor version of the Python that runs this: functions travel as its bytecode."""


class MainModule(msgspec.Struct, frozen=True, kw_only=True):
    """The script of a program: what a worker has to know of ``__main__``.

    Attributes:
        file: its ``__file__``; empty if it has none.
        package: its ``__package__``, of a module that is run by ``python -m``.
        name: the module's own name then.
        text_name: name of its text, which is its file's unless there is none.
        imports: names of the modules that it holds, where no text says what it imports.
        frozen: names of modules whose values travel, for workers cannot import them.
        arguments: of the program, if modules of the project read them when they are imported.
    """

    file: str = ""
    text_name: str = ""
    package: str = ""
    name: str = ""
    imports: tuple[str, ...] = ()
    frozen: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()

    @property
    def with_any_arguments(self) -> MainModule:
        """The script, however it was started: what steps read of the arguments they bring."""
        return msgspec.structs.replace(self, arguments=()) if self.arguments else self


class PythonPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The payload of a Python task.

    Attributes:
        pickle: the function, for each input by name the encoding by which it was written and
            that of its parameter, the encodings of the results, and the codecs for what the
            function itself builds: pickled together, so that they share their classes.
        made_by: name of the process that made the pickle.
        several: True if the function returns one value for each of several outputs.
        bundle: address of the modules of the program; empty if it has none.
        main: its script.
        texts: address of the text by name of the file, for the script and the code in it.
        libraries: that the function uses, as they count; a worker must have the same.
        rules: what the program says of named libraries, for graphs that the function builds.
        interpreter: that the program names for shell steps, for such graphs; empty if none.
        environment: variables that the program has set and the code reads; None of one that it
            has deleted.
    """

    pickle: bytes
    made_by: str = ""
    several: bool = False
    bundle: bytes = b""
    main: MainModule = MainModule()
    texts: dict[str, bytes] = {}
    libraries: tuple[Library, ...] = ()
    rules: dict[str, str] = {}
    interpreter: tuple[str, ...] = ()
    environment: dict[str, str | None] = {}

    @property
    def sources(self) -> tuple[Digest, ...]:
        """Addresses of everything that the function is loaded from besides the pickle."""
        needed = {*self.texts.values(), self.bundle} - {b""}
        return tuple(Digest(each) for each in sorted(needed))

    @property
    def script(self) -> tuple[MainModule, bytes]:
        """The script of the program, and the address of its text."""
        return self.main.with_any_arguments, self.texts.get(self.main.text_name, b"")

    @property
    def program(self) -> tuple[tuple[MainModule, bytes], bytes]:
        """What one process can be: a process that is one program never becomes another."""
        return self.script, self.bundle


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
    except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
        raise EncodingError(f"the payload of the task cannot be read: {problem}") from problem


def have_same_sources(one: bytes, other: bytes) -> bool:
    """True if two payloads are of the same modules and texts; False if one cannot be read."""
    try:
        plans = decode_plan(one), decode_plan(other)
    except EncodingError:
        return False
    return plans[0].program == plans[1].program and plans[0].texts == plans[1].texts
