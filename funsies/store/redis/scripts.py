"""The Lua scripts: each is one atomic act; all begin with the same helpers."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

NAMES: Final = (
    "cancel",
    "define",
    "delegate",
    "fail_waiting",
    "generation",
    "inspect",
    "invalidate",
    "park",
    "release",
    "renew",
    "request",
    "reset",
    "step",
    "sweep",
    "watch",
)


@dataclass(frozen=True, slots=True)
class Script:
    """A script as the server knows it."""

    name: str
    text: str
    sha1: str


@cache
def script(name: str) -> Script:
    """Load a script from the package, with the helpers after its first line."""
    first, rest = _read(name).split("\n", 1)
    text = "\n".join((first, _read("lib"), rest))
    return Script(name, text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())


def _read(name: str) -> str:
    return (files("funsies.store") / "lua" / f"{name}.lua").read_text(encoding="utf-8")
