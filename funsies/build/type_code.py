"""What the types of a step's values do: part of the identity of the step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from funsies.core.digest import Field
from funsies.core.fingerprint import Ingredient, Library


@dataclass(frozen=True, slots=True)
class TypeCode:
    """The code of codecs, or of classes.

    Attributes:
        identity: a field for each; empty if there is none.
        ingredients: the parts that the fields were made of.
        libraries: that were reached.
    """

    identity: tuple[Field, ...] = ()
    ingredients: tuple[Ingredient, ...] = ()
    libraries: tuple[Library, ...] = ()

    def __add__(self, other: TypeCode) -> TypeCode:
        return TypeCode(
            self.identity + other.identity,
            self.ingredients + other.ingredients,
            self.libraries + other.libraries,
        )


NONE: Final = TypeCode()
