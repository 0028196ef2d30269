"""What the text of a function or a class says."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple


class Place(NamedTuple):
    """Where code is written, for people: it is no part of any identity.

    Attributes:
        file: name of the file; "" if nothing is known.
        line: number of its first line in the file.
        text: the lines, without the indentation that they share.
    """

    file: str = ""
    line: int = 0
    text: str = ""


NOWHERE: Final = Place()


class ClassText(NamedTuple):
    """The text of a class.

    Attributes:
        digest: digest of its normalised text.
        names: what the class body assigns, sorted; the rest of the class is generated.
        methods: code records of all functions in the class body, sorted.
        place: where it is written.
    """

    digest: bytes
    names: tuple[str, ...]
    methods: tuple[bytes, ...]
    place: Place = NOWHERE


class Entry(NamedTuple):
    """The text of running code, as far as there is one.

    Attributes:
        digest: digest of the normalised text; empty if there is no text.
        library_names: of a function: global names that its module imports from libraries,
            with their qualified names; they count by that name, whatever their value.
        classes: of a class: the classes of this name in its file.
        unused_names: of a function: names that only annotations of inner functions read.
        changed_names: of a function: names of the objects that it changes in place.
        inner_annotations: of a function: those of the functions inside it, as they are written.
        place: of a function: where it is written.
        assigned: of a function: lines of the assignments at the top level of its file.
        taken: of a function: names that the top level of its file takes from modules, each with
            the module, its name there, and how many packages up that is.
    """

    digest: bytes = b""
    library_names: tuple[tuple[str, str], ...] = ()
    classes: tuple[ClassText, ...] = ()
    unused_names: tuple[str, ...] = ()
    changed_names: frozenset[str] = frozenset()
    inner_annotations: tuple[str, ...] = ()
    place: Place = NOWHERE
    assigned: Mapping[str, int] = MappingProxyType({})
    taken: Mapping[str, tuple[str, str, int]] = MappingProxyType({})
