"""What funsies takes for granted of RQ beyond its documentation.

RQ's worker is made for being subclassed, but not in each of these points.
"""

from __future__ import annotations

import inspect
import logging
import os
import signal

import pytest
from redis import Redis
from rq.job import Job
from rq.queue import Queue
from rq.serializers import JSONSerializer
from rq.worker import Worker
from rq.worker.base import WorkerStatus
from rq.worker_registration import REDIS_WORKER_KEYS, WORKERS_BY_QUEUE_KEY

from funsies.engine.rq_binding.drain_worker import DrainWorker
from funsies.engine.rq_binding.rq_records import KEY_PREFIX

PARAMETERS = {
    "_install_signal_handlers": [],
    "_set_ip_address": ["connection"],
    "check_for_suspension": ["burst"],
    "clean_registries": [],
    "cleanup_execution": ["job", "pipeline", "execution"],
    "dequeue_job_and_maintain_ttl": ["timeout", "max_idle_time"],
    "execute_job": ["job", "queue"],
    "get_state": [],
    "heartbeat": ["timeout", "pipeline"],
    "kill_horse": ["sig"],
    "maintain_heartbeats": ["job", "execution"],
    "prepare_execution": ["job"],
    "prepare_job_execution": ["job", "remove_from_intermediate_queue"],
    "register_death": [],
    "request_stop": ["signum", "frame"],
    "run_maintenance_tasks": [],
    "serialize": [],
    "set_state": ["state", "pipeline"],
    "subscribe": [],
    "unsubscribe": [],
}

CALLS = [
    ("work", "bootstrap"),
    ("work", "check_for_suspension"),
    ("work", "should_run_maintenance_tasks"),
    ("work", "run_maintenance_tasks"),
    ("work", "_stop_requested"),
    ("dequeue_job_and_maintain_ttl", "should_run_maintenance_tasks"),
    ("dequeue_job_and_maintain_ttl", "run_maintenance_tasks"),
    ("dequeue_job_and_maintain_ttl", "heartbeat"),
    ("work", "dequeue_timeout"),
    ("work", "dequeue_job_and_maintain_ttl"),
    ("work", "execute_job"),
    ("work", "heartbeat"),
    ("bootstrap", "subscribe"),
    ("__init__", "_set_ip_address"),
    ("_install_signal_handlers", "request_stop"),
    ("set_state", "_state"),
    ("get_state", "_state"),
    ("teardown", "register_death"),
]


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_method_of_the_worker_that_funsies_overrides_or_calls_has_these_parameters(name):
    _self, *parameters = inspect.signature(getattr(Worker, name)).parameters
    assert parameters == PARAMETERS[name]


@pytest.mark.parametrize(("caller", "called"), CALLS)
def test_the_worker_still_asks_for_what_funsies_overrides(caller, called):
    function = inspect.getattr_static(Worker, caller)
    code = getattr(function, "fget", function).__code__
    assert called in code.co_names


@pytest.mark.parametrize("name", ["executions_key", "key", "dequeue_timeout"])
def test_this_of_the_worker_is_a_property(name):
    assert isinstance(inspect.getattr_static(Worker, name), property)


def test_a_job_keeps_what_it_would_import_or_call_in_these_attributes():
    """A drain job empties them: RQ then imports nothing and calls no web address."""
    kept = vars(Job("id", connection=Redis(), serializer=JSONSerializer))
    assert kept["_success_callback_name"] is None
    assert kept["_failure_callback_name"] is None
    assert kept["_stopped_callback_name"] is None
    assert kept["webhooks"] == []
    assert kept["_dependency_ids"] == []


def test_the_prefix_of_the_keys_is_the_one_that_was_set_while_rq_was_imported():
    assert f"{KEY_PREFIX}:workers" == REDIS_WORKER_KEYS
    assert f"{KEY_PREFIX}:workers:default" == WORKERS_BY_QUEUE_KEY % "default"
    assert Worker.redis_worker_namespace_prefix == f"{KEY_PREFIX}:worker:"
    assert Queue("default", connection=Redis()).key == f"{KEY_PREFIX}:queue:default"


def test_a_worker_that_waits_says_idle():
    assert WorkerStatus.IDLE.value == "idle"


def test_a_worker_without_a_horse_of_rq_kills_no_process_when_rq_asks_for_it(monkeypatch):
    killed = []
    for name in ("kill", "killpg"):
        monkeypatch.setattr(os, name, lambda *arguments: killed.append(arguments))
    worker = DrainWorker.__new__(DrainWorker)
    worker._horse_pid = 0
    worker.log = logging.getLogger("rq.worker")
    worker.name = "worker"
    Worker.kill_horse(worker)
    assert killed == [(os.getpgid(0), signal.SIGKILL)]  # as RQ itself would
    killed.clear()
    worker.kill_horse()
    assert not killed
