"""What the text of a function or a class says."""

from __future__ import annotations

from typing import NamedTuple


class ClassText(NamedTuple):
    """The text of a class.

    Attributes:
        digest: digest of its normalised text.
        names: what the class body assigns, sorted; the rest of the class is generated.
        methods: code records of all functions in the class body, sorted.
    """

    digest: bytes
    names: tuple[str, ...]
    methods: tuple[bytes, ...]


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
    """

    digest: bytes = b""
    library_names: tuple[tuple[str, str], ...] = ()
    classes: tuple[ClassText, ...] = ()
    unused_names: tuple[str, ...] = ()
    changed_names: frozenset[str] = frozenset()
    inner_annotations: tuple[str, ...] = ()
