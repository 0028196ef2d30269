"""A notebook as a page: cells that a real kernel has run, with what they show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbconvert import HTMLExporter

SECONDS = 120
"""No notebook takes longer, or something is wrong."""


def write_page(
    cells: Sequence[str], directory: Path, environment: Mapping[str, str], page: Path
) -> None:
    """Run cells in a new kernel, one after the other, and write what a notebook then shows.

    Args:
        cells: their sources.
        directory: that the kernel is started in.
        environment: its variables.
        page: file that is written, as HTML.
    """
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(each) for each in cells]
    )
    NotebookClient(notebook, timeout=SECONDS).execute(cwd=str(directory), env=environment)
    body, _ = HTMLExporter().from_notebook_node(notebook)
    page.write_text(body, encoding="utf-8")
