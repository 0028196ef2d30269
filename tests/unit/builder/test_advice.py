# ruff: noqa: E501 (a line of sample code stays one line)
"""What a message advises has been tried: taken out of the message and applied, it works."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

import funsies as f
from funsies.dynamic import sac

from .conftest import Load

VALUES = {
    "a global": "N = random.Random(1)\ndef step(x): return N.random()",
    "a global of a module": "import steps as own\nN = random.Random(1)\ndef step(x): return own.N.random()",
    "inside a list": "N = [{'a': (random.Random(1),)}]\ndef step(x): return N[0]",
    "inside an object of a library": "N = types.SimpleNamespace(rng=random.Random(1))\ndef step(x): return N.rng.random()",
    "inside an object of the project": "class Box:\n    def __init__(self): self.rng = random.Random(1)\nN = Box()\ndef step(x): return N.rng.random()",
    "inside a bound method": "draw = random.Random(1).random\ndef step(x): return draw()",
    "inside a partial": "draw = functools.partial(random.Random(1).choice, [1])\ndef step(x): return draw()",
    "inside a default": "def step(x, rng=random.Random(1)): return rng.random()",
    "inside a closure": "def make(rng):\n    def step(x): return rng.random()\n    return step\nstep = make([random.Random(1)])",
    "a global of a helper": "N = random.Random(1)\ndef helper(): return N.random()\ndef step(x): return helper()",
    "an attribute of a class": "class A:\n    rng = random.Random(1)\ndef step(x): return A.rng.random()",
    "a default of a field": "@dataclasses.dataclass\nclass A:\n    rng: object = dataclasses.field(default_factory=random.Random(1).random)\ndef step(x): return A().rng",
    "an attribute of a function": "def helper(): return 1\nhelper.rng = random.Random(1)\ndef step(x): return helper.rng.random()",
    "the default of a context variable": "import contextvars\nv = contextvars.ContextVar('v', default=random.Random(1))\ndef step(x): return v.get()",
    "a view of memory": "N = memoryview(b'x')\ndef step(x): return bytes(N)",
    "a memo": "memo = {}\ndef step(x):\n    memo[x] = x\n    return memo[x]",
    "an assigned global": "n = 0\ndef step(x):\n    global n\n    n = x",
    "eval": "def step(x): return eval('x')",
    "sys.modules": "import sys\ndef step(x): return len(sys.modules)",
    "subclasses": "def step(x): return type(x).__subclasses__()",
    "a module without a source": "import steps as own, types\nN = types.ModuleType('nowhere')\ndef step(x): return N",
}
HEAD = "import dataclasses, functools, random, types\n"

IGNORE = re.compile(
    r'@f\.task\((ignore=\("[^"]+",\))\)|leave it out with (ignore=\("[^"]+",\))'
)
VERSION = re.compile(r'@f\.task\((version="1")\)|yourself with (version="1")')


def refusal(build: Callable[[], object]) -> str:
    with pytest.raises(f.FunsiesError) as raised:
        build()
    return str(raised.value)


def advised(pattern: re.Pattern[str], message: str) -> dict[str, Any]:
    """What a message says to give to ``@f.task``."""
    found = pattern.search(message)
    assert found is not None, message
    text = next(each for each in found.groups() if each)
    options: dict[str, Any] = eval(f"dict({text})")  # noqa: S307 (as a user would type it)
    return options


@pytest.mark.parametrize("pattern", [IGNORE, VERSION])
@pytest.mark.parametrize("case", VALUES)
def test_the_advice_for_a_task_works(load: Load, case: str, pattern: re.Pattern[str]) -> None:
    step = load(HEAD + VALUES[case]).step
    message = refusal(lambda: f.task(step)(1))
    assert "make the function a task" not in message
    assert f.task(name=case, **advised(pattern, message))(step)(1).hash


GIVEN: dict[str, Callable[[Any], object]] = {
    "reduce": lambda step: f.reduce(step, 1),
    "morph": lambda step: f.morph(step, 1),
    "py": lambda step: f.py(step, 1, out=(int,)),
    "map": lambda step: f.put(1).map(step),
    "map_each": lambda step: f.map_each(step, [1]),
    "apply": f.Artefact.from_value,
}


@pytest.mark.parametrize("pattern", [IGNORE, VERSION])
@pytest.mark.parametrize("given", GIVEN)
@pytest.mark.parametrize("case", ["a global", "inside a list", "a memo", "eval"])
def test_the_advice_for_a_function_works(
    load: Load, case: str, given: str, pattern: re.Pattern[str]
) -> None:
    step = load(HEAD + VALUES[case]).step
    message = refusal(lambda: GIVEN[given](step))
    assert re.search(r"(?<!@f\.task\()(ignore=|version=)", message) is None, message
    task = f.task(**advised(pattern, message))(step)
    assert task(1).hash
    if given == "map_each":
        assert f.map_each(task, [1]).hash


BUILDERS = {
    "bind": lambda step: f.put(1).bind(lambda x: f.reduce(step, x)),
    "lash": lambda step: f.put(1).lash(lambda _error: f.reduce(step, 1)),
    "sac": lambda step: sac(range, lambda x: f.reduce(step, x), f.gather, 3),
}
MENDED = {
    "bind": lambda task: f.put(1).bind(lambda x: task(task(x))),
    "lash": lambda task: f.put(1).lash(lambda _error: task(1)),
    "sac": lambda task: sac(range, task, f.gather, 3),
}


@pytest.mark.parametrize("pattern", [IGNORE, VERSION])
@pytest.mark.parametrize("given", BUILDERS)
@pytest.mark.parametrize("case", ["a global", "inside a list", "a memo", "eval"])
def test_the_advice_for_what_builds_steps_works(
    load: Load, case: str, given: str, pattern: re.Pattern[str]
) -> None:
    step = load(HEAD + VALUES[case]).step
    message = refusal(lambda: BUILDERS[given](step))
    assert "put what uses it into a task" in message
    task = f.task(**advised(pattern, message))(step)
    assert MENDED[given](task).hash


def test_the_advice_for_the_attribute_of_an_object_works(load: Load) -> None:
    """Of a callable object there is no name in the code but that of its attribute."""
    text = "class Box:\n    def __init__(self): self.rng = random.Random(1)\n    def step(self, x): return self.rng.random()\nbox = Box()"
    step = load(HEAD + text).box.step
    message = refusal(lambda: f.reduce(step, 1))
    assert 'ignore=("Box.rng",)' in message
    assert f.task(**advised(IGNORE, message))(step)(1).hash


UNPICKLABLE = {
    "a generator": "N = (i for i in ())\ndef step(x): return list(N)",
    "inside a list": "N = [(i for i in ())]\ndef step(x): return list(N[0])",
    "inside an object": "class Box: ...\nN = Box()\nN.items = (i for i in ())\ndef step(x): return list(N.items)",
    "a default": "def step(x, N=(i for i in ())): return N",
    "in a closure": "def make(N):\n    def step(x): return N\n    return step\nstep = make((i for i in ()))",
    "a weak reference": "import weakref\nclass Box: ...\nbox = Box()\nN = weakref.ref(box)\ndef step(x): return N()",
}


@pytest.mark.parametrize("case", UNPICKLABLE)
def test_what_cannot_travel_is_not_advised_to_be_left_out(load: Load, case: str) -> None:
    step = load(HEAD + UNPICKLABLE[case]).step
    for build in (lambda: f.task(step)(1), lambda: f.reduce(step, 1)):
        message = refusal(build)
        assert message.endswith("Make it inside the function.")


def test_what_an_import_makes_again_may_be_left_out(load: Load) -> None:
    """It cannot be pickled, and need not be: workers import the module."""
    step = load(HEAD + UNPICKLABLE["a generator"]).step
    assert f.task(ignore=("N",))(step)(1).hash


def test_what_only_the_program_has_cannot_be_sent_even_if_it_is_left_out(load: Load) -> None:
    step = load(HEAD + UNPICKLABLE["in a closure"]).step
    assert "cannot be sent" in refusal(lambda: f.task(ignore=("N",))(step)(1))


def test_without_a_name_there_is_no_advice_to_ignore_it(load: Load) -> None:
    module = load(
        HEAD
        + "def step(rng, x): return rng.random()\nbound = functools.partial(step, random.Random(1))"
    )
    message = refusal(lambda: f.reduce(module.bound, 1))
    assert "ignore=" not in message
    assert f.task(**advised(VERSION, message))(module.bound)(1).hash


def test_the_advice_for_a_codec_works(load: Load) -> None:
    text = "N = random.Random(1)\nclass A: ...\nclass B: ...\ndef encode(a): return str(N).encode()\ndef decode(b): return A()\ndef make(x: int) -> A: ...\ndef make_b(x: int) -> B: ..."
    module = load(HEAD + text)
    f.register_codec("advice", module.A, module.encode, module.decode)
    f.register_codec("advice-b", module.B, module.encode, module.decode, version="1")
    message = refusal(lambda: f.reduce(module.make, 1))
    assert "ignore=" not in message
    assert 'register_codec(..., version="1")' in message
    assert f.reduce(module.make_b, 1).hash


def test_what_a_task_ignores_is_ignored_where_other_code_uses_it(load: Load) -> None:
    def version(level: int) -> tuple[str, str]:
        text = f"LEVEL = {level}\ndef step(x: int) -> int: return x + LEVEL"
        step = load(text).step
        task, plain = f.task(ignore=("LEVEL",))(step), f.task(step)
        return f.map_each(task, [1]).hash, f.map_each(plain, [1]).hash

    (one, plain), (other, other_plain) = version(1), version(2)
    assert one == other
    assert plain != other_plain


def test_what_a_task_ignores_counts_for_others(load: Load) -> None:
    text = "LEVEL = {}\ndef step(x: int) -> int: return x + LEVEL"

    def version(level: int) -> str:
        step = load(text.format(level)).step
        task = f.task(ignore=("LEVEL",))(step)
        return f.put(1).bind(lambda x: f.reduce(step, task(x))).hash

    assert version(1) != version(2)


def test_a_task_that_ignores_names_may_call_itself(load: Load) -> None:
    text = "import funsies as f\nLEVEL = {}\n@f.task(ignore=('LEVEL',))\ndef step(x: int) -> int: return step.fn(x - LEVEL) if x else 0"

    def version(level: int) -> tuple[str, str]:
        step = load(text.format(level)).step
        return step(1).hash, f.map_each(step, [1]).hash

    assert version(1) == version(2)
