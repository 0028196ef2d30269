"""What a worker loads before it forks, so that its children start with all that."""

from __future__ import annotations

import gc
from datetime import UTC, datetime
from importlib import import_module
from typing import Final

from funsies.core.options import Options, decode_options, encode_options
from funsies.core.python_plan import PythonPlan, decode_plan, encode_plan

_LEFT_OUT: Final = frozenset({"ManagedFun", "debug", "start", "stop"})


def preload() -> None:
    """Import what programs import of funsies, and what is made ready when it is first used."""
    public = import_module("funsies")  # by its name: it is no part of the engine
    for name in public.__all__:
        if name not in _LEFT_OUT:
            getattr(public, name)
    datetime.strptime("2000", "%Y").astimezone(UTC)
    decode_options(encode_options(Options()))
    decode_plan(encode_plan(PythonPlan(pickle=b"")))


def share_memory() -> None:
    """Have children leave alone what is there before they start: it need not be copied then."""
    gc.collect()
    gc.freeze()
