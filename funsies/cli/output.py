"""Data for programs: JSON on stdout."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import click

from funsies.store.connect import Backend

from .named import Named, states_of


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def print_states(backend: Backend, named: Sequence[Named]) -> None:
    """Print the states of what was named, by whole hash."""
    states = states_of(backend, named)
    print_json(
        {
            each.digest.hex(): states[each.producer].status.value
            if each.producer
            else "constant"
            for each in named
        }
    )
