"""A program that uses RQ for itself, too, in whatever order it imports the two."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import redis

import funsies as f

ROOT = Path(f.__file__).parents[1]

PROGRAM = """
{imports}
import os, redis

@f.task
def double(number: int) -> int:
    return 2 * number

url = os.environ["FUNSIES_JOBS"]
with f.Fun():
    step = double(21)
    f.execute(step).wait(60)
    print(f.take(step))
with redis.Redis.from_url(url) as connection:
    print(rq.Queue("mine", connection=connection).key)
    print(rq.job.Job.key_for("x"), rq.Worker.redis_workers_keys)
"""

ORDERS = {
    "rq first": "import rq\nimport funsies as f",
    "funsies first": "import funsies as f\nimport rq",
    "funsies' engine first": "import funsies.engine.arming\nimport funsies as f\nimport rq",
}


@pytest.mark.parametrize("order", ORDERS)
def test_both_work_and_each_has_its_own_keys(order, stage):
    """Nothing fails, nothing warns, and RQ's own keys are what they are without funsies."""
    stage.start_worker()
    with f.Fun(stage.server):
        f.execute(f.reduce(abs, -1)).wait(60)  # a worker that takes long to start is warned of
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM.format(imports=ORDERS[order])],
        env={**os.environ, "FUNSIES_JOBS": stage.url, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.split() == ["42", "rq:queue:mine", "rq:job:x", "rq:workers"]


def test_a_client_writes_nothing_under_the_keys_of_others(redis_url):
    with f.Fun(f.Server(redis_url)):
        f.execute(f.reduce(abs, -1))
    with redis.Redis.from_url(redis_url) as connection:
        keys = connection.keys()
        assert b"{funsies}:rq:queue:default@" in b" ".join(keys)
        assert all(key.startswith(b"{funsies}:") for key in keys), keys
