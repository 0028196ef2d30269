"""What differs among siblings, as the arguments of a call: ``sample=S3, depth=30``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

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
    parts: dict[str, str] = {}
    for (task, name), word in words:
        shown = facts.parameters.get((task, name), name)
        if parts.get(shown, word) != word:
            shown = f"{task}.{shown}"
        parts.setdefault(shown, word)
    return tuple(_argument(shown, word) for shown, word in parts.items())


def _argument(name: str, word: str) -> str:
    """One argument; nothing is said twice of a file whose path ends in its name."""
    is_plain = name == COMMAND or name.isdecimal() or word.endswith(name)
    return word if is_plain else f"{name}={word}"
