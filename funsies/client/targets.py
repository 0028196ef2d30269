"""What the user points at: artefacts, shell outputs, and collections of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, TypeAlias, Union

from funsies.builder.artefact import Artefact
from funsies.builder.shell_output import ShellOutput
from funsies.builder.signature import function_name
from funsies.builder.task import Task
from funsies.core.digest import Digest
from funsies.core.errors import WiringError
from funsies.core.graph import Constant, Operation, OutputOf

Target: TypeAlias = Union[
    Artefact[Any],
    ShellOutput[Any],
    Operation,
    "Sequence[Target]",
    "AbstractSet[Target]",
    "Mapping[Any, Target]",
]
"""What can be executed: an artefact, what ``shell`` returns, an operation, or several."""


@dataclass(slots=True)
class Targets:
    """Operations that were pointed at.

    Attributes:
        built: those of this program.
        stored: addresses of those that only the store knows.
    """

    built: dict[Digest, Operation] = field(default_factory=dict)
    stored: dict[Digest, None] = field(default_factory=dict)

    @property
    def digests(self) -> tuple[Digest, ...]:
        """Addresses of all."""
        return (*self.built, *self.stored)

    @property
    def operations(self) -> dict[Digest, Operation | None]:
        """All, with those of this program."""
        return {**self.built, **dict.fromkeys(self.stored)}

    def among(self, digests: Iterable[Digest]) -> Targets:
        """Those whose addresses are among some."""
        chosen = set(digests)
        built = {each: operation for each, operation in self.built.items() if each in chosen}
        return Targets(built, {each: None for each in self.stored if each in chosen})


def collect(things: Iterable[object]) -> Targets:
    """Find the operations that are meant. A constant needs none.

    Raises:
        WiringError: if something is not an artefact, a shell output or an operation.
    """
    targets = Targets()
    for thing in _flatten(things):
        if isinstance(thing, Operation):
            targets.built[thing.digest] = thing
        elif isinstance(thing, ShellOutput):
            targets.built[thing.operation.digest] = thing.operation
        else:
            _add_artefact(thing, targets)
    return targets


def _add_artefact(artefact: Artefact[object], targets: Targets) -> None:
    match artefact.reference:
        case OutputOf(operation=operation):
            targets.built[operation.digest] = operation
        case Constant():
            pass
        case stored:
            targets.stored[stored.producer] = None


def _flatten(
    things: Iterable[object],
) -> Iterator[Artefact[object] | ShellOutput[str] | Operation]:
    for thing in things:
        if isinstance(thing, (Artefact, ShellOutput, Operation)):
            yield thing
        elif isinstance(thing, (list, tuple, set, frozenset)):
            yield from _flatten(thing)
        elif isinstance(thing, Mapping):
            yield from _flatten(thing.values())
        else:
            raise _not_an_artefact(thing)


def _not_an_artefact(thing: object) -> WiringError:
    return WiringError(f"{thing!r} is not an artefact; {_instead(thing)}")


def _instead(thing: object) -> str:
    """What to give in its place."""
    if isinstance(thing, Task):
        return f"call the task, and give what it returns: {thing.spec.shown_name}(...)"
    if hasattr(thing, "wait"):  # of execute(), or of another program's library
        return "call its wait(); what it stands for is given as it was to execute()"
    if isinstance(thing, Iterator):
        return "give a list: [... for ... in ...]"
    if callable(thing):
        return f"make a step of the function: reduce({function_name(thing)}, ...)"
    return "give what reduce, shell or a task returned"


def only_artefact(thing: object) -> None:
    """Refuse everything but a single artefact.

    Raises:
        WiringError: if it is something else.
    """
    if isinstance(thing, ShellOutput):
        raise WiringError(f'{thing!r} has several values; take .stdout or .out["name"]')
    if isinstance(thing, (list, tuple, set, frozenset, Mapping)):
        raise WiringError("one artefact at a time is taken: [f.take(each) for each in ...]")
    if not isinstance(thing, Artefact):
        raise _not_an_artefact(thing)
