"""The code of classes and codecs: part of the identity of the steps that use their values.

A step calls methods of the values that it is given, and its own code need not name their
classes. So what these do counts, as if the step's code had named them; and so does what codecs
do that write or read the values.
"""

from __future__ import annotations

from abc import ABCMeta
from collections.abc import Callable, Collection, Iterable
from typing import Any, Final, NamedTuple

import msgspec

from funsies.core.digest import Field
from funsies.core.encoding import Codec, Encoding, pickled_class, stored_class
from funsies.core.encoding.known_classes import NOTHING
from funsies.core.errors import FingerprintError
from funsies.core.fingerprint import Fingerprint, Giver, Ingredient, Library, fingerprint
from funsies.core.fingerprint.source_lookup import class_entry, class_text


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


class TypeCode(msgspec.Struct, frozen=True):
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


_OWN: Final = "funsies"


def code_of_classes(
    encodings: Iterable[Encoding[Any]], ignore: Collection[str], *, by_name: bool
) -> TypeCode:
    """Look at the code of all classes that values of some encodings may have.

    Args:
        encodings: of the inputs of a step.
        ignore: names that do not count.
        by_name: True if a version stands in the place of all code.
    """
    encodings = list(encodings)
    kinds = dict.fromkeys(kind for one in encodings for kind in one.classes)
    if not kinds and all(one.kinds == NOTHING for one in encodings):
        return NONE
    counted = [kind for kind in kinds if _counts(kind, ignore)]
    looks = [] if by_name else [_look(kind) for kind in counted]
    seen = [each.found for each in looks if each.found is not None]
    fields = (
        [_class_field(kind, b"") for kind in counted]
        if by_name
        else [
            _class_field(kind, _code(kind, look))
            for kind, look in zip(counted, looks, strict=True)
        ]
    )
    return TypeCode(
        (*sorted(fields), *_known(encodings)),
        tuple(part for each in seen for part in each.ingredients),
        tuple(library for each in seen for library in each.libraries),
        tuple(looks),
    )


def _counts(kind: type, ignore: Collection[str]) -> bool:
    names = {kind.__qualname__, f"{kind.__module__}.{kind.__qualname__}"}
    return names.isdisjoint(ignore) and kind.__module__.partition(".")[0] != _OWN


def _look(kind: type) -> Look:
    try:
        return Look(kind, Giver.TASK, fingerprint(kind))
    except FingerprintError:
        return Look(kind, Giver.TASK, None)


def _code(kind: type, look: Look) -> bytes:
    """The fingerprint of a class; of one that cannot be seen whole, its own text.

    The step may use nothing of what cannot be seen, so that is no reason to refuse it.
    """
    if look.found is not None:
        return look.found.digest
    text = class_text(kind, class_entry(kind))
    return b"" if text is None else text.digest


def _class_field(kind: type, code: bytes) -> tuple[str, str, bytes]:
    return "class", kind.__qualname__, code


def _known(encodings: list[Encoding[Any]]) -> Iterable[Field]:
    """What besides classes decides how a reader finds them."""
    modules = {module for one in encodings for module in one.kinds.modules}
    if modules:
        yield ("modules", *sorted(modules))
    if any(one.kinds.is_lenient for one in encodings):
        yield ("lenient",)  # one that is asked has a descriptor of its own


def described(
    result: Encoding[Any], inputs: Iterable[Encoding[Any]], code: Fingerprint | None
) -> Encoding[Any]:
    """The encoding of a result, with the classes of which its values may be.

    Args:
        result: as the annotation of the function has it.
        inputs: of the step: their values may be in the result.
        code: of the function, which may make others.
    """
    inputs = list(inputs)
    if not result.says_itself:
        return _with_subclasses(result, inputs, code)
    reached = [] if code is None else _known_classes(result, code.classes)
    modules = {module for one in inputs for module in one.kinds.modules}
    modules.update(() if code is None else code.texts)
    return result.with_kinds((*reached, *inputs), sorted(modules))


def _with_subclasses(
    result: Encoding[Any], inputs: Iterable[Encoding[Any]], code: Fingerprint | None
) -> Encoding[Any]:
    """The encoding with those subclasses of its classes that there are."""
    kinds = dict.fromkeys(kind for one in inputs for kind in one.classes)
    kinds.update(dict.fromkeys(() if code is None else code.classes))
    if not kinds:
        return result
    bases = tuple(result.bases())
    others = (kind for kind in kinds if issubclass(kind, bases) and kind not in bases)
    known = _known_classes(result, kinds if result.has_pickles else others)
    return result.with_subclasses(known) if known else result


def may_have_new_subclasses(result: Encoding[Any]) -> bool:
    """True if another class may become one of a result's later, without being changed."""
    return any(isinstance(kind, ABCMeta) for kind in result.bases())


def _known_classes(result: Encoding[Any], kinds: Iterable[type]) -> list[Encoding[Any]]:
    """How values of these classes are stored in a result, as far as they are."""
    known = map(stored_class if not result.has_pickles else pickled_class, kinds)
    return [each for each in known if each is not None]


def code_of_codecs(encodings: Iterable[Encoding[Any]]) -> TypeCode:
    """Look at the code of all codecs that some encodings use.

    Raises:
        FingerprintError: if the code of one cannot be seen whole.
    """
    codecs = {codec.name: codec for encoding in encodings for codec in encoding.codecs}
    if not codecs:
        return NONE
    looks = [(codec, _looks(codec)) for _, codec in sorted(codecs.items())]
    every = [each for _, found in looks for each in found]
    prints = [each.found for each in every if each.found is not None]
    return TypeCode(
        tuple(_codec_field(codec, found) for codec, found in looks),
        tuple(part for each in prints for part in each.ingredients),
        tuple(library for each in prints for library in each.libraries),
        tuple(every),
    )


def _looks(codec: Codec) -> list[Look]:
    if codec.version is not None:
        return []
    giver = Giver.CODEC
    return [
        Look(each, giver, fingerprint(each, giver=giver))
        for each in (codec.encode, codec.decode)
    ]


def _codec_field(codec: Codec, looks: list[Look]) -> Field:
    if codec.version is not None:
        return (codec.name, "version", codec.version, *codec.scope)
    digests = [each.found.digest for each in looks if each.found is not None]
    return (codec.name, "code", *digests, *codec.scope)
