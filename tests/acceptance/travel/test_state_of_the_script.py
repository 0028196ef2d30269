"""What the script holds when a step is built is what the step sees, though it changes later."""

from __future__ import annotations

import pytest

from .cases import Case

SHOWN = """

def shown(steps):
    f.execute(*steps)
    f.wait_for(*steps)
    for step in steps:
        try:
            print(f.take(step))
        except f.UnwrapError as problem:
            print("failed:", " | ".join(str(problem).splitlines()))
"""

SCRIPTS = {
    "a global that changes between steps": (
        """
N = 0
LIMITS = {"low": 0}

def scaled(x: int) -> int:
    return x * N + LIMITS["low"]

steps = []
with f.Fun():
    for N in (2, 3, 4):
        LIMITS["low"] = 10 * N
        steps.append(f.reduce(scaled, 5))
    shown(steps)
    N = 7
    shown([f.reduce(scaled, 5)])
""",
        ["30", "45", "60", "75"],
    ),
    "functions that are defined again": (
        """
def helper(x: int) -> int:
    return x + 1

def step(x: int) -> int:
    return helper(x) * 10

with f.Fun():
    first = f.reduce(step, 1)
    def helper(x: int) -> int:
        return x + 2
    second = f.reduce(step, 1)
    def step(x: int) -> int:
        return helper(x) * 100
    third = f.reduce(step, 1)
    shown([first, second, third])
""",
        ["20", "30", "300"],
    ),
    "classes that are defined again": (
        """
from dataclasses import dataclass

@dataclass
class Point:
    x: int
    def weight(self) -> int:
        return self.x

def weigh(point: Point) -> int:
    return point.weight()

with f.Fun():
    first = f.reduce(weigh, Point(3))

    @dataclass
    class Point:
        x: int
        y: int = 5
        def weight(self) -> int:
            return self.x + self.y

    def weigh(point: Point) -> int:
        return point.weight()

    second = f.reduce(weigh, Point(3))
    shown([first, second])
""",
        ["3", "8"],
    ),
    "helpers that are patched": (
        """
import tools

def step(x: int) -> int:
    return tools.helper(x)

def inside(x: int) -> int:
    from tools import helper
    return helper(x)

def other(x: int) -> int:
    return 100 * x

with f.Fun():
    first = f.reduce(step, 1)
    before, tools.helper = tools.helper, other
    second, third = f.reduce(step, 1), f.reduce(inside, 2)
    tools.helper = before
    fourth = f.reduce(inside, 2)
    tools.Kind.size = 9
    fifth = f.reduce(tools.size, 1)
    shown([first, second, third, fourth, fifth])
""",
        ["2", "100", "200", "3", "9"],
    ),
    "lambdas and closures in loops": (
        """
def adder(n):
    def add(x: int) -> int:
        return x + n
    return add

def counter():
    seen = [0]
    def count(x: int) -> int:
        seen[0] += x
        return seen[0]
    return count

with f.Fun():
    steps = [f.reduce(lambda x: x * 10, n, out=int) for n in (1, 2)]
    for n in (3, 4):
        steps.append(f.reduce(lambda x, n=n: x * n, 10, out=int))
    for n in (5, 6):
        steps.append(f.reduce(lambda x: x * n, 10, out=int))
    steps += [f.reduce(adder(n), 1) for n in (1, 2)]
    steps += [f.reduce(lambda x: x + 1, 1, out=int), f.reduce(lambda x: x + 2, 1, out=int)]
    shown(steps)
""",
        ["10", "20", "30", "40", "50", "60", "2", "3", "2", "3"],
    ),
    "partials, methods and callable objects": (
        """
import functools
from dataclasses import dataclass

def power(base: int, exponent: int) -> int:
    return base ** exponent

@dataclass
class Scale:
    factor: int
    def apply(self, x: int) -> int:
        return self.factor * x
    def __call__(self, x: int) -> int:
        return self.apply(x) + 1
    @classmethod
    def unit(cls, x: int) -> int:
        return cls(1).apply(x)
    @staticmethod
    def half(x: int) -> int:
        return x // 2

with f.Fun():
    steps = [
        f.reduce(functools.partial(power, exponent=3), 2),
        f.reduce(functools.partial(power, 3), 2),
        f.reduce(Scale(3).apply, 5),
        f.reduce(Scale(4), 5),
        f.reduce(Scale.unit, 5),
        f.reduce(Scale.half, 5),
        f.reduce(functools.partial(Scale(2)), 7, out=int),
    ]
    shown(steps)
""",
        ["8", "9", "15", "21", "5", "2", "15"],
    ),
    "decorated functions": (
        """
import functools

def twice(function):
    @functools.wraps(function)
    def wrapped(*args):
        return 2 * function(*args)
    return wrapped

def times(n):
    def decorate(function):
        @functools.wraps(function)
        def wrapped(x: int) -> int:
            return n * function(x)
        return wrapped
    return decorate

class Logged:
    def __init__(self, function):
        self.function = function
        functools.update_wrapper(self, function)
    def __call__(self, x: int) -> int:
        return self.function(x) + 1000

@twice
def one(x: int) -> int:
    return x + 1

@times(5)
@twice
def two(x: int) -> int:
    return x + 1

@Logged
def three(x: int) -> int:
    return x

@functools.lru_cache(maxsize=None)
def fibonacci(n: int) -> int:
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)

@functools.singledispatch
def kind(x) -> str:
    return "other"

@kind.register
def _(x: int) -> str:
    return "int"

@kind.register(str)
def _(x) -> str:
    return "str"

def uses(x: int) -> str:
    return f"{one(x)} {two(x)} {three(x)} {fibonacci(30)} {kind(x)} {kind('a')} {kind(None)}"

with f.Fun():
    shown([f.reduce(one, 1), f.reduce(two, 1), f.reduce(three, 1), f.reduce(fibonacci, 20),
           f.reduce(uses, 1)])
""",
        ["4", "20", "1001", "6765", "4 20 1001 832040 int str other"],
    ),
    "recursion, coroutines, generators and defaults": (
        """
import asyncio

def is_even(n: int) -> bool:
    return n == 0 or is_odd(n - 1)

def is_odd(n: int) -> bool:
    return n != 0 and is_even(n - 1)

async def slowly(x: int) -> int:
    await asyncio.sleep(0)
    return x + 1

def awaited(x: int) -> int:
    return asyncio.run(slowly(x))

def squares(n):
    for i in range(n):
        yield from (i * i,)

def summed(n: int) -> int:
    return sum(squares(n))

def gathered(x: int, seen: list[int] = [7]) -> list[int]:
    return [*seen, x]

def keyword(x: int, *, by: int = 3) -> int:
    return x * by

with f.Fun():
    steps = [f.reduce(is_even, 7), f.reduce(awaited, 1), f.reduce(summed, 4),
             f.reduce(gathered, 1), f.reduce(keyword, 2)]
    gathered.__defaults__[0].append(8)
    keyword.__kwdefaults__["by"] = 4
    steps += [f.reduce(gathered, 1), f.reduce(keyword, 2)]
    shown(steps)
""",
        ["False", "2", "14", "[7, 1]", "6", "[7, 8, 1]", "8"],
    ),
    "names that are deleted after the step was built": (
        """
import math as maths

SIZE = 4
def helper(x: int) -> float:
    return maths.sqrt(x) * SIZE

def step(x: int) -> float:
    return helper(x)

with f.Fun():
    first = f.reduce(step, 9)
    kept = (helper, SIZE)
    del helper, SIZE
    helper, SIZE = kept[0], 10
    second = f.reduce(step, 9)
    shown([first, second])
""",
        ["12.0", "30.0"],
    ),
}

TOOLS = """
class Kind:
    size = 1


def helper(x: int) -> int:
    return x + 1


def size(x: int) -> int:
    return Kind.size
"""

SERVERS = ["memory", "pool"]


@pytest.mark.parametrize("way", SERVERS)
@pytest.mark.parametrize("name", SCRIPTS)
def test_a_step_sees_what_the_script_held_when_it_was_built(name, way, project):
    text, expected = SCRIPTS[name]
    if way == "memory":
        project.server = "memory://"
    project.write_files({"main.py": "import funsies as f\n" + SHOWN + text, "tools.py": TOOLS})
    assert project.run_loaded("main.py").lines == expected


WRITES = """\
import tools


def bump(number: int) -> int:
    tools.Kind.size += number
    return tools.Kind.size


def renamed(number: int) -> int:
    tools.helper = lambda x: -x
    return tools.helper(number)


def helped(number: int) -> int:
    return tools.helper(number)
"""

ALONE = Case(
    "steps that change modules",
    WRITES,
    {"bump(5)": "6", "bump(7)": "8", "renamed(3)": "-3", "helped(4)": "5", "renamed(5)": "-5"},
    {"tools.py": TOOLS},
)
"""Each call alone gives these: what the one before changed, the next does not see."""


@pytest.mark.parametrize("way", ["memory", "pool"])
def test_a_step_begins_with_the_state_of_the_program_or_is_refused(way, outcome):
    ALONE.check(outcome(ALONE, way), or_refused=True)
