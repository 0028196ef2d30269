"""Libraries that a step uses, and what of them counts for its identity.

A library counts by its version. One without a version of its own (installed from a directory
or an archive, or put there by hand: its code may change and its version stay) counts by its
content. What counts is decided where the program runs, and travels with the steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from funsies.core.fingerprint.distributions import normalised
from funsies.core.fingerprint.library_content import content_of, is_ones_own
from funsies.core.fingerprint.library_places import Place, place_of
from funsies.core.fingerprint.library_rules import CONTENT, NAME, VERSION, rules_of_the_project

SHOWN_CONTENT: Final = 10


class Library(NamedTuple):
    """A library, and what of it counts.

    Attributes:
        module: the module or package that is named, without what is inside it.
        name: of the distribution; of the module, if it belongs to none.
        version: as it is installed; "" if it does not count.
        content: digest of its files; "" if they do not count.
    """

    module: str
    name: str
    version: str = ""
    content: str = ""

    @property
    def counted(self) -> str:
        """What enters the identity of a step."""
        return self.content or self.version

    @property
    def shown_version(self) -> str:
        """The version for people, with the beginning of the content if that counts, too."""
        content = f"content {self.content[:SHOWN_CONTENT]}" if self.content else ""
        return ", ".join(filter(None, (self.version, content)))


@dataclass(frozen=True, slots=True, eq=False)
class Decided:
    """What the program has decided, for what its steps build on a worker.

    Attributes:
        libraries: those that the step uses, as they count.
        rules: what ``[tool.funsies.libraries]`` of the program says: name -> rule.
    """

    libraries: tuple[Library, ...] = ()
    rules: Mapping[str, str] = field(default_factory=dict)

    def library_of(self, module: str) -> Library | None:
        """The decision on a module, or on the package that it is in."""
        for each in self.libraries:
            if f"{module}.".startswith(f"{each.module}."):
                return each
        return None


decided: Final[ContextVar[Decided | None]] = ContextVar("decided", default=None)
"""Set while a step builds others; None where the program itself runs."""


def libraries_of(modules: Iterable[str]) -> tuple[Library, ...]:
    """What counts of the libraries that some modules belong to, each once, sorted."""
    found = (library_of(each) for each in modules)
    return tuple(sorted({each for each in found if each is not None}))


def library_of(module: str) -> Library | None:
    """What counts of the library that a module belongs to.

    Args:
        module: name of a module, or of something in a module, as an import statement has it.

    Returns:
        None for what is no library, or a namespace that holds several.

    Raises:
        OptionError: if ``[tool.funsies.libraries]`` says what has no meaning.

    >>> library_of("json") is None
    True
    >>> library_of("no_such_module")
    Library(module='no_such_module', name='no-such-module', version='', content='')
    """
    by_program = decided.get()
    known = None if by_program is None else by_program.library_of(module)
    if known is not None:
        return known
    place = place_of(module)
    if place is None:
        return None
    if place.path:
        return counting(place, rules_in_force())
    # Not here. Where the program runs that is noted, so that a worker that has it knows it.
    return Library(place.module, normalised(place.module)) if by_program is None else None


def rules_in_force() -> Mapping[str, str]:
    """The rules of the project: read where the program runs, brought along elsewhere."""
    by_program = decided.get()
    return rules_of_the_project() if by_program is None else by_program.rules


def counting(place: Place, rules: Mapping[str, str]) -> Library:
    """What counts of a library that is here.

    Args:
        place: where it is.
        rules: what is said of named ones: ``"name"``, ``"version"`` or ``"content"``.
    """
    distribution = place.distribution
    name = normalised(place.module) if distribution is None else distribution.name
    rule = rules.get(name) or (CONTENT if is_ones_own(distribution) else VERSION)
    if rule == NAME:
        return Library(place.module, name)
    version = "" if distribution is None else distribution.version
    is_told_apart = rule == VERSION and version
    return Library(place.module, name, version, "" if is_told_apart else content_of(place))
