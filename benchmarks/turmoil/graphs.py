"""Random graphs of all kinds of steps, and what plain Python says that each step gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Final, TypeAlias

import funsies as f

from . import steps
from .steps import MODULUS, Made

Truth: TypeAlias = int | frozenset[str]
"""The value, or the keys of the steps one of which must be named by the error."""

SLOW: Final = (0.0, 0.0, 0.0, 0.0, 0.005, 0.02, 0.1)
"""Seconds that a step takes; so a kill meets some of them at work."""

VERY_SLOW_SECONDS: Final = 1.5
VERY_SLOW_SHARE: Final = 0.004
LARGE_BYTES: Final = (10, 3_000, 200_000, 1_500_000)


@dataclass(frozen=True)
class Node:
    """A step, and the truth about it."""

    key: str
    artefact: f.Artefact[Made]
    truth: Truth


Maker: TypeAlias = Callable[[str, Random, Sequence[Node]], Node]


def random_graph(name: str, count: int) -> list[Node]:
    """The same graph for the same name, whoever builds it.

    Args:
        name: no other graph shares a step with it.
        count: about how many operations it has.
    """
    random = Random(name)  # noqa: S311 - nothing here is a secret
    nodes: list[Node] = []
    operations = 0
    while operations < count:
        maker, _, cost = random.choices(_MAKERS, [each[1] for each in _MAKERS])[0]
        key = f"{name}-{len(nodes)}"
        nodes.append(_leaf(key, random, ()) if len(nodes) < 8 else maker(key, random, nodes))  # noqa: PLR2004
        operations += cost
    return nodes


def _seconds(random: Random) -> float:
    return VERY_SLOW_SECONDS if random.random() < VERY_SLOW_SHARE else random.choice(SLOW)


def _pick(random: Random, nodes: Sequence[Node], most: int) -> list[Node]:
    """Some different nodes, rather late ones, so that graphs are deep as well as wide."""
    recent = nodes[-200:] if random.random() < 0.8 else nodes  # noqa: PLR2004
    return random.sample(list(recent), min(len(recent), random.randint(1, most)))


def _strict(inputs: Sequence[Node], value: Callable[[list[int]], int]) -> Truth:
    broken = [each.truth for each in inputs if isinstance(each.truth, frozenset)]
    if broken:
        return frozenset[str]().union(*broken)
    return value([each.truth for each in inputs if isinstance(each.truth, int)]) % MODULUS


def _leaf(key: str, random: Random, _: Sequence[Node]) -> Node:
    number = random.randrange(MODULUS)
    return Node(key, steps.leaf(key, number, _seconds(random)), number)


def _add(key: str, random: Random, nodes: Sequence[Node]) -> Node:
    inputs = _pick(random, nodes, 60 if random.random() < 0.02 else 4)  # noqa: PLR2004
    step = steps.add(key, _seconds(random), *(each.artefact for each in inputs))
    return Node(key, step, _strict(inputs, sum))


def _flaky(key: str, random: Random, nodes: Sequence[Node]) -> Node:
    [source] = _pick(random, nodes, 1)
    failures = random.randint(1, steps.FLAKY_RETRIES)
    step = steps.flaky(key, failures, source.artefact)
    return Node(key, step, _strict([source], lambda values: values[0] + 1))


def _broken(key: str, random: Random, nodes: Sequence[Node]) -> Node:
    [source] = _pick(random, nodes, 1)
    truth = _strict([source], lambda _: 0)
    return Node(
        key,
        steps.broken(key, source.artefact),
        frozenset([key]) if isinstance(truth, int) else truth,
    )


def _tolerant(key: str, random: Random, nodes: Sequence[Node]) -> Node:
    inputs = _pick(random, nodes, 6)
    truth = sum(each.truth if isinstance(each.truth, int) else 1 for each in inputs)
    step = steps.tolerant(key, *(each.artefact for each in inputs))
    return Node(key, step, truth % MODULUS)


_COMMAND: Final = """
read -r value < in
nonce=$(od -An -N8 -tx1 /dev/urandom | tr -d ' \\n')
sleep {seconds}
echo "{key} $nonce" >> "$CHAOS_HOME/commands"
echo "$((value * 3 + 1)) $nonce"
"""


def _shell(key: str, random: Random, nodes: Sequence[Node]) -> Node:
    [source] = _pick(random, nodes, 1)
    is_broken = random.random() < 0.05  # noqa: PLR2004
    text = _COMMAND.format(key=key, seconds=_seconds(random))
    if is_broken:
        text += f'echo "<{key}> fails" >&2; exit 3\n'
    step = f.shell(text, inp={"in": steps.words(source.artefact)})
    result = steps.parse(key, source.artefact, step.stdout)
    truth = _strict([source], lambda values: values[0] * 3 + 1)
    if is_broken and isinstance(truth, int):
        truth = frozenset([key])
    return Node(key, result, truth)


def _bulk(key: str, random: Random, nodes: Sequence[Node]) -> Node:
    [source] = _pick(random, nodes, 1)
    size = random.choice(LARGE_BYTES)
    step = steps.weigh(key, source.artefact, steps.bulk(source.artefact, size), size)
    return Node(key, step, _strict([source], lambda _: size))


def _each(key: str, random: Random, nodes: Sequence[Node]) -> Node:
    [source] = _pick(random, nodes, 1)
    count = random.randint(0, 12)
    squares = f.map_each(steps.square, steps.numbers(source.artefact, count))

    def value(values: list[int]) -> int:
        items = (values[0] * 1000 + number for number in range(count))
        return sum(item * item % MODULUS for item in items)

    return Node(key, steps.total(key, source.artefact, squares), _strict([source], value))


def _grow(key: str, random: Random, nodes: Sequence[Node]) -> Node:
    [source] = _pick(random, nodes, 1)
    depth = random.randint(0, 4)
    step = source.artefact.bind(partial(steps.grow, key=key, depth=depth))
    return Node(key, step, _strict([source], lambda values: values[0] * (depth + 1)))


_MAKERS: Final[tuple[tuple[Maker, float, int], ...]] = (
    (_leaf, 15, 1),
    (_add, 40, 1),
    (_flaky, 5, 1),
    (_broken, 0.7, 1),
    (_tolerant, 12, 1),
    (_shell, 5, 3),
    (_bulk, 5, 2),
    (_each, 3, 9),
    (_grow, 3, 6),
)
"""How each kind of step is made, how frequent it is, and how many operations it is."""
