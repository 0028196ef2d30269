"""``template``: a mustache template as a step of the workflow."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable, Mapping
from typing import Any, Final

import chevron.tokenizer
from chevron import ChevronError, render

from funsies.core.errors import WiringError
from funsies.core.options import Options

from .artefact import Artefact
from .python_task import FunctionSpec, call

_VALUES: Final = frozenset({"variable", "no escape"})
_SECTIONS: Final = frozenset({"section", "inverted section"})


def template(
    template: Artefact[str] | Artefact[bytes] | str | bytes,
    data: Mapping[str, Any],
    strip: bool = True,
    *,
    env: Mapping[str, str] | None = None,
    name: str | None = None,
    opt: Options | None = None,
) -> Artefact[bytes]:
    """Fill in a mustache template, for example to make an input file for a program.

    Nothing is escaped as in HTML: the result is plain text.

    Args:
        template: the template, or an artefact of it: see mustache(5).
        data: values for its keys: artefacts or plain values. Bytes are taken as UTF-8.
        strip: True strips white space at the ends of values that are text.
        env: keys that are filled in from environment variables of the worker: key to variable.
            Their values are not part of the step's identity.
        name: of the step.
        opt: how to run the step.

    Returns:
        The filled-in template, UTF-8.

    Raises:
        WiringError: if a key of the template has no value, or the template is not valid. For
            a template that is itself an artefact this is an error of the step.

    >>> template("{{basis}} {{charge}}", {"basis": "6-31g", "charge": put(0)})
    <Artefact[bytes] ... of template>
    """
    variables = dict(env or {})
    if not isinstance(template, Artefact):
        _check(_text(template), [*data, *variables])
    keys = sorted(data)
    spec = FunctionSpec(
        functools.partial(_render, tuple(keys), tuple(sorted(variables.items())), strip),
        name=name or "template",
        out=(bytes,),
        options=opt,
    )
    return call(spec, (template, *(data[key] for key in keys)), {})[0]


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
    filled: str = render(tokens, data, partials_path=None)
    return filled.encode()


def _shown(value: object, *, strip: bool) -> object:
    shown = value.decode() if isinstance(value, bytes) else value
    return shown.strip() if strip and isinstance(shown, str) else shown


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
        is_needed = kind in _VALUES | _SECTIONS and depth == 0 and key != "."
        if is_needed and key.partition(".")[0] not in known:
            raise WiringError(
                f"key {key!r} of the template has no value; give it in data= or env= "
                f"({', '.join(sorted(known)) or 'which are empty'})"
            )
        depth += (kind in _SECTIONS) - (kind == "end")
    return tokens


def _tokens(template: str) -> list[tuple[str, str]]:
    """The parts of a template, with nothing to be escaped."""
    try:
        tokens = list(chevron.tokenizer.tokenize(template, "{{", "}}"))
    except ChevronError as problem:
        raise WiringError(f"the template is not valid mustache: {problem}") from None
    return [("no escape" if kind == "variable" else kind, key) for kind, key in tokens]
