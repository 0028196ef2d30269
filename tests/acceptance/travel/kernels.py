"""A user at a notebook: a real kernel, driven as a notebook server does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from traitlets.config import Config

from .projects import clean_environment

PATIENCE_SECONDS = 60


class Notebook:
    """A notebook with its kernel.

    Args:
        client: that runs the cells.
    """

    def __init__(self, client: NotebookClient) -> None:
        self._client = client

    def run(self, source: str) -> Cell:
        """Run one cell to its end, however it ends."""
        node = nbformat.v4.new_code_cell(source)
        self._client.nb.cells.append(node)
        self._client.execute_cell(node, len(self._client.nb.cells) - 1)
        return Cell(node)

    @property
    def kernel_process(self) -> int:
        """The kernel's process id."""
        return int(self.run("import os; print(os.getpid())").text)


class Cell:
    """A cell that was run.

    Args:
        node: as notebooks keep it.
    """

    def __init__(self, node: Any) -> None:
        self.outputs: list[Any] = node.outputs

    @property
    def error(self) -> str:
        """Name of the exception that ended it; empty if none has."""
        return next((each.ename for each in self.outputs if each.output_type == "error"), "")

    @property
    def text(self) -> str:
        """What it printed; a test that reads it expects that the cell went well."""
        assert not self.error, "\n".join(
            line for each in self.outputs for line in each.get("traceback", ())
        )
        printed = (each for each in self.outputs if each.output_type == "stream")
        return "".join(each.text for each in printed if each.name == "stdout")

    @property
    def shown(self) -> list[dict[str, str]]:
        """What it shows, by media type."""
        return [dict(each.data) for each in self.outputs if "data" in each]


def on_busy_machines(place: Path) -> Config:
    """Have a kernel listen in a directory with a short path, and wait for all that it prints.

    Else it gets numbers of ports that are free, and has lost one if another takes it first; and
    what comes four seconds after a cell has ended is lost as well.
    """
    return Config(
        KernelManager={"transport": "ipc", "connection_file": str(place / "kernel.json")},
        NotebookClient={"iopub_timeout": PATIENCE_SECONDS, "raise_on_iopub_timeout": True},
    )


@contextmanager
def notebook_in(place: Path, **variables: str) -> Iterator[Notebook]:
    """A new notebook in a directory; its kernel is ended afterwards."""
    client = NotebookClient(
        nbformat.v4.new_notebook(),
        timeout=PATIENCE_SECONDS,
        allow_errors=True,
        config=on_busy_machines(place),
    )
    own = {"IPYTHONDIR": str(place / ".ipython"), "PYTHONPATH": ""}
    environment = clean_environment(**own, **variables)
    with client.setup_kernel(cwd=str(place), env=environment):
        yield Notebook(client)
