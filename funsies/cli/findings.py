"""Findings of ``funsies doctor`` and ``funsies fsck``, for people and for programs."""

from __future__ import annotations

from typing import Final

from rich.text import Text

from funsies.report.console import data_console
from funsies.report.health import Finding, Level

_STYLES: Final = {Level.OK: "green", Level.WARNING: "yellow", Level.PROBLEM: "red"}


def finding_as_json(finding: Finding) -> dict[str, str]:
    """A finding for programs."""
    return {
        "level": finding.level.value,
        "area": finding.area,
        "name": finding.name,
        "message": finding.message,
        "remedy": finding.remedy,
    }


def print_finding(finding: Finding) -> None:
    """Print a finding, and what to do about it."""
    console = data_console()
    level = Text(f"{finding.level.value:8}", style=_STYLES[finding.level])
    console.print(Text.assemble(level, f"{finding.area:8}", finding.message))
    if finding.remedy:
        console.print(f"{'':16}→ {finding.remedy}", markup=False)
