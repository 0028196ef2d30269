import funsies as f


# %% options of a task, by keyword
@f.task(timeout_seconds=60, retries=2, retry_delay_seconds=0.1)
def square(number: int) -> int:
    return number * number


with f.Fun():
    squares = [square(number) for number in range(4)]
    f.execute(squares).wait()
    assert [f.take(each) for each in squares] == [0, 1, 4, 9]


# %% a step is the same, however it is run
@f.task
def cube(number: int) -> int:
    return number**3


patient_cube = f.task(timeout_seconds=3600, priority=2)(cube.fn)

with f.Fun():
    assert cube(3) == patient_cube(3)
    f.execute(patient_cube(3)).wait()
    assert f.take(cube(3)) == 27


# %% options of all kinds of steps
def halves(number: int) -> tuple[int, float]:
    return number // 2, number / 2


with f.Fun():
    words = f.shell("tr a-z A-Z < word", inp={"word": "abc"}, retries=1, timeout_seconds=60)
    length = f.reduce(len, words.stdout, priority=1)
    half, exact = f.py(halves, length, retries=1)
    negated = f.map_each(abs, [-1, -2], retries=1)
    text = f.template("{{a}}", {"a": "x"}, priority=3)
    both = f.gather([length, half], priority=1)
    f.execute(exact, negated, text, both).wait()
    assert f.take(both) == [3, 1]
    assert f.take(exact) == 1.5
    assert f.take(negated) == [1, 2]
    assert f.take(text) == b"x"

# %% keywords go before opt=, and opt= before the defaults
with f.Fun(defaults=f.options(retries=5, priority=1)):
    own = f.reduce(max, 1, 2, retries=0)
    both = f.reduce(max, 1, 3, opt=f.options(retries=2), priority=4)
    assert own.operation is not None
    assert both.operation is not None
    assert (own.operation.options.retries, own.operation.options.priority) == (0, 1)
    assert (both.operation.options.retries, both.operation.options.priority) == (2, 4)
    f.execute(own, both).wait()
    assert [f.take(own), f.take(both)] == [2, 3]

# %% a directory of its own, and a process of its own
from pathlib import Path


@f.task(fresh_directory=True, isolated=True)
def through_a_file(number: int) -> int:
    Path("scratch.txt").write_text(str(number))
    return int(Path("scratch.txt").read_text())


with f.Fun():
    steps = [through_a_file(number) for number in range(3)]
    f.execute(steps).wait()
    assert [f.take(each) for each in steps] == [0, 1, 2]

# %% a step that fails once is run again
from itertools import count
from tempfile import mkdtemp
from pathlib import Path
from uuid import uuid4

MARK = Path(mkdtemp()) / uuid4().hex


@f.task(retries=1)
def second_time_lucky(mark: str) -> str:
    if not Path(mark).exists():
        Path(mark).touch()
        raise RuntimeError("not yet")
    return "done"


with f.Fun():
    step = second_time_lucky(str(MARK))
    f.execute(step).wait()
    assert f.take(step) == "done"

# %% variables that do not count are given by opt=
import os


@f.task(opt=f.options(env={"THREADS": "4"}), retries=1)
def threads() -> str:
    return os.environ["THREADS"]


with f.Fun():
    step = f.shell("printf $THREADS", opt=f.options(env={"THREADS": "2"}), retries=1)
    f.execute(step, threads()).wait()
    assert f.take(step.stdout) == b"2"
    assert f.take(threads()) == "4"

# %% options that a configuration file names
import json
from typing import TypedDict, Unpack


class How(TypedDict, total=False):
    retries: int
    timeout_seconds: float | None
    priority: int


def run(command: str, **how: Unpack[How]) -> f.Artefact[bytes]:
    return f.shell(command, **how).stdout


CONFIG: How = json.loads('{"retries": 1, "timeout_seconds": 30}')

with f.Fun():
    step = run("printf hello", **CONFIG)
    f.execute(step).wait()
    assert f.take(step) == b"hello"


# %% options that are chosen for each item
def priority_of(size: int) -> int:
    return -size


with f.Fun():
    sorted_ones = [
        f.reduce(sorted, list(range(size)), priority=priority_of(size), name="sort")
        for size in (1, 10, 100)
    ]
    f.execute(sorted_ones).wait()
    assert [len(f.take(each)) for each in sorted_ones] == [1, 10, 100]


# %% a task without a time limit, where others have one
@f.task(timeout_seconds=None)
def long_one(number: int) -> int:
    return number + 1


with f.Fun(defaults=f.options(timeout_seconds=30)):
    step = long_one(1)
    assert step.operation is not None
    assert step.operation.options.timeout_seconds is None
    f.execute(step).wait()
    assert f.take(step) == 2


# %% the steps of a dynamic part have options of their own
@f.task(retries=1)
def doubled(number: int) -> int:
    return 2 * number


def spread(size: int) -> f.Artefact[list[int]]:
    return f.gather([doubled(number) for number in range(size)])


with f.Fun():
    step = f.put(3).bind(spread)
    f.execute(step).wait()
    assert f.take(step) == [0, 2, 4]

# %% a value that comes from no failure of the machinery is never refused
with f.Fun():
    whole = f.reduce(max, 1, 2)
    f.execute(whole).wait()
    assert f.take(whole, volatile="error") == f.take(whole, volatile="accept") == 2
    assert f.take(whole, strict=False, volatile="error").unwrap() == 2
