"""Trace keys: the same task on the same contents, and nothing else."""

from __future__ import annotations

from funsies.core.digest import content_digest, digest
from funsies.core.trace import trace_key

TASK = digest("task", "one")
A, B = content_digest(b"a"), content_digest(b"b")


def test_the_task_the_names_the_contents_and_errors_count() -> None:
    keys = {
        trace_key(TASK, [("x", True, A), ("y", True, B)]),
        trace_key(digest("task", "other"), [("x", True, A), ("y", True, B)]),
        trace_key(TASK, [("x", True, B), ("y", True, A)]),
        trace_key(TASK, [("x", True, A), ("z", True, B)]),
        trace_key(TASK, [("x", False, A), ("y", True, B)]),
        trace_key(TASK, [("x", True, A)]),
        trace_key(TASK, []),
    }
    assert len(keys) == 7


def test_equal_runs_have_equal_keys() -> None:
    assert trace_key(TASK, [("x", True, A)]) == trace_key(TASK, [("x", True, A)])
