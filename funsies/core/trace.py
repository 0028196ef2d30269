"""Trace keys: "this task on inputs with these contents".

Constructive traces, as in Mokhov, Mitchell and Peyton Jones, *Build Systems à la Carte* (2018).
"""

from __future__ import annotations

from collections.abc import Sequence

from .digest import Digest, Field, digest


def trace_key(task: Digest, inputs: Sequence[tuple[str, bool, bool, Digest]]) -> Digest:
    """Address of a run: what was run, on which contents.

    Args:
        task: what was run.
        inputs: (name, whether it is a value and not an error, whether it is an executable file,
            content digest), sorted by name.
    """
    record: list[Field] = [tuple(each) for each in inputs]
    return digest("trace", task, record)
