"""What the types of a step's values do: part of the identity of the step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from funsies.core.digest import Field
from funsies.core.fingerprint import Fingerprint, Giver, Ingredient, Library, fingerprint


class Look(NamedTuple):
    """A look at some code.

    Attributes:
        function: that was looked at, or class.
        giver: how it was given.
        found: its fingerprint; None if it cannot be seen whole.
    """

    function: Callable[..., Any]
    giver: Giver
    found: Fingerprint | None

    @property
    def is_current(self) -> bool:
        """True if a second look shows the same."""
        return fingerprint(self.function, giver=self.giver) is self.found


@dataclass(frozen=True, slots=True)
class TypeCode:
    """The code of codecs, or of classes.

    Attributes:
        identity: a field for each; empty if there is none.
        ingredients: the parts that the fields were made of.
        libraries: that were reached.
        looks: at what was looked.
    """

    identity: tuple[Field, ...] = ()
    ingredients: tuple[Ingredient, ...] = ()
    libraries: tuple[Library, ...] = ()
    looks: tuple[Look, ...] = ()

    @property
    def is_current(self) -> bool:
        """True if none of the code has changed, as far as that can be seen."""
        for each in self.looks:  # noqa: SIM110 - most steps have none
            if each.found is None or not each.is_current:
                return False
        return True

    def __add__(self, other: TypeCode) -> TypeCode:
        return TypeCode(
            self.identity + other.identity,
            self.ingredients + other.ingredients,
            self.libraries + other.libraries,
            self.looks + other.looks,
        )


NONE: Final = TypeCode()
