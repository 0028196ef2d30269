"""Checking scripts and directories, each as part of its project."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from funsies.cli.notes import note

from .configuration import Configuration, configuration
from .diagnostics import Diagnostic, Report, joined
from .imports import judged
from .mypy_run import run_mypy
from .project import Project, exclusion, grouped, project_of, python_files

_TWICE: Final = re.compile(
    r'Source file found twice under different module names: "(?P<one>.+)" and "(?P<other>.+)"'
)


def check_types(scripts: Sequence[Path], config_file: Path | None) -> Report:
    """Run mypy on scripts and directories.

    Args:
        scripts: files and directories.
        config_file: a configuration of mypy; None for that of each project, if there is one.

    Raises:
        ConfigurationError: if a configuration cannot be read.
    """
    reports: list[Report] = []
    for project, paths in _by_project(scripts, config_file).items():
        settings = configuration(project.config_file)
        files = list(dict.fromkeys(_files(paths, project, settings)))
        reports += [_shown(each) for each in _checked(files, project, settings)]
    if not reports:
        note(f"funsies: there is no Python file in {', '.join(map(str, scripts))}")
    return joined(reports)


def projects(scripts: Iterable[Path]) -> set[Project]:
    """The projects of scripts and directories."""
    return {project_of(script.absolute()) for script in scripts}


def _by_project(scripts: Sequence[Path], config_file: Path | None) -> dict[Project, list[Path]]:
    found: dict[Project, list[Path]] = {}
    for script in scripts:
        path = Path(os.path.abspath(script))  # noqa: PTH100 - links stay what they are called
        project = project_of(path)
        if config_file is not None:
            project = replace(project, config_file=config_file.absolute())
        found.setdefault(project, []).append(path)
    return found


def _files(paths: Iterable[Path], project: Project, settings: Configuration) -> Iterator[Path]:
    excluded = exclusion(settings.excluded, project.root)
    for path in paths:
        if path.is_dir():
            yield from python_files(path, excluded)
        else:
            yield path


def _checked(files: Sequence[Path], project: Project, settings: Configuration) -> list[Report]:
    """Check files of a project, and again if some are imported under another name."""
    packages: dict[Path, Path] = {}
    while True:
        reports = [
            run_mypy(each, settings) for each in grouped(files, project, settings, packages)
        ]
        found = dict(_namespaces(each for report in reports for each in report.diagnostics))
        if not found.keys() - packages.keys():
            return reports
        packages |= found


def _namespaces(diagnostics: Iterable[Diagnostic]) -> Iterator[tuple[Path, Path]]:
    """Packages without an ``__init__.py``: ``a/b.py`` is imported as ``a.b``, not as ``b``."""
    for each in diagnostics:
        if names := _TWICE.match(each.message):
            longest = max(names["one"], names["other"], key=len)
            file = Path(each.path)
            yield file.parent, file.parents[longest.count(".")]


def _shown(report: Report) -> Report:
    """A report for the user: paths from here, and nothing about imports that are right."""
    right = judged(_once_a_condition(report.diagnostics))
    told = [replace(each, path=_from_here(each.path)) for each in right]
    has_error = any(each.is_error for each in told)
    code = 0 if report.code == 1 and not has_error else report.code
    return replace(report, diagnostics=told, code=code)


def _once_a_condition(diagnostics: Sequence[Diagnostic]) -> Iterator[Diagnostic]:
    """Of an artefact as a condition the plugin says more than mypy does: that is enough."""
    known = {(each.path, each.line) for each in diagnostics if each.code == "funsies-value"}
    for each in diagnostics:
        if each.code != "truthy-bool" or (each.path, each.line) not in known:
            yield each


def _from_here(path: str) -> str:
    here = Path.cwd()
    return os.path.relpath(path) if Path(path).is_relative_to(here) else path
