"""The right programs of ``typecheck_tests/programs``, as scripts whose steps run elsewhere."""

from __future__ import annotations

import pytest

from typecheck_tests.cells import programs, topics

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.mark.parametrize("topic", topics("right"))
def test_right_programs_give_on_workers_what_plain_python_gives(
    topic: str, installed_pool, make_project
) -> None:
    project = make_project(installed_pool.url, installed_pool.python)
    failed = {}
    for program in programs("right", topic):
        program.write(project.place)
        done = project.run(program.file_name)
        if done.code:
            failed[program.title] = f"exit code {done.code}\n{done.err}"
    assert failed == {}
