"""Trace keys: the same task on the same contents, and nothing else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from funsies.core.digest import Digest, content_digest, digest, trace_key

TASK = digest("task", "one")
A, B = content_digest(b"a"), content_digest(b"b")


def test_the_task_the_names_the_contents_errors_and_modes_count() -> None:
    keys = {
        trace_key(TASK, [("x", True, False, A), ("y", True, False, B)]),
        trace_key(digest("task", "other"), [("x", True, False, A), ("y", True, False, B)]),
        trace_key(TASK, [("x", True, False, B), ("y", True, False, A)]),
        trace_key(TASK, [("x", True, False, A), ("z", True, False, B)]),
        trace_key(TASK, [("x", False, False, A), ("y", True, False, B)]),
        trace_key(TASK, [("x", True, True, A), ("y", True, False, B)]),
        trace_key(TASK, [("x", True, False, A)]),
        trace_key(TASK, []),
    }
    assert len(keys) == 8


def test_equal_runs_have_equal_keys() -> None:
    assert trace_key(TASK, [("x", True, False, A)]) == trace_key(TASK, [("x", True, False, A)])


DIGESTS = st.binary(min_size=32, max_size=32).map(Digest)


@given(DIGESTS, st.lists(st.tuples(st.text(), st.booleans(), st.booleans(), DIGESTS)))
def test_a_key_is_the_address_of_the_record(
    task: Digest, inputs: list[tuple[str, bool, bool, Digest]]
) -> None:
    """It is put together from pieces, and not by what puts all other records together."""
    assert trace_key(task, inputs) == digest("trace", task, inputs)
