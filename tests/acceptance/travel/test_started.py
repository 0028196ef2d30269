"""`f.start()` at the top of a script, of a module, and under `funsies run`."""

from __future__ import annotations

import pytest

SCRIPT = """
import funsies as f

session = f.start()


def double(x):
    return 2 * x


step = f.reduce(double, 21)
f.execute(step)
f.wait_for(step)
print(f.take(step), len(session.operations))
"""

MODULE = """
import funsies as f

f.start()


def started(x):
    from funsies.local import started

    return len(started._running)
"""

MAIN = """
import funsies as f
import flow

step = f.reduce(flow.started, 21)
f.execute(step)
f.wait_for(step)
print(flow.started(21), f.take(step))
"""


@pytest.mark.slow
def test_a_notebook_that_became_a_script_runs_as_it_is(project, solo) -> None:
    project.write_files({"script.py": SCRIPT})
    assert project.run("script.py").lines == ["42 1"]
    solo.write_files({"script.py": SCRIPT})
    assert solo.funsies("run", "script.py", "--workers", "1").lines == ["42 1"]


def test_workers_start_nothing_when_they_need_a_module_that_has_called_it(project) -> None:
    project.write_files({"flow.py": MODULE, "main.py": MAIN})
    assert project.run("main.py").lines == ["1 0"]
