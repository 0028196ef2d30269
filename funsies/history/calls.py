"""What differs among siblings, as the arguments of a call: ``sample=S3, depth=30``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import PurePath

from funsies.core.digest import Digest

from .siblings import COMMAND, Key, Siblings
from .telling import Facts, Telling, Words

Call = tuple[str, ...]
"""Arguments, as they are shown."""


def calls_of(siblings: Siblings, telling: Telling, facts: Facts) -> dict[Digest, Call]:
    """The arguments of each sibling: those of its own, and others' if they do not suffice."""
    own = {row.digest: telling.own(row) for row in siblings.rows}
    calls = _calls(own, facts)
    if len(set(calls.values())) == len(siblings.rows):
        return calls
    return _calls({row.digest: telling.all(row) for row in siblings.rows}, facts)


def _calls(words: Mapping[Digest, Words], facts: Facts) -> dict[Digest, Call]:
    numbers = Counter(item for each in words.values() for item in each.items())
    common = {item for item, number in numbers.items() if number == len(words)}
    return {
        digest: _call([item for item in each.items() if item not in common], facts)
        for digest, each in words.items()
    }


def _call(words: list[tuple[Key, str]], facts: Facts) -> Call:
    parts: dict[str, None] = {}
    said: dict[str, str] = {}
    for key, word in words:
        name = _name(key, word, facts)
        if said.setdefault(name, word) != word and name:
            name = f"{key[0]}.{name}"
        parts[f"{name}={word}" if name else word] = None
    return tuple(parts)


def _name(key: Key, word: str, facts: Facts) -> str:
    """What an argument is called; a file whose path ends in its name is not named twice."""
    name = facts.parameters.get(key)
    if name is None:
        is_told = key[1] == COMMAND or PurePath(word).name == key[1]
        name = "" if is_told else key[1]
    return "" if name.isdecimal() else name
