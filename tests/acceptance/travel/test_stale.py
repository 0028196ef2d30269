"""An edit counts, however far from the step that the program names: no result is stale."""

from __future__ import annotations

import pytest

from .starts import COMMON_FIRST, NEEDS, STARTS

MAP_EACH = """
import funsies as f

def items(n: int) -> list[int]:
    return list(range(n))

def g(p: int) -> float:
    return p + 0.25

with f.Fun():
    e = f.map_each(g, f.reduce(items, 3))
    _ = f.execute(e)
    f.wait_for(e)
    print(f.take(e))

"""


@pytest.mark.parametrize("start", COMMON_FIRST)
def test_an_edit_counts_however_the_program_is_started(start, project):
    if start in NEEDS:
        pytest.importorskip(NEEDS[start])
    first = STARTS[start](project, MAP_EACH)
    assert first.lines == ["[0.25, 1.25, 2.25]"]
    second = STARTS[start](project, MAP_EACH.replace("0.25", "10.25"))
    assert second.lines == ["[10.25, 11.25, 12.25]"]


@pytest.mark.slow
@pytest.mark.parametrize("start", ["python script.py", "funsies run", "a pipe", "python -c"])
def test_an_edit_counts_with_an_installed_funsies(start, make_project, installed_pool):
    project = make_project(installed_pool.url, installed_pool.python)
    first = STARTS[start](project, MAP_EACH)
    assert first.lines == ["[0.25, 1.25, 2.25]"]
    second = STARTS[start](project, MAP_EACH.replace("0.25", "10.25"))
    assert second.lines == ["[10.25, 11.25, 12.25]"]


def test_an_edit_counts_under_funsies_run_with_a_server_of_its_own(solo):
    for offset, expected in ((0.25, "[0.25, 1.25, 2.25]"), (10.25, "[10.25, 11.25, 12.25]")):
        solo.write_files({"s.py": MAP_EACH.replace("0.25", str(offset))})
        assert solo.funsies("run", "s.py", "--workers", "2").lines == [expected]


SHOWN = """\
import funsies as f
import tools


def shown(*steps):
    f.execute(*steps)
    f.wait_for(*steps)
    print(*[f.take(step) for step in steps])


def items(n: int) -> list[int]:
    return list(range(n))


"""

TOOLS = """\
import deeper

RATE = 2


def helper(x: int) -> int:
    return deeper.deepest(x) * RATE
"""

DEEPER = """\
def deepest(x: int) -> int:
    return x + 1
"""

RECORDS = """\
from dataclasses import dataclass


@dataclass
class Word:
    text: str

    def length(self) -> int:
        return len(self.text)
"""

STORIES = {
    "a helper of a helper": (
        """
def g(x: int) -> int:
    return tools.helper(x)

with f.Fun():
    shown(f.map_each(g, f.reduce(items, 3)))
""",
        [
            (None, "[2, 4, 6]"),
            (("deeper.py", "x + 1", "x + 2"), "[4, 6, 8]"),
            (("tools.py", "RATE = 2", "RATE = 3"), "[6, 9, 12]"),
            (("deeper.py", "def deepest", "# a comment\ndef deepest"), "[6, 9, 12]"),
        ],
    ),
    "a helper that a lambda reaches": (
        """
with f.Fun():
    shown(
        f.put(2).bind(lambda n: f.reduce(lambda x: tools.helper(x), n, out=int)),
        f.put(3).map(lambda n: tools.helper(n)),
    )
""",
        [
            (None, "6 8"),
            (("deeper.py", "x + 1", "x * 5"), "20 30"),
            (("tools.py", "* RATE", "+ RATE"), "12 17"),
        ],
    ),
    "a nested bind in map_each": (
        """
STEP = 10

def last(x: int) -> int:
    return x * STEP

def later(x: int) -> f.Artefact[int]:
    return f.put(x).bind(lambda y: f.reduce(last, y))

def all_of(n: int) -> f.Artefact[list[int]]:
    return f.gather([f.put(x).bind(later) for x in range(n)])

with f.Fun():
    shown(f.reduce(items, 2).map(len).bind(all_of), f.put(3).bind(later))
""",
        [
            (None, "[0, 10] 30"),
            (("main.py", "STEP = 10", "STEP = 20"), "[0, 20] 60"),
            (("main.py", "x * STEP", "x + STEP"), "[20, 21] 23"),
        ],
    ),
    "a function that lash reaches": (
        """
def spare() -> int:
    return 1

def instead(error: f.Error) -> f.Artefact[int]:
    return f.reduce(spare)

with f.Fun():
    shown(f.morph(int, "nothing", out=int).lash(instead))
""",
        [(None, "1"), (("main.py", "return 1", "return 2"), "2")],
    ),
    "functions that sac builds with": (
        """
FACTOR = 2

def weigh(x: int) -> int:
    return x * FACTOR

def total(*numbers: int) -> int:
    return sum(numbers)

def apply(part):
    return f.reduce(weigh, part)

def combine(parts: list) -> f.Artefact[int]:
    return f.reduce(total, *parts)

with f.Fun():
    shown(f.dynamic.sac(items, apply, combine, 4))
""",
        [
            (None, "12"),
            (("main.py", "FACTOR = 2", "FACTOR = 3"), "18"),
            (("main.py", "sum(numbers)", "max(numbers)"), "9"),
        ],
    ),
    "a method of a class that no step names": (
        """
from dataclasses import dataclass, replace

@dataclass
class Molecule:
    size: int

    def weight(self) -> int:
        return self.size * 12

@f.task
def weigh(molecule: Molecule) -> int:
    return molecule.weight()

with f.Fun():
    larger = f.put(Molecule(1)).map(lambda it: replace(it, size=2))
    unsaid = f.put(3).map(lambda size: Molecule(size))
    weights = larger.map(lambda it: it.weight()), unsaid.map(lambda it: it.weight())
    shown(weigh(larger), weigh(Molecule(5)), *weights, unsaid)
""",
        [
            (None, "24 60 24 36 Molecule(size=3)"),
            (("main.py", "* 12", "* 13"), "26 65 26 39 Molecule(size=3)"),
        ],
    ),
    "a class of a module that only the function imports": (
        """
def make(text: str):
    from records import Word
    return {"word": Word(text)}

with f.Fun():
    made = f.reduce(make, "ab")
    shown(made.map(lambda it: it["word"].length()), made)
""",
        [
            (None, "2 {'word': Word(text='ab')}"),
            (("records.py", "len(self.text)", "5"), "5 {'word': Word(text='ab')}"),
        ],
    ),
    "a class that dynamic steps make": (
        """
from dataclasses import dataclass

@dataclass
class Point:
    x: int

    def weight(self) -> int:
        return self.x * 2

def weigh(x: int) -> int:
    return Point(x).weight()

with f.Fun():
    shown(f.map_each(weigh, f.reduce(items, 3)))
""",
        [(None, "[0, 2, 4]"), (("main.py", "self.x * 2", "self.x * 7"), "[0, 7, 14]")],
    ),
}


INSTALLED = pytest.param("installed", marks=pytest.mark.slow)


@pytest.fixture(params=["memory", "pool", INSTALLED])
def served(request, project):
    """A project that works in memory, with the pool, or with an installed funsies."""
    if request.param == "memory":
        project.server = "memory://"
    if request.param == "installed":
        pool = request.getfixturevalue("installed_pool")
        project.server, project.python = pool.url, pool.python
    files = {"tools.py": TOOLS, "deeper.py": DEEPER, "records.py": RECORDS}
    return project.write_files(files)


@pytest.mark.parametrize("name", STORIES)
def test_an_edit_counts_for_steps_that_steps_build(name, served):
    text, versions = STORIES[name]
    served.write_files({"main.py": SHOWN + text})
    shown = []
    for edit, _ in versions:
        if edit is not None:
            served.edit(*edit)
        shown += served.run_loaded("main.py").lines
    assert shown == [expected for _, expected in versions]


PAIRS = """
with f.Fun():
    first = lambda parts: parts[0]
    shown(
        f.dynamic.sac(items, lambda x: f.reduce(lambda n: n + 1, x), first, 1, out=int),
        f.dynamic.sac(items, lambda x: f.reduce(lambda n: n + 2, x), first, 1, out=int),
        f.put(1).bind(lambda x: f.reduce(lambda n: n * 10, x, out=int)),
        f.put(1).bind(lambda x: f.reduce(lambda n: n * 20, x, out=int)),
        f.put(1).map(lambda n: n + 30),
        f.put(1).map(lambda n: n + 40),
        f.map_each(lambda n: n - 1, f.reduce(items, 2)),
        f.map_each(lambda n: n - 2, f.reduce(items, 2)),
    )
    offsets = [f.put(1).bind(lambda x, by=by: f.reduce(lambda n: n + by, x)) for by in (5, 6)]
    shown(*offsets)
"""

OTHER_SCRIPT = """
def g(x: int) -> int:
    return x {operator} 2

def grow(x: int) -> f.Artefact[int]:
    return f.reduce(g, x)

with f.Fun():
    shown(f.map_each(g, f.reduce(items, 3)), f.put(3).bind(grow))
"""

MERGE_SORT = """
def split(numbers: list[int]) -> tuple[list[int], list[int]]:
    if len(numbers) < 2:
        raise RuntimeError
    return numbers[: len(numbers) // 2], numbers[len(numbers) // 2 :]

def merge(left: list[int], right: list[int]) -> list[int]:
    out = []
    while left and right:
        out.append((left if left[0] < right[0] else right).pop(0))
    return out + left + right

Numbers = f.types.Result[list[int]]

def ignore_error(value: Numbers, default: Numbers) -> list[int]:
    return value.value_or(None) or default.unwrap()

def merge_sort(numbers):
    result = f.dynamic.sac(
        split,
        lambda part: merge_sort(part),
        lambda halves: f.reduce(merge, halves[0], halves[1]),
        numbers,
        out=list[int],
    )
    return f.reduce(ignore_error, result, numbers, strict=False)

with f.Fun():
    shown(merge_sort(f.put([5, 3, 9, 1, 1, 7, 4])))
"""


def test_two_lambdas_have_two_results(served):
    served.write_files({"main.py": SHOWN + PAIRS})
    assert served.run_loaded("main.py").lines == ["1 2 10 20 31 41 [-1, 0] [-2, -1]", "6 7"]


def test_two_scripts_with_functions_of_the_same_name_have_two_results(served):
    results = {"+": "[2, 3, 4] 5", "*": "[0, 2, 4] 6", "-": "[-2, -1, 0] 1"}
    for number, operator in enumerate(results):
        text = SHOWN + OTHER_SCRIPT.format(operator=operator)
        served.write_files({f"script{number}.py": text})
    scripts = [served.run_loaded(f"script{number}.py").lines for number in range(len(results))]
    assert scripts == [[expected] for expected in results.values()]


def test_recursion_by_sac_sorts_and_an_edit_of_what_it_merges_with_counts(served):
    served.write_files({"main.py": SHOWN + MERGE_SORT})
    assert served.run_loaded("main.py").lines == ["[1, 1, 3, 4, 5, 7, 9]"]
    served.edit("main.py", "left[0] < right[0]", "left[0] > right[0]")
    assert served.run_loaded("main.py").lines == ["[9, 7, 5, 4, 3, 1, 1]"]
