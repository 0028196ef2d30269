"""Write tables and plots of ``docs/performance.md``: ``report.py benchmarks/results.jsonl``.

Needs matplotlib (``pip install "funsies[benchmarks]"``). Tables replace what stands in the
document between ``<!-- name -->`` and ``<!-- end of name -->``; its text is written by hand.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from markdown_tables import TABLES
from plots import PICTURES, draw_all

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "performance.md"
PLACE_OF_PICTURES = ROOT / "docs" / "pictures" / "performance"


def main() -> None:
    """Read results, and write document and pictures anew."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=Path, nargs="+", help="JSON lines of run.py")
    parser.add_argument("--document", type=Path, default=DOCUMENT)
    parser.add_argument("--pictures", type=Path, default=PLACE_OF_PICTURES)
    asked = parser.parse_args()
    results = [
        json.loads(line) for path in asked.results for line in path.read_text().splitlines()
    ]
    asked.pictures.mkdir(parents=True, exist_ok=True)
    drawn = [*draw_all(results, asked.pictures)]
    parts = {name: [*rows(results)] for name, rows in TABLES.items()}
    place = os.path.relpath(asked.pictures, asked.document.parent)
    parts["pictures"] = [f"![{PICTURES[name]}]({place}/{name})" for name in drawn]
    asked.document.write_text(_with_parts(asked.document.read_text(), parts))


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
