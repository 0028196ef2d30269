"""Data for programs: JSON on stdout."""

from __future__ import annotations

import codecs
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import click

from funsies.client.volatile import is_volatile
from funsies.core.digest import Digest
from funsies.store.connect import Backend
from funsies.store.rows import OperationState

from .named import Named, states_of

_INDENT: Final = "  "


def print_json(value: Any) -> None:
    """Print a value as JSON; it, or members of an object, may be iterators of any length."""
    sys.stdout.writelines(_pieces(value, ""))
    sys.stdout.write("\n")


def _pieces(value: Any, indent: str) -> Iterator[str]:
    """Pieces of JSON, as long as one element of an iterator."""
    if isinstance(value, Iterator):
        yield from _enclosed("[]", (_pieces(each, indent + _INDENT) for each in value), indent)
    elif isinstance(value, dict) and any(isinstance(each, Iterator) for each in value.values()):
        yield from _enclosed("{}", (_member(*each, indent) for each in value.items()), indent)
    else:
        yield _dumps(value, indent=len(_INDENT)).replace("\n", "\n" + indent)


def _member(name: str, value: Any, indent: str) -> Iterator[str]:
    yield f"{_dumps(name)}: "
    yield from _pieces(value, indent + _INDENT)


def _enclosed(brackets: str, parts: Iterable[Iterator[str]], indent: str) -> Iterator[str]:
    before = brackets[0]
    for part in parts:
        yield f"{before}\n{indent}{_INDENT}"
        yield from part
        before = ","
    yield brackets if before != "," else f"\n{indent}{brackets[1]}"


def print_json_list(items: Iterable[Any]) -> None:
    """Print objects as one JSON list, each as soon as it is there."""
    is_empty = True
    for item in items:
        text = _dumps(item, indent=2).replace("\n", "\n  ")
        click.echo(f"{'[' if is_empty else ','}\n  {text}", nl=False)
        is_empty = False
    click.echo("[]" if is_empty else "\n]")


def print_json_and_text(facts: Mapping[str, Any], name: str, pieces: Iterable[bytes]) -> None:
    """Print an object as JSON whose last member is a text of any length, in flat memory.

    Args:
        facts: its other members; there is at least one.
        name: of the last one.
        pieces: its text as UTF-8, cut anywhere; what is no UTF-8 is replaced.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    begun = _dumps(facts, indent=2).removesuffix("\n}")
    sys.stdout.write(f'{begun},\n  {_dumps(name)}: "')
    for piece in pieces:
        sys.stdout.write(_dumps(decoder.decode(piece))[1:-1])
    sys.stdout.write(_dumps(decoder.decode(b"", final=True))[1:-1] + '"\n}\n')


def _dumps(value: Any, indent: int | None = None) -> str:
    """JSON that the encoding of stdout can show."""
    is_unicode = (sys.stdout.encoding or "utf-8").lower().startswith("utf")
    return json.dumps(value, indent=indent, ensure_ascii=not is_unicode)


def print_states(backend: Backend, named: Sequence[Named]) -> None:
    """Print the states of what was named, by whole hash."""
    states = states_of(backend, named)
    print_json({each.digest.hex(): _state(states, each.producer) for each in named})


def _state(
    states: Mapping[Digest, OperationState], producer: Digest | None
) -> dict[str, str | bool]:
    """How far a result is, in the words of ``funsies ls --json``."""
    if producer is None:
        return {"status": "constant", "volatile": False}
    state = states[producer]
    return {"status": state.status.value, "volatile": is_volatile(state)}
