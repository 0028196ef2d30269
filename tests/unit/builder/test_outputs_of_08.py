"""What a shell step makes is used as in funsies 0.8, where it was in lists and dicts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import funsies as f

Use = Callable[[Any], object]


@pytest.fixture
def step() -> f.ShellOutput[Any]:
    return f.shell("echo 1", "echo 2", "echo 3", inp={"in": b""}, out=["a", "b"])


LISTS: dict[str, Use] = {
    "len": len,
    "last": lambda items: items[-1].hash,
    "slice": lambda items: [each.hash for each in items[0:2]],
    "reversed": lambda items: [each.hash for each in items[::-1]],
    "iteration": lambda items: [each.hash for each in items],
    "index": lambda items: items.index(items[1]),
    "in": lambda items: items[2] in items,
    "plus a list": lambda items: [each.hash for each in items + [items[0]]],  # noqa: RUF005
    "a list plus": lambda items: [each.hash for each in [items[0]] + items],  # noqa: RUF005
    "equal": lambda items: items == [*items[:]] and [*items] == items,
    "unequal": lambda items: items != [items[0]],
}

DICTS: dict[str, Use] = {
    "len": len,
    "keys": lambda files: list(files.keys()),
    "items": lambda files: [(name, each.hash) for name, each in files.items()],
    "values": lambda files: [each.hash for each in files.values()],
    "iteration": list,
    "in": lambda files: ("a" in files, "c" in files),
    "get": lambda files: (files["a"].hash, files.get("c"), files.get("c", 3)),
    "unpacked": lambda files: sorted({**files}),
    "equal": lambda files: files == dict(files.items()),
    "shown": lambda files: repr(files).startswith("{'a': <Artefact[bytes]"),
}


@pytest.mark.parametrize("use", LISTS)
@pytest.mark.parametrize("name", ["stdouts", "stderrs", "returncodes"])
def test_what_each_command_makes_is_used_as_a_list(step, name: str, use: str) -> None:
    items = getattr(step, name)
    assert LISTS[use](items) == LISTS[use](list(items))


@pytest.mark.parametrize("use", DICTS)
def test_output_files_are_used_as_a_dict(step, use: str) -> None:
    assert DICTS[use](step.out) == DICTS[use](dict(step.out.items()))


@pytest.mark.parametrize(
    ("name", "change", "edit"),
    [
        ("stdouts", "append", r"list\(step.stdouts\)"),
        ("returncodes", "copy", r"list\(step.stdouts\)"),
        ("out", "pop", r"dict\(step.out\)"),
        ("out", "copy", r"dict\(step.out\)"),
    ],
)
def test_what_would_change_them_names_the_edit(step, name: str, change: str, edit: str) -> None:
    with pytest.raises(AttributeError, match=edit):
        getattr(getattr(step, name), change)
