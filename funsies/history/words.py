"""Values and files as words of labels: short, on one line, and the same in every process."""

from __future__ import annotations

import re
from typing import Final

import msgspec

LONGEST_WORD: Final = 40

_SIMPLE: Final = re.compile(r"[^\s,\"'\\=\[\]{}](?:[^\s,\"'\\{}]| (?! ))*(?<! )")
"""Texts that need no quotes."""

_IS_JSON: Final = re.compile(r"null|true|false|-?[0-9][0-9.eE+-]*")


def word_of(wire: str, data: bytes) -> str | None:
    """A small value as a word; None if it has none.

    >>> word_of("json", b'"S3"'), word_of("json", b'"3"'), word_of("json", b"3")
    ('S3', '"3"', '3')
    """
    if wire == "json":
        return _json_word(data)
    return _text_word(data) if wire == "blob" else None


def shortened(text: str, most: int) -> str:
    """A text without its middle, if it is too long.

    >>> shortened("align(reads=/a/long/way/to/S3.fastq)", 25)
    'align(reads...o/S3.fastq)'
    """
    if len(text) <= most:
        return text
    head = (most - 3) // 2
    return f"{text[:head]}...{text[len(text) - (most - 3 - head) :]}"


def _json_word(data: bytes) -> str | None:
    if data[:1] != b'"':
        return shortened(data.decode(errors="replace"), LONGEST_WORD) or None
    try:
        text = msgspec.json.decode(data, type=str)
    except msgspec.MsgspecError:
        return None
    is_plain = _SIMPLE.fullmatch(text) and not _IS_JSON.fullmatch(text)
    return shortened(text if is_plain else data.decode(errors="replace"), LONGEST_WORD)


def _text_word(data: bytes) -> str | None:
    try:
        text = data.decode().strip()
    except UnicodeDecodeError:
        return None
    lines = text.split("\n", 1)
    return shortened(lines[0] + ("..." if lines[1:] else ""), LONGEST_WORD) or None
