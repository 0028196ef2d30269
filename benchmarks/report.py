"""Write tables and plots of ``docs/performance.md``: ``report.py benchmarks/results.jsonl``.

Needs matplotlib (``pip install "funsies[benchmarks]"``). Tables replace what stands in the
document between ``<!-- name -->`` and ``<!-- end of name -->``; its text is written by hand.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from markdown_tables import TABLES
from plots import draw_all

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "performance.md"
PICTURES = ROOT / "docs" / "pictures"


def main() -> None:
    """Read results, and write document and pictures anew."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=Path, nargs="+", help="JSON lines of run.py")
    parser.add_argument("--document", type=Path, default=DOCUMENT)
    parser.add_argument("--pictures", type=Path, default=PICTURES)
    asked = parser.parse_args()
    results = [
        json.loads(line) for path in asked.results for line in path.read_text().splitlines()
    ]
    asked.document.write_text(_with_tables(asked.document.read_text(), results))
    asked.pictures.mkdir(exist_ok=True)
    draw_all(results, asked.pictures)


def _with_tables(text: str, results: Sequence[dict[str, Any]]) -> str:
    for name, rows in TABLES.items():
        opening, closing = f"<!-- {name} -->", f"<!-- end of {name} -->"
        before, _, rest = text.partition(opening)
        _, _, after = rest.partition(closing)
        text = "\n".join([before + opening, "", *rows(results), "", closing + after])
    return text


if __name__ == "__main__":
    main()
