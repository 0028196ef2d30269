"""``template``: the keys of a template that is spelled out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from mypy.plugin import FunctionContext
from mypy.types import Type

from funsies_mypy import codes
from funsies_mypy.arguments import checker, given
from funsies_mypy.known_dicts import possible_keys
from funsies_mypy.literals import all_keys_of, text_of
from funsies_mypy.messages import did_you_mean, fail

_TAG: Final = re.compile(r"{{(?P<kind>[{&#^/!>=]?)(?P<key>.*?)}}", re.DOTALL)


def check_template(context: FunctionContext) -> Type:
    """Each key of the template has a value, and each value has a key."""
    api = checker(context)
    template, data = given(context, "template"), given(context, "data")
    env = given(context, "env")
    text = None if template is None else text_of(api, template.expression)
    values = None if data is None else all_keys_of(api, data.expression)
    variables = [] if env is None else all_keys_of(api, env.expression)
    if template is None or data is None or text is None or variables is None:
        return context.default_return_type
    keys = possible_keys(api, data.expression)
    if keys is None:
        return context.default_return_type
    known = [*keys, *(name for name, _ in variables)]
    tags = list(_tags(text))
    for key in dict.fromkeys(key for key, is_outside in tags if is_outside):
        if key not in known:
            told = (
                f'Template key "{key}" has no value{did_you_mean(key, known)}; give it in data='
            )
            fail(api, codes.TEMPLATE, told, template.expression)
    if _has_partials(text) or values is None:
        return context.default_return_type
    asked = {key for key, _ in tags}
    for name, where in (*values, *variables):
        if name not in asked:
            told = f'The template has no key "{name}"{did_you_mean(name, asked)}'
            fail(api, codes.TEMPLATE, told, where)
    return context.default_return_type


def _tags(text: str) -> Iterator[tuple[str, bool]]:
    """The keys of a template, and whether each stands outside of all sections."""
    depth = 0
    for found in _TAG.finditer(text):
        kind, key = found["kind"], found["key"].strip().strip("}").strip()
        if kind == "/":
            depth -= 1
        elif kind in ("", "{", "&", "#", "^") and key != ".":
            yield key.partition(".")[0], depth == 0
        depth += kind in ("#", "^") and kind != ""


def _has_partials(text: str) -> bool:
    return any(found["kind"] in (">", "=") for found in _TAG.finditer(text))
