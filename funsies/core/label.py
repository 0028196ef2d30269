"""What people call a step, or the items of a ``map_each``: said where it is built.

Never part of an address. It is kept beside the graph, and read by those who show steps.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import msgspec

from funsies.core.errors import WiringError

from .errors import OptionError

KIND: Final = "label"
"""Of the records under which labels are kept, by the address of what they are of."""

_FIELD: Final = re.compile(r"(item|index)((\.\w+|\[[^\[\]{}]+\])*)")
_PART: Final = re.compile(r"\.(\w+)|\[([^\[\]{}]+)\]")
_FORMAT: Final = re.compile(r"(0?[1-9][0-9]?)?(\.[0-9]{1,2})?[defg]?")


class Label(msgspec.Struct, frozen=True):
    """What was said of how something is called.

    Attributes:
        text: of a step.
        items: of the items of a ``map_each``: a template, or a text for each.
        path: of the file from which a constant was put.
    """

    text: str | None = None
    items: str | tuple[str, ...] | None = None
    path: str | None = None


def step_label(text: object) -> Label:
    """The label of a single step.

    Raises:
        OptionError: if it is no text, or one that cannot be shown or stored.
    """
    return Label(text=_checked(text))


def items_label(label: object, items: object) -> Label:
    """The labels of the items of a ``map_each``.

    Args:
        label: a template with ``{item}`` and ``{index}``, or what makes a text of an item.
        items: the list of them; None if it is known only at run time.

    Raises:
        OptionError: if it is neither, or makes no texts, or there are no items yet to call it
            with.
    """
    if isinstance(label, str):
        _check_template(_checked(label))
        return Label(items=label)
    if not callable(label):
        raise OptionError(f"label= of map_each() is a text, or makes one of an item: {label!r}")
    if not isinstance(items, Iterable):
        raise OptionError(
            "label= of map_each() is called with the items, which are known only at run time "
            'here: give a template instead, such as label="{item}" or label="part {index}"'
        )
    return Label(items=tuple(_called(label, items)))


def _called(label: Callable[[Any], object], items: Iterable[Any]) -> Iterator[str]:
    for each in items:
        made = label(each)
        if not isinstance(made, str):
            raise OptionError(f"label= of map_each() makes texts, but {made!r} of {each!r}")
        yield _checked(made)


def _checked(text: object) -> str:
    if not isinstance(text, str) or not text.strip():
        raise OptionError(f"label= is a text that is not empty, not {text!r}")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise OptionError(f"label={text!a} is not valid Unicode; take another text") from None
    return text


def _check_template(template: str) -> None:
    try:
        fields = list(string.Formatter().parse(template))
    except ValueError as problem:
        raise OptionError(f"label={template!r} is no template: {problem}") from None
    for _, name, form, conversion in fields:
        if name is None:
            continue
        if not _FIELD.fullmatch(name) or conversion or not _FORMAT.fullmatch(form or ""):
            raise OptionError(
                f"label={template!r}: {{{name}}} cannot be filled in; there are {{item}}, "
                "{item.name}, {item[name]}, and {index}, which may be {index:03d}"
            )


def filled_in(template: str, item: object, index: int) -> str:
    """The label of an item by its template.

    Args:
        template: as it was checked.
        item: its value, of plain types; None if it cannot be shown.
        index: where it is in the list.

    >>> filled_in("{item.name} ({index:02d})", {"name": "S3"}, 7)
    'S3 (07)'
    """
    parts: list[str] = []
    for text, name, form, _ in string.Formatter().parse(template):
        parts.append(text)
        if name is not None:
            parts.append(_shown(_value(name, item, index), form or ""))
    return "".join(parts)


def _value(name: str, item: object, index: int) -> object:
    found = _FIELD.fullmatch(name)
    value: Any = item if found and found[1] == "item" else index
    for dotted, bracketed in _PART.findall(found[2] if found else ""):
        key = dotted or bracketed
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value


def _shown(value: object, form: str) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return format(value, form)
        except ValueError:
            return str(value)
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def encode_label(label: Label) -> bytes:
    """A label as it is kept."""
    said = {"text": label.text, "items": label.items, "path": label.path}
    return msgspec.json.encode({name: each for name, each in said.items() if each is not None})


def decode_label(data: bytes | None) -> Label | None:
    """Read a label; None if there is none, or it is damaged."""
    try:
        return None if data is None else msgspec.json.decode(data, type=Label)
    except msgspec.MsgspecError:
        return None


def check_step_name(name: object) -> None:
    """Refuse what cannot name a step; None and the empty text stand for the default.

    Raises:
        WiringError: if it is no text, or none that can be stored.
    """
    if name is None:
        return
    if not isinstance(name, str):
        raise WiringError(f"name= is a text, not {name!r}")
    try:
        name.encode()
    except UnicodeEncodeError:
        raise WiringError(f"name={name!a} is not valid Unicode; take another text") from None
