"""Programs that use one pool, at the same time or in turn, keep their code apart."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

MAIN = """\
import funsies as f
import helper
from helper import Point


def step(x: int) -> int:
    import helper as again

    return helper.compute(x) + again.OFFSET


def point(x: int) -> int:
    return Point(x).weight()


def grow(x: int) -> f.Artefact[int]:
    return f.reduce(step, x)


with f.Fun():
    steps = [f.reduce(step, n) for n in range(5)]
    steps += [f.reduce(point, 3), f.put(9).bind(grow), f.reduce(helper.inside, 4)]
    f.execute(*steps)
    f.wait_for(*steps)
    print([f.take(each) for each in steps])
"""

HELPER = """\
from dataclasses import dataclass

OFFSET = {offset}


@dataclass
class Point:
    x: int

    def weight(self) -> int:
        return self.x * OFFSET


def compute(x: int) -> int:
    return x * {factor}


def inside(x: int) -> int:
    from helper import compute as again

    return again(x)
"""


def expected(factor: int, offset: int) -> str:
    """What the program prints."""
    steps = [n * factor + offset for n in range(5)]
    return str([*steps, 3 * offset, 9 * factor + offset, 4 * factor])


@pytest.fixture
def program(make_project, pool) -> Callable[[int, int], str]:
    """Write the program into a new project and run it there; give what it printed."""

    def program(factor: int, offset: int) -> str:
        project = make_project(pool.url)
        helper = HELPER.format(factor=factor, offset=offset)
        project.write_files({"main.py": MAIN, "helper.py": helper})
        return project.run_loaded("main.py").out.strip()

    return program


def test_projects_with_modules_of_the_same_name_work_at_the_same_time(program):
    versions = [(2, 1), (3, 10), (5, 100), (7, 1000)]
    with ThreadPoolExecutor(len(versions)) as users:
        shown = list(users.map(lambda version: program(*version), versions))
    assert shown == [expected(*version) for version in versions]


@pytest.mark.slow
def test_projects_with_modules_of_the_same_name_work_in_turn(program):
    versions = [(11, 1), (11, 2), (13, 2), (11, 1), (17, 3)]
    assert [program(*each) for each in versions] == [expected(*each) for each in versions]


def test_a_module_may_be_edited_while_the_workers_go_on(project):
    shown, versions = [], [(19, 1), (23, 1), (23, 4), (19, 4)]
    for factor, offset in versions:
        helper = HELPER.format(factor=factor, offset=offset)
        project.write_files({"main.py": MAIN, "helper.py": helper})
        shown.append(project.run_loaded("main.py").out.strip())
    assert shown == [expected(*each) for each in versions]


EDITS_ITSELF = """
from pathlib import Path

path = Path(helper.__file__)
path.write_text(path.read_text().replace("x * 29", "x * 31"))
"""


@pytest.mark.slow
def test_what_a_program_has_imported_counts_not_what_is_in_the_file_by_now(project):
    main = MAIN.replace("\n\nwith f.Fun()", f"{EDITS_ITSELF}\n\nwith f.Fun()")
    project.write_files({"main.py": main, "helper.py": HELPER.format(factor=29, offset=1)})
    assert project.run("main.py").lines == [expected(29, 1)]
    assert project.run("main.py").lines == [expected(31, 1)]


THREADS = """\
import threading
from concurrent.futures import ThreadPoolExecutor

import funsies as f
import helper
from helper import Point

barrier = threading.Barrier(4)


def step(x: int) -> int:
    return helper.compute(x)


def adder(n):
    def add(x: int) -> int:
        return helper.compute(x) + n

    return add


def grow(x: int) -> f.Artefact[int]:
    return f.reduce(step, x)


def work(number: int) -> list[int]:
    with f.Fun():
        barrier.wait()
        steps = [f.reduce(step, 100 * number + n) for n in range(3)]
        steps += [f.reduce(adder(number), 1), f.put(number).bind(grow)]
        steps += [f.reduce(lambda x: x + number, 50, out=int)]
        f.execute(*steps)
        f.wait_for(*steps)
        return [f.take(each) for each in steps]


with ThreadPoolExecutor(4) as threads:
    print(list(threads.map(work, range(4))))
"""


@pytest.mark.parametrize("server", ["memory", "pool"])
def test_threads_build_side_by_side(server, project):
    if server == "memory":
        project.server = "memory://"
    helper = HELPER.format(factor=2, offset=0)
    project.write_files({"main.py": THREADS, "helper.py": helper})
    shown = [[*(2 * (100 * n + k) for k in range(3)), 2 + n, 2 * n, 50 + n] for n in range(4)]
    assert project.run_loaded("main.py").lines == [str(shown)]
