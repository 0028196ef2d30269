"""Directories and patterns among the outputs of a shell step."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from funsies.core.errors import Error, ErrorKind
from funsies.run.shell.output_files import gather_output


@pytest.mark.parametrize("output", ["results/", "*.csv"])
def test_a_directory_that_the_machine_cannot_read_is_not_remembered(
    output: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "results").mkdir()

    def fail(_: object) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(os, "scandir", fail)
    error = gather_output(tmp_path, output)
    assert isinstance(error, Error)
    assert error.kind is ErrorKind.InvalidOutput
    assert error.volatile
    assert "Too many open files" in error.details
