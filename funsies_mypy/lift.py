"""Signatures for the first look at a call: anything goes, the hook then checks exactly."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Final, TypeVar

from mypy.nodes import ARG_NAMED, ARG_NAMED_OPT, ARG_POS, ARG_STAR, ARG_STAR2
from mypy.types import AnyType, CallableType, Instance, Type, get_proper_type

from . import names
from .types import unknown

IMPOSSIBLE: Final = "<not this overload>"
ANY_KEYWORD: Final = "<any keyword>"
"""Name of the parameter that takes what the call does not have."""


AnswerT = TypeVar("AnswerT")

_MOST_REMEMBERED: Final = 1000


def _once_a_signature(
    ask: Callable[[CallableType], AnswerT],
) -> Callable[[CallableType], AnswerT]:
    """Remember the answer: each call of a function asks about all of its overloads."""
    answers: dict[int, tuple[CallableType, AnswerT]] = {}

    @wraps(ask)
    def remembered(signature: CallableType) -> AnswerT:
        known = answers.get(id(signature))
        if known is None:
            if len(answers) >= _MOST_REMEMBERED:
                answers.clear()
            # With the signature itself, so that its number is that of no other.
            known = answers[id(signature)] = signature, ask(signature)
        return known[1]

    return remembered


def opened(signature: CallableType, object_type: Type, result: Type) -> CallableType:
    """Let the function and the inputs be anything, keep the options, and take any others.

    ``object`` and not ``Any``: an ``Any`` context would turn ``put([1])`` into
    ``Artefact[Any]``.
    """
    signature = with_any_keyword(signature, object_type)
    options = zip(signature.arg_kinds, signature.arg_names, signature.arg_types, strict=True)
    types = [
        object_type if kind in (ARG_POS, ARG_STAR) or name == "out" else option
        for kind, name, option in options
    ]
    kinds = [ARG_NAMED_OPT if kind == ARG_NAMED else kind for kind in signature.arg_kinds]
    return signature.copy_modified(
        arg_types=types, arg_kinds=kinds, variables=[], ret_type=result
    )


def with_any_keyword(signature: CallableType, object_type: Type) -> CallableType:
    """Take any keyword besides those of the call, and anything as an option of the step.

    The hook then says what to write; mypy would list all overloads. A signature with a single
    parameter that has no name, as that of ``@task``, is left as it is.
    """
    signature = signature.with_unpacked_kwargs()
    if list(signature.arg_names) == [None] or ARG_STAR2 in signature.arg_kinds:
        return signature
    named = zip(signature.arg_names, signature.arg_types, strict=True)
    types = [object_type if name in names.STEP_OPTIONS else kind for name, kind in named]
    return signature.copy_modified(
        arg_types=[*types, object_type],
        arg_kinds=[*signature.arg_kinds, ARG_STAR2],
        arg_names=[*signature.arg_names, ANY_KEYWORD],
    )


def open_arguments(signature: CallableType, object_type: Type, result: Type) -> CallableType:
    """Let all arguments be anything."""
    return signature.copy_modified(
        arg_types=[object_type, object_type],
        arg_kinds=[ARG_STAR, ARG_STAR2],
        arg_names=[None, None],
        variables=[],
        ret_type=result,
        unpack_kwargs=False,
    )


@_once_a_signature
def closed(signature: CallableType) -> CallableType:
    """An overload that no call fits, so that only the one that is left counts."""
    return signature.copy_modified(
        arg_types=[unknown()],
        arg_kinds=[ARG_NAMED],
        arg_names=[IMPOSSIBLE],
        variables=[],
        unpack_kwargs=False,
    )


@_once_a_signature
def takes_any_strict(signature: CallableType) -> bool:
    """True of the overload for ``strict: bool``, which has all inputs as ``Any``."""
    strict = signature.argument_by_name("strict")
    if strict is None:
        return True
    kind = get_proper_type(strict.typ)
    return isinstance(kind, Instance) and kind.type.fullname == "builtins.bool"


@_once_a_signature
def gives_any(signature: CallableType) -> bool:
    """True of the overload whose result is ``Any``."""
    return isinstance(get_proper_type(signature.ret_type), AnyType)
