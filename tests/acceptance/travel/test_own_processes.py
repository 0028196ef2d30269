"""Steps pickle what is their own, and start processes of their own, as plain Python does."""

from __future__ import annotations

import pytest

from .cases import WAYS, Case

OWN = """
import copy
import enum
import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


@dataclass(frozen=True)
class Own:
    x: int
    colour: Colour = Colour.RED

    def doubled(self) -> int:
        return 2 * self.x


class Failure(Exception):
    pass


OFFSET = 3


def shifted(x):
    return x * x + OFFSET


def made(x):
    return Own(x, Colour.BLUE)


def weighed(own):
    return own.doubled() if type(own) is Own and own.colour is Colour.RED else -1


def fails(x):
    raise Failure(x)


def pickled(own: Own) -> bool:
    again = pickle.loads(pickle.dumps(own))
    return type(again) is Own and again == own and again.colour is own.colour


def copied(own: Own) -> bool:
    again = copy.deepcopy([own, Own])
    return again[1] is Own and type(again[0]) is Own and again[0] == own


def by_name(x: int) -> bool:
    things = (shifted, Own, Own.doubled, Colour, Colour.RED, Failure)
    return all(pickle.loads(pickle.dumps(each)) is each for each in things)


def raised(x: int) -> str:
    again = pickle.loads(pickle.dumps(Failure(x)))
    return f"{type(again) is Failure} {again}"


def mapped(method: str) -> list[int]:
    with multiprocessing.get_context(method).Pool(2) as pool:
        return pool.map(shifted, [1, 2, 3])


def objects(method: str) -> str:
    with multiprocessing.get_context(method).Pool(2) as pool:
        made_there = pool.map(made, [1, 2])
        weights = pool.map(weighed, [Own(4), Own(5)])
    kinds = all(type(own) is Own and own.colour is Colour.BLUE for own in made_there)
    return f"{kinds} {weights}"


def executed(method: str) -> str:
    context = multiprocessing.get_context(method)
    with ProcessPoolExecutor(2, mp_context=context) as executor:
        results = list(executor.map(shifted, [1, 2]))
        problem = executor.submit(fails, 5).exception()
    return f"{results} {type(problem) is Failure} {problem}"


def bound(method: str) -> list[int]:
    with multiprocessing.get_context(method).Pool(2) as pool:
        return [pool.apply(Own(3).doubled), *pool.map(Own.doubled, [Own(4)])]


def processed(method: str) -> int:
    context = multiprocessing.get_context(method)
    queue = context.SimpleQueue()
    process = context.Process(target=put_shifted, args=(queue, 4))
    process.start()
    answer = queue.get()
    process.join()
    return answer


def put_shifted(queue, x):
    queue.put(shifted(x))
"""

IN_ONE_PROCESS = {
    "pickled(Own(1))": "True",
    "copied(Own(1))": "True",
    "by_name(1)": "True",
    "raised(7)": "True 7",
}


def with_processes(method: str) -> dict[str, str]:
    return {
        f"mapped('{method}')": "[4, 7, 12]",
        f"objects('{method}')": "True [8, 10]",
        f"executed('{method}')": "[4, 7] True 5",
        f"bound('{method}')": "[6, 8]",
        f"processed('{method}')": "19",
    }


JOBLIB = """
import joblib


def in_parallel(x: int) -> list[int]:
    return joblib.Parallel(n_jobs=2)(joblib.delayed(shifted)(n) for n in range(x))


def in_parallel_again(x: int) -> list[int]:
    return joblib.Parallel(n_jobs=2)(joblib.delayed(weighed)(Own(n)) for n in range(x))
"""

PLACES = {
    "the script": lambda text: (text, {}),
    "a module": lambda text: ("from own import *\n", {"own.py": text}),
}


def cases(what: str, text: str, calls: dict[str, str], *needs: str) -> list[Case]:
    """The same functions at each place."""
    return [
        Case(f"{what} in {place}", main, calls, files, needs, starts_processes=bool(needs))
        for place, (main, files) in ((each, divide(text)) for each, divide in PLACES.items())
    ]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", cases("own things", OWN, IN_ONE_PROCESS), ids=str)
def test_what_is_pickled_comes_back_as_the_same(case, way, outcome):
    case.check(outcome(case, way))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("place", "method"),
    [
        ("the script", "fork"),
        ("the script", "spawn"),
        ("a module", "forkserver"),
        pytest.param("the script", "forkserver", marks=pytest.mark.slow),
        pytest.param("a module", "fork", marks=pytest.mark.slow),
        pytest.param("a module", "spawn", marks=pytest.mark.slow),
    ],
)
def test_processes_of_a_step_know_its_functions(place, method, way, outcome):
    main, files = PLACES[place](OWN)
    title, calls = f"{method} in {place}", with_processes(method)
    case = Case(title, main, calls, files, starts_processes=True)
    case.check(outcome(case, way))


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "case",
    cases(
        "joblib",
        OWN + JOBLIB,
        {"in_parallel(3)": "[3, 4, 7]", "in_parallel_again(3)": "[0, 2, 4]"},
        "joblib",
    ),
    ids=str,
)
def test_joblib_knows_the_functions_of_a_step(case, way, outcome):
    case.check(outcome(case, way))
