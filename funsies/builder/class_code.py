"""The classes of values: part of the identity of the steps that use them.

A step calls methods of the values that it is given, and its own code need not name their
classes. So what these do counts, as if the step's code had named them.
"""

from __future__ import annotations

from abc import ABCMeta
from collections.abc import Collection, Iterable
from typing import Any, Final

from funsies.core.digest import Field
from funsies.core.encoding import Encoding, pickled_class, stored_class
from funsies.core.encoding.kinds import NOTHING
from funsies.core.errors import FingerprintError
from funsies.core.fingerprint import Fingerprint, Giver, fingerprint
from funsies.core.fingerprint.texts import class_entry, class_text

from .type_code import NONE, Look, TypeCode

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
        [_field(kind, b"") for kind in counted]
        if by_name
        else [
            _field(kind, _code(kind, look)) for kind, look in zip(counted, looks, strict=True)
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


def _field(kind: type, code: bytes) -> tuple[str, str, bytes]:
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
