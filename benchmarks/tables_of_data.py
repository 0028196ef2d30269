"""Tables of bytes on their way, and of whole commands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from results import Result, points, short, table

WAYS: Final = {
    "put_file": "`put_file()`",
    "shell_reads": "shell step reads",
    "shell_copies": "shell step copies",
    "takeout": "`takeout()`",
    "python_makes": "Python step makes",
    "python_reads": "Python step reads",
    "take": "`take()`",
}
LEAST_BYTES: Final = 1 << 20
"""Of fewer bytes the speed says nothing: milliseconds are shown."""

UNITS: Final = ("KiB", "MiB", "GiB")


def data(results: Sequence[Result]) -> Iterator[str]:
    """MB/s by those of copying and hashing in the same run; milliseconds of what is small."""
    found = {(each["store"], each["bytes"]): each for each in points(results, "data")}
    rows = (
        [
            f"{_size(each['bytes'])}, {each['store']}",
            _yardstick(each),
            *(_way(each, name) for name in WAYS),
            _peak(each),
        ]
        for _, each in sorted(found.items())
    )
    yield from table(("bytes", "copy and hash", *WAYS.values(), "worker, MiB"), rows)


def _yardstick(each: Result) -> str:
    if each["bytes"] < LEAST_BYTES:
        return f"{short(each['copy_and_hash_milliseconds'])} ms"
    return f"{each['copy_and_hash_mb_per_second']:,.0f} MB/s"


def _way(each: Result, name: str) -> str:
    if f"{name}_ratio" not in each:
        return ""
    if each["bytes"] < LEAST_BYTES:
        return f"{short(each[f'{name}_milliseconds'])} ms"
    return f"{each[f'{name}_ratio']:.2f}"


def _peak(each: Result) -> str:
    """Most memory of a process of the workers while they worked for shell steps and files."""
    names = ("put_file", "shell_reads", "shell_copies", "takeout")
    return str(max((each.get(f"{name}_worker_mib", 0) for name in names), default=0) or "")


def _size(count: int) -> str:
    unit = 0
    while count >= 1 << 20 and unit < len(UNITS) - 1:
        count, unit = count >> 10, unit + 1
    return f"{count >> 10:,} {UNITS[unit]}"


def commands(results: Sequence[Result]) -> Iterator[str]:
    """Seconds of whole commands, and of workers until they are ready."""
    rows = []
    for each in points(results, "startup"):
        seconds = each.get("seconds", each.get("ready_seconds"))
        least = each.get("seconds_min", each.get("ready_seconds_min"))
        processor = short(each.get("cpu_seconds"))
        rows.append([each["command"], short(seconds), short(least), processor])
    yield from table(("command", "seconds", "smallest", "CPU"), rows)
