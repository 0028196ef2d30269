"""A worker believes in one kind of RQ job, and touches nothing that any other names."""

from __future__ import annotations

import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis import Redis
from rq.exceptions import NoSuchJobError
from rq.job import Job
from rq.serializers import JSONSerializer

from funsies.engine.rq_binding.queues import DRAIN_FUNCTION, DrainJob, QueueCounts
from funsies.engine.rq_binding.rq_records import KEY_PREFIX

GOOD = [DRAIN_FUNCTION, None, ["funsies", "default@3.11"], {}]


def restored(call, **fields):
    """Read a job whose record says this; no server is asked."""
    job = DrainJob("id", connection=Redis(), serializer=JSONSerializer)
    data = zlib.compress(json.dumps(call).encode())
    record = {"data": data, "status": b"queued", **fields}
    job.restore({name.encode(): value for name, value in record.items()})
    return job


def test_a_drain_job_is_read():
    job = restored(GOOD)
    assert job.func_name == DRAIN_FUNCTION
    assert list(job.args) == ["funsies", "default@3.11"]


@pytest.mark.parametrize(
    "call",
    [
        ["os.system", None, ["funsies", "q"], {}],
        [DRAIN_FUNCTION, "instance", ["funsies", "q"], {}],
        [DRAIN_FUNCTION, None, ["funsies", "q"], {"more": 1}],
        [DRAIN_FUNCTION, None, ["funsies"], {}],
        [DRAIN_FUNCTION, None, ["funsies", 7], {}],
        [DRAIN_FUNCTION, None, ["other", "q"], {}],
        [DRAIN_FUNCTION, None, None, {}],
        "nonsense",
    ],
)
def test_any_other_job_does_not_exist(call):
    with pytest.raises(NoSuchJobError):
        restored(call)


@given(st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=8))
def test_whatever_a_record_holds_there_is_one_way_to_refuse_it(call):
    with pytest.raises(NoSuchJobError):
        restored(call)


@pytest.mark.parametrize(
    "field",
    [
        {"created_at": b"yesterday"},
        {"timeout": b"soon"},
        {"status": b"unheard of"},
        {"result_ttl": b"x"},
        {"dependency_ids": b"{"},
    ],
)
def test_a_field_that_cannot_be_read_is_refused_too(field):
    with pytest.raises(NoSuchJobError):
        restored(GOOD, **field)


def test_callbacks_and_webhooks_are_dropped():
    """RQ would import the callbacks, and send requests to the webhooks."""
    hooks = json.dumps([{"url": "http://localhost/", "statuses": ["finished"]}]).encode()
    job = restored(
        GOOD,
        success_callback_name=b"os.abort",
        failure_callback_name=b"os.abort",
        stopped_callback_name=b"os.abort",
        webhooks=hooks,
    )
    assert (job.success_callback, job.failure_callback, job.stopped_callback) == (None,) * 3
    assert job.webhooks == []


def test_all_keys_are_in_the_hash_slot_of_the_namespace():
    assert KEY_PREFIX == "{funsies}:rq"
    assert Job.key_for("x").startswith("{funsies}:rq:")


@given(st.integers(0, 100), st.integers(0, 100), st.integers(0, 100), st.integers(1, 100))
def test_there_is_always_a_drain_job_for_ready_work(queued, idle, busy, ready):
    lacking = QueueCounts(queued, idle + busy, idle).lacks(ready)
    assert queued + max(lacking, 0) >= 1
    assert queued + max(lacking, 0) <= max(queued, 1, min(idle, ready))


def test_without_work_nobody_is_called():
    assert QueueCounts(queued=0, workers=3, idle=3).lacks(0) == 0
