"""``template``: a mustache template as a step of the workflow."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any, Final, Never, Unpack

from funsies.core.errors import WiringError
from funsies.core.former_names import NO_CONNECTION, former_keywords
from funsies.core.options import Options
from funsies.core.own_options import OwnOptions, StepOptions, own_options

from .artefact import Artefact
from .call import call
from .python_task import FunctionSpec

_VALUES: Final = frozenset({"variable", "no escape"})
_SECTIONS: Final = frozenset({"section", "inverted section"})


@former_keywords(connection=NO_CONNECTION)
def template(
    template: Artefact[str] | Artefact[bytes] | str | bytes,
    data: Mapping[str, Any],
    strip: bool = True,
    *,
    env: Mapping[str, str] | None = None,
    name: str | None = None,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[bytes]:
    """Fill in a mustache template, for example to make an input file for a program.

    Nothing is escaped as in HTML: the result is plain text. A key without a value is an error,
    never an empty text; only inside of a section may another be about a key that is not there.

    Args:
        template: the template, or an artefact of it: see mustache(5).
        data: values for its keys: artefacts or plain values. Bytes are taken as UTF-8.
        strip: True strips white space at the ends of values that are text.
        env: keys that are filled in from environment variables of the worker: key to variable.
            Their values are not part of the step's identity.
        name: of the step.
        opt: how to run the step.
        options: single ones by keyword: ``queue``, ``timeout_seconds``, ``retries`` and so on.

    Returns:
        The filled-in template, UTF-8.

    Raises:
        WiringError: if a key of the template has no value, or the template is not valid. Where
            that depends on artefacts it is an error of the step.

    >>> template("{{basis}} {{charge}}", {"basis": "6-31g", "charge": put(0)})
    <Artefact[bytes] ... of template>
    """
    if not isinstance(template, (str, bytes, Artefact)):
        raise WiringError(f"a template is a text, or an artefact of one, not {template!r}")
    variables = dict(env or {})
    keys = sorted(data)
    if not isinstance(template, Artefact):
        _check(_text(template), [*data, *variables])
        if not variables and not any(isinstance(each, Artefact) for each in data.values()):
            _try(tuple(keys), strip, template, [data[key] for key in keys])
    spec = FunctionSpec(
        functools.partial(_render, tuple(keys), tuple(sorted(variables.items())), strip),
        name=name or "template",
        out=(bytes,),
        options=_options(opt, options),
    )
    return call(spec, (template, *(data[key] for key in keys)), {})[0]


def _options(opt: Options | None, given: Mapping[str, Any]) -> OwnOptions:
    return own_options(template, opt, given)


def _try(keys: tuple[str, ...], strip: bool, template: Any, values: list[Any]) -> None:
    """Find out at once, and not on a worker, what is missing."""
    try:
        _render(keys, (), strip, template, *values)
    except LookupError as problem:
        raise WiringError(str(problem)) from None


def _render(
    keys: tuple[str, ...],
    env: tuple[tuple[str, str], ...],
    strip: bool,
    template: Any,
    *values: Any,
) -> bytes:
    """Fill in a template; runs on a worker."""
    data = {key: _shown(value, strip=strip) for key, value in zip(keys, values, strict=True)}
    for key, variable in env:
        if variable not in os.environ:
            raise LookupError(f"this worker has no environment variable {variable!r}")
        data[key] = _shown(os.environ[variable], strip=strip)
    tokens = _check(_text(template), data)
    scopes = [data | {"": ""}, _Nowhere(tokens)]  # an empty scope would be left out
    return render(tokens, scopes).encode()


def _shown(value: object, *, strip: bool) -> object:
    if isinstance(value, list):
        return [_item(_shown(each, strip=strip)) for each in value]
    shown = value.decode() if isinstance(value, bytes) else value
    return shown.strip() if strip and isinstance(shown, str) else shown


class _Int(int):
    """A number in a list is shown, also if it is 0: chevron leaves out what is false."""

    def __bool__(self) -> bool:
        return True


class _Float(float):
    """See above."""

    def __bool__(self) -> bool:
        return True


def _item(value: object) -> object:
    if type(value) is int:
        return _Int(value)
    return _Float(value) if type(value) is float else value


class _Nowhere:
    """The outermost scope, where keys are looked up that are nowhere else.

    Args:
        tokens: of the template. A section about a missing key is left out, as mustache has it.
    """

    def __init__(self, tokens: Iterable[tuple[str, str]]) -> None:
        self._roots = {key.partition(".")[0]: key for kind, key in tokens if kind in _VALUES}

    def __getitem__(self, root: str) -> Never:
        if root not in self._roots:
            raise KeyError(root)
        raise LookupError(f"key {self._roots[root]!r} of the template has no value")


def _text(template: str | bytes) -> str:
    return template.decode() if isinstance(template, bytes) else template


def _check(template: str, keys: Iterable[str]) -> list[tuple[str, str]]:
    """Parse a template, and see that its keys have values.

    Keys inside of sections may be found in what the section stands for; only the key of the
    section itself is looked at.
    """
    known = set(keys)
    depth = 0
    tokens = _tokens(template)
    for kind, key in tokens:
        if kind == "partial":
            raise WiringError(
                f"the template refers to another one, {key!r}; put the text of that in there"
            )
        if kind in _VALUES | _SECTIONS:
            _check_key(key, known, is_outside=depth == 0)
        depth += (kind in _SECTIONS) - (kind == "end")
    return tokens


def _check_key(key: str, known: Collection[str], *, is_outside: bool) -> None:
    """See that a key names something that may be shown; ``is_outside`` of all sections."""
    if any(part.startswith("__") for part in key.split(".")):
        raise WiringError(
            f"key {key!r} of the template asks for what Python keeps inside of a value; "
            "give what is to be shown a name of its own in data="
        )
    if is_outside and key == ".":
        raise WiringError(
            "'.' in a template stands for one item, inside of a section about a list: "
            "{{#items}}{{.}}{{/items}}; outside of sections, name what is to be shown"
        )
    if is_outside and key.partition(".")[0] not in known:
        raise WiringError(
            f"key {key!r} of the template has no value; give it in data= or env= "
            f"({', '.join(sorted(known)) or 'which are empty'})"
        )


def _tokens(template: str) -> list[tuple[str, str]]:
    """The parts of a template, with nothing to be escaped."""
    try:
        tokens = list(tokenize(template, "{{", "}}"))
    except ChevronError as problem:
        raise WiringError(f"the template is not valid mustache: {problem}") from None
    return [("no escape" if kind == "variable" else kind, key) for kind, key in tokens]


# chevron, with types.
#
# It has none itself. Imported as usual, it would ask everybody who checks a program against
# the sources of funsies for a package of stubs.

Token = tuple[str, str]
"""A part of a template: its kind, and its text or key."""

_chevron: Final[Any] = import_module("chevron")

ChevronError: Final[type[Exception]] = _chevron.ChevronError
"""The template is not valid."""

tokenize: Final[Callable[[str, str, str], Iterator[Token]]] = import_module(
    "chevron.tokenizer"
).tokenize
"""The parts of a template, which stand between two delimiters."""


def render(tokens: Sequence[Token], scopes: Sequence[object]) -> str:
    """Fill in a template; what its keys stand for is looked up in each scope in turn."""
    filled: str = _chevron.render(tokens, scopes=scopes)
    return filled
