"""Reasons why steps ran, for people and for programs."""

from .as_json import group_as_json, reason_as_json
from .lines import MOST_GROUPS, group_lines, reason_lines, summary_line
from .told import told_of

__all__ = [
    "MOST_GROUPS",
    "group_as_json",
    "group_lines",
    "reason_as_json",
    "reason_lines",
    "summary_line",
    "told_of",
]
