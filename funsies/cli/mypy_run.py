"""Running mypy with the plugin of funsies, on scripts that nothing is configured for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from .exits import Exit
from .former_hints import former_hints
from .say import note

_CONFIGURATION: Final = """\
[mypy]
plugins = funsies_mypy, returns.contrib.mypy.returns_plugin
check_untyped_defs = true
ignore_missing_imports = true
strict_equality = true
warn_unreachable = true
enable_error_code = truthy-bool
"""
"""Sane for scripts: nothing has to be configured, and untyped libraries are no errors."""


_STOPPED: Final = 2
"""Exit code of mypy after an error that it cannot go on from."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """What mypy says of one line.

    Attributes:
        file: as the user named it.
        line: counted from 1; 0 if it is about the file.
        column: counted from 1; 0 if it is about the line.
        severity: ``error`` or ``note``.
        code: name of the check; None if there is none.
        message: what is wrong, and what to do.
        hints: notes that belong to it.
    """

    file: str
    line: int
    column: int
    severity: str
    code: str | None
    message: str
    hints: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """For ``--json``."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Report:
    """The answer of mypy.

    Attributes:
        diagnostics: in the order of files and lines.
        files: number of files that were looked at.
        code: exit code: 1 if there is an error, 2 if mypy cannot run.
        stopped: whether mypy stopped at an error before it had looked at everything.
    """

    diagnostics: Sequence[Diagnostic]
    files: int
    code: int
    stopped: bool = False


def check_types(scripts: Sequence[Path], config_file: Path | None) -> Report:
    """Run mypy.

    Args:
        scripts: files and directories.
        config_file: a configuration of mypy; None for one that is sane for scripts.
    """
    with tempfile.TemporaryDirectory(prefix="funsies-check-") as directory:
        own = Path(directory) / "mypy.ini"
        own.write_text(_CONFIGURATION)
        if config_file is not None:
            return _run(config_file, [str(script) for script in scripts], [])
        reports = [_run(own, group, _cache()) for group in _groups(scripts)]
    return Report(
        [each for report in reports for each in report.diagnostics],
        sum(report.files for report in reports),
        max((report.code for report in reports), default=Exit.USAGE),
        any(report.stopped for report in reports),
    )


def _groups(scripts: Sequence[Path]) -> list[list[str]]:
    """Files that mypy can take in one run: it knows them by the names of their modules.

    ``a/run.py`` and ``b/run.py`` are both ``run``, for what stands beside each can be imported.
    """
    # Here, because mypy need not be installed.
    from mypy.find_sources import InvalidSourceList, create_source_list  # noqa: PLC0415
    from mypy.options import Options  # noqa: PLC0415

    names = [str(script) for script in scripts]
    try:
        sources = create_source_list(names, Options(), allow_empty_dir=True)
    except InvalidSourceList:
        return [names]  # mypy says best what it cannot take
    if not sources:
        note(f"funsies: there is no Python file in {', '.join(names)}")
    groups: list[dict[str, str]] = []
    for source in {Path(each.path or "").absolute(): each for each in sources}.values():
        group = next((each for each in groups if source.module not in each), None)
        if group is None:
            groups.append(group := {})
        group[source.module] = str(source.path)
    return [list(group.values()) for group in groups]


def _cache() -> list[str]:
    """The option for one cache of the user: mypy reads funsies once, not in each directory."""
    if "MYPY_CACHE_DIR" in os.environ:
        return []
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    cache = Path(home) / "funsies" / "mypy"
    try:
        if not cache.is_dir():
            cache.mkdir(parents=True)
            note("funsies: the first check takes longer, because mypy reads funsies once")
    except OSError:
        return ["--cache-dir", os.devnull]
    return ["--cache-dir", str(cache)]


def _run(config_file: Path, scripts: Sequence[str], options: Sequence[str]) -> Report:
    command = [sys.executable, "-m", "mypy", "--config-file", str(config_file), *options]
    done = subprocess.run(
        [*command, "--output", "json", "--show-column-numbers", "--no-error-summary", *scripts],
        capture_output=True,
        text=True,
        check=False,
    )
    found, other = _parsed(done.stdout)
    for line in (*other, *done.stderr.splitlines()):
        note(line)
    has_error = any(each.severity == "error" for each in found)
    only_notes = found and not has_error and done.returncode == Exit.RESULT_IS_ERROR
    code = Exit.RESULT_IS_ERROR if has_error else done.returncode
    # For notes alone mypy's own exit code is 0, but not with its output as JSON.
    code = Exit.OK if only_notes else code
    return Report(found, len(scripts), code, stopped=done.returncode == _STOPPED)


def _parsed(output: str) -> tuple[list[Diagnostic], list[str]]:
    """Diagnostics, and what else mypy printed: it says by itself when it cannot go on."""
    found: list[Diagnostic] = []
    other: list[str] = []
    for line in output.splitlines():
        try:
            found.append(_diagnostic(json.loads(line)))
        except (ValueError, KeyError, TypeError):
            other.append(line)
    return found, other


def _diagnostic(given: dict[str, Any]) -> Diagnostic:
    hint = given.get("hint") or ""
    edits = former_hints(given["message"]) if given["severity"] == "error" else ()
    return Diagnostic(
        file=given["file"],
        line=max(given["line"], 0),
        column=max(given["column"] + 1, 0),
        severity=given["severity"],
        code=given["code"],
        message=given["message"],
        hints=(*hint.splitlines(), *edits),
    )
