"""Write tables and plots of ``docs/performance.md``: ``report.py benchmarks/results.jsonl``.

Of several lines, in one file or in several, the last of a case, a size and an engine counts;
``--into`` writes those that count to a file. Needs matplotlib
(``pip install "funsies[benchmarks]"``). Tables replace what stands in the document between
``<!-- name -->`` and ``<!-- end of name -->``; its text is written by hand.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from plots import PICTURES, draw_all
from results import Result, short
from tables_of_data import commands, data
from tables_of_engines import engines, processors, totals
from tables_of_goals import goals
from tables_of_growth import blocked, growth, looks, throughput

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "performance.md"
PLACE_OF_PICTURES = ROOT / "docs" / "pictures" / "performance"


def main() -> None:
    """Read results, and write document and pictures anew."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=Path, nargs="+", help="JSON lines of run.py")
    parser.add_argument("--into", type=Path, help="write the lines that count to this file")
    parser.add_argument("--document", type=Path, default=DOCUMENT)
    parser.add_argument("--pictures", type=Path, default=PLACE_OF_PICTURES)
    asked = parser.parse_args()
    results = newest(
        json.loads(line) for path in asked.results for line in path.read_text().splitlines()
    )
    if asked.into is not None:
        asked.into.write_text("".join(f"{json.dumps(each)}\n" for each in results))
    asked.pictures.mkdir(parents=True, exist_ok=True)
    drawn = [*draw_all(results, asked.pictures)]
    parts = {name: [*rows(results)] for name, rows in TABLES.items()}
    place = os.path.relpath(asked.pictures, asked.document.parent)
    for name in drawn:
        parts[name] = [f"![{PICTURES[name]}]({place}/{name})"]
    asked.document.write_text(_with_parts(asked.document.read_text(), parts))


def newest(lines: Iterable[Result]) -> list[Result]:
    """The last line of each case, size and engine; of graphs that grow, of each shape.

    >>> first = {"case": "wide", "n": 10, "load_before": 9}
    >>> newest([first, {"case": "chain", "n": 10}, first | {"load_before": 1}])
    [{'case': 'wide', 'n': 10, 'load_before': 1}, {'case': 'chain', 'n': 10}]
    """
    found: dict[tuple[object, ...], Result] = {}
    for line in lines:
        key = line["case"], line["n"], line.get("peer")
        former = found.get(key, {})
        if "error" not in line or not former:
            found[key] = line | _with_other_shapes(former, line)
    return list(found.values())


def _with_other_shapes(former: Result, line: Result) -> Result:
    """The points of a line, and those of a former one that are of other shapes."""
    points = line.get("points", ())
    shapes = {point.get("shape") for point in points}
    others = [it for it in former.get("points", ()) if it.get("shape") not in shapes]
    return {"points": [*others, *points]} if points else {}


def machine(results: Sequence[Result]) -> Iterator[str]:
    """On what it was measured, when, and how busy that was."""
    loads = [each["load_before"] for each in results if "load_before" in each]
    versions = sorted({each["python"] for each in results})
    cores = sorted({each["cores"] for each in results})
    load = f"{short(min(loads))} to {short(max(loads))}"
    on = f"Python {', '.join(versions)} on {', '.join(map(str, cores))} cores"
    days = sorted({each["measured"][:10] for each in results if "measured" in each})
    when = f", {' to '.join([*dict.fromkeys([days[0], days[-1]])])}" if days else ""
    yield f"Measured with {on}{when}; the load of the machine was {load} before each case."
    peers = {each["peer"]: each["version"] for each in results if "version" in each}
    if peers:
        said = (f"{peer.split('_')[0]} {version}" for peer, version in sorted(peers.items()))
        yield f"Versions of other engines: {', '.join(said)}."


TABLES: Final[dict[str, Callable[[Sequence[Result]], Iterator[str]]]] = {
    "machine": machine,
    "goals": goals,
    "engines": engines,
    "totals": totals,
    "processors": processors,
    "growth": growth,
    "blocked": blocked,
    "looks": looks,
    "throughput": throughput,
    "data": data,
    "commands": commands,
}
"""Names in the document, and what makes the lines there."""


def _with_parts(text: str, parts: Mapping[str, Sequence[str]]) -> str:
    for name, lines in parts.items():
        opening, closing = f"<!-- {name} -->", f"<!-- end of {name} -->"
        before, begins, rest = text.partition(opening)
        _, _, after = rest.partition(closing)
        if begins:
            text = "\n".join([before + opening, "", *lines, "", closing + after])
    return text


if __name__ == "__main__":
    main()
