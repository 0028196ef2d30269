"""Reasons why steps ran, for people and for programs."""

from .as_json import groups_as_json, reason_as_json
from .lines import group_lines, reason_lines, summary_line
from .told import group_values, told_groups, told_of

__all__ = [
    "group_lines",
    "group_values",
    "groups_as_json",
    "reason_as_json",
    "reason_lines",
    "summary_line",
    "told_groups",
    "told_of",
]
