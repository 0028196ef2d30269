"""What is found, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Role: TypeAlias = Literal["input", "output", "command"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong with a step, or may be.

    Attributes:
        is_error: False of what is worth a look, and may be right.
        role: what ``place`` counts.
        place: of the input, output or command that it is about; counted from 0.
        text: for the user.
    """

    is_error: bool
    role: Role
    place: int
    text: str
