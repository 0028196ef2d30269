"""The Lua scripts, as one library of functions on the server.

A function is one atomic act. All share the helpers in ``lua/shared``, which the server compiles
once. The name of the library holds a digest of its text, so that several versions of funsies
can use one server.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

SHARED: Final = (
    "base",
    "rows",
    "definitions",
    "state",
    "moves",
    "inputs",
    "cascade",
    "calls",
)
"""Helpers; each uses only those before it."""

SCRIPTS: Final = (
    "damage",
    "define",
    "forget",
    "inspect",
    "leases",
    "many_inputs",
    "recount",
    "request",
    "step",
    "sweep",
)
"""What registers functions; each is about one thing."""


class FunctionLibrary(msgspec.Struct, frozen=True):
    """The text for ``FUNCTION LOAD``, and what the names of its functions begin with."""

    text: str
    prefix: str


@cache
def library() -> FunctionLibrary:
    """Put the scripts of the package together; each has a scope of its own."""
    scripts = "".join(f"do\n{_read(name)}end\n" for name in SCRIPTS)
    body = "".join(_read(f"shared/{name}") for name in SHARED) + scripts
    name = f"funsies_{hashlib.sha256(body.encode()).hexdigest()[:16]}"
    prefix = f"{name}_"
    return FunctionLibrary(f"#!lua name={name}\nlocal PREFIX = '{prefix}'\n{body}", prefix)


def _read(name: str) -> str:
    return (files("funsies.store") / "lua" / f"{name}.lua").read_text(encoding="utf-8")
