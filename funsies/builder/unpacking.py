"""``**options: Unpack[Options]`` and ``*items: *Ts``: what is unpacked into parameters."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import Parameter, Signature
from typing import Any, Final, Unpack, get_args, get_origin

import typing_extensions

from funsies.core.encoding import keys_of
from funsies.core.encoding.open_tuples import tuple_parts, unpacked

_UNPACK: Final = (Unpack, typing_extensions.Unpack)


def with_unpacked(
    shape: Signature, annotations: Mapping[str, object]
) -> tuple[Signature, Mapping[str, object]]:
    """Say what each of the arguments is that ``*items`` and ``**options`` unpack.

    Args:
        shape: the parameters of a function.
        annotations: by parameter name.

    Returns:
        Both, with a keyword parameter for each key of an unpacked TypedDict, and the type of an
        item of an unpacked tuple; as they are, if nothing is unpacked.
    """
    for name, parameter in shape.parameters.items():
        hint = annotations.get(name)
        if parameter.kind is parameter.VAR_POSITIONAL and unpacked(hint) is not None:
            annotations = {**annotations, name: _item(hint)}
        if parameter.kind is parameter.VAR_KEYWORD and get_origin(hint) in _UNPACK:
            keys = keys_of(get_args(hint)[0])
            named = [_keyword(key, is_required=each[1]) for key, each in keys.items()]
            others = [each for each in shape.parameters.values() if each is not parameter]
            types = {key: kind for key, (kind, _) in keys.items()}
            return shape.replace(parameters=[*others, *named]), {**annotations, **types}
    return shape, annotations


def _item(hint: object) -> object:
    """The type of each of several arguments; ``Any`` if it is not the same for all."""
    first, *others = tuple_parts([hint])
    return Any if others else first.annotation


def _keyword(name: str, *, is_required: bool) -> Parameter:
    """A parameter; the default of one that may be missing is never used."""
    default = Parameter.empty if is_required else None
    return Parameter(name, Parameter.KEYWORD_ONLY, default=default)
