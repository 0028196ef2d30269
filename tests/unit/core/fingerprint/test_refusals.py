# ruff: noqa: E501 (each case is one line of sample code)
"""What cannot be seen is refused, with the path to it and a remedy; what is harmless works."""

import pytest

from funsies.core.errors import FingerprintError
from funsies.core.fingerprint import WrappedTask, fingerprint

REFUSED = {
    "eval": ("def task(x): return eval(x)", "task -> eval"),
    "exec": ("def task(x): exec(x)", "task -> exec"),
    "globals": ("def task(): return globals()['x']", "task -> globals"),
    "__import__": ("def task(): return __import__('os')", "task -> __import__"),
    "import_module": (
        "import importlib\ndef task(): return importlib.import_module('os')",
        "task -> importlib.import_module",
    ),
    "import_module by name": (
        "from importlib import import_module\ndef task(): return import_module('os')",
        "task -> import_module",
    ),
    "a global that is assigned": (
        "n = 0\ndef task():\n    global n\n    n += 1",
        "task -> n",
    ),
    "a global assigned by a local function": (
        "n = 0\ndef task():\n    def inner():\n        global n\n        n = 1\n    inner()",
        "task -> n",
    ),
    "a memo": (
        "memo = {}\ndef task(x):\n    if x not in memo:\n        memo[x] = x\n    return memo[x]",
        "task -> memo",
    ),
    "a registry": ("seen = []\ndef task(x): seen.append(x)", "task -> seen"),
    "a memo in a closure": (
        "def make():\n    memo = {}\n    def task(x):\n        memo[x] = x\n    return task\ntask = make()",
        "task -> memo",
    ),
    "a counter": (
        "class Box: n = 0\nbox = Box()\ndef task(): box.n += 1",
        "task -> box",
    ),
    "a module's variable": ("import lib\ndef task(): lib.n = 1", "task -> lib"),
    "a random generator": (
        "import random\nrng = random.Random(1)\ndef task(): return rng.random()",
        "task -> rng",
    ),
    "an open file": ("file = open(__file__)\ndef task(): return file.read()", "task -> file"),
    "a generator": ("items = (i for i in ())\ndef task(): return list(items)", "task -> items"),
    "an object that hides deeper": (
        "class Box:\n    def __init__(self): self.items = [(i for i in ())]\nbox = Box()\ndef helper(): return box\ndef task(): return helper()",
        "task -> helper -> box",
    ),
    "a default": ("def task(x=(i for i in ())): return x", "task -> x"),
}


@pytest.fixture
def load_refused(load):
    """Load a case; a file that it opens is closed at the end."""
    loaded = []

    def load_case(case):
        text, path = REFUSED[case]
        loaded.append(load(text, lib="n = 0"))
        return loaded[-1].task, path

    yield load_case
    for module in loaded:
        if hasattr(module, "file"):
            module.file.close()


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_seen_is_refused_with_its_path_and_a_remedy(load_refused, case):
    task, path = load_refused(case)
    with pytest.raises(FingerprintError) as raised:
        fingerprint(task)
    assert str(raised.value).startswith(path)
    assert "ignore=(" in str(raised.value) or "ake it inside the function." in str(raised.value)


@pytest.mark.parametrize("case", REFUSED)
def test_a_name_that_is_ignored_is_not_refused(load_refused, case):
    task, path = load_refused(case)
    assert fingerprint(task, ignore=(path.split(" -> ")[-1],)).digest


def test_ignoring_a_name_leaves_out_its_value_only(load):
    text = "N = {}\nM = 1\ndef task(): return N, M"
    one = fingerprint(load(text.format(1)).task, ignore=("N",))
    other = fingerprint(load(text.format(2)).task, ignore=("N",))
    assert one.digest == other.digest
    assert fingerprint(load(text.format(2)).task).digest != one.digest


HARMLESS = {
    "modules": "import json, os.path\ndef task(x): return json.dumps(x), os.path.join(x)",
    "a logger": "import logging\nlog = logging.getLogger('a')\ndef task(): log.info('x')",
    "a pattern": "import re\nP = re.compile('a')\ndef task(x): return P.match(x)",
    "an enum": "import enum\nclass E(enum.Flag):\n    A = 1\n    B = 2\nboth = E.A | E.B\ndef task(): return E.A, both",
    "type variables": "import typing\nT = typing.TypeVar('T')\nP = typing.ParamSpec('P')\ndef task(): return T, P",
    "types": "import typing\nA = dict[str, typing.Optional[int]] | None\nU = typing.Union[int, str]\nL = typing.Literal[1]\nN = typing.NewType('N', int)\nC = typing.Callable[[int], str]\ndef task(): return A, U, L, N, C, typing.Any",
    "locks": "import threading\na, b, c = threading.Lock(), threading.RLock(), threading.Event()\ndef task():\n    with a, b: return c",
    "context variables": "import contextvars\nv = contextvars.ContextVar('v')\ndef task(): return v.get()",
    "singletons": "A, B, C = None, NotImplemented, ...\ndef task(): return A, B, C",
    "paths, decimals and times": "import datetime as d, decimal, fractions, pathlib, uuid, zoneinfo\nA = pathlib.Path('a'), decimal.Decimal('1.5'), fractions.Fraction(1, 3), uuid.UUID(int=1)\nB = d.datetime(2020, 1, 1, tzinfo=d.timezone.utc), d.date(2020, 1, 1), d.timedelta(1), d.time(1)\nC = d.datetime(2020, 1, 1, tzinfo=zoneinfo.ZoneInfo('UTC'))\ndef task(): return A, B, C",
    "containers": "import collections as c, array\nA = c.OrderedDict(a=1), c.defaultdict(list), c.deque([1]), c.Counter('a'), array.array('i', [1]), bytearray(b'x'), range(3), slice(1)\ndef task(): return A",
    "standard streams": "import sys\nout = sys.stderr\ndef task(): print('x', file=out)",
    "library instances": "import string, struct, argparse, types\nA = struct.Struct('<i'), string.Template('x'), argparse.Namespace(a=1), types.SimpleNamespace(b=2)\ndef task(): return A",
    "methods of library types": "import operator\nA = str.upper, operator.itemgetter(1), [].append, 'x'.join, dict.fromkeys\ndef task(): return A",
    "the library's own random generator": "import random\nfrom random import gauss\ndraw = random.random\ndef task(): return draw(), random.random(), gauss(0, 1)",
    "dataclass instances": "import dataclasses\n@dataclasses.dataclass(frozen=True)\nclass A:\n    x: int\n    y: list = dataclasses.field(default_factory=list)\na = A(1)\ndef task(): return a",
    "slots and properties": "class A:\n    __slots__ = ('x',)\n    def __init__(self): self.x = 1\na = A()\ndef task(): return a.x",
    "a list that refers to itself": "a = []\na.append(a)\ndef task(): return a",
    "a set of objects": "class A:\n    pass\na = {A(), 1, (2, 'x')}\ndef task(): return a",
    "exceptions": "class Mine(Exception):\n    pass\ndef task():\n    try: raise Mine(1)\n    except (Mine, ValueError) as e: return e",
    "a name that is not there yet": "def task(): return later()",
    "async functions": "async def h(): return 1\nasync def task(): return [x async for x in h()]",
    "a local memo": "def task(xs):\n    memo = {}\n    for x in xs: memo[x] = 1\n    return memo",
    "an abstract class": "import abc\nclass A(abc.ABC):\n    @abc.abstractmethod\n    def m(self): ...\nclass B(A):\n    def m(self): return 1\ndef task(): return B().m()",
    "a metaclass": "class M(type):\n    def __call__(cls): return 1\nclass A(metaclass=M): ...\ndef task(): return A()",
    "a generic class": "import typing\nT = typing.TypeVar('T')\nclass A(typing.Generic[T]):\n    x: T\ndef task(): return A[int]()",
    "a protocol": "import typing\nclass A(typing.Protocol):\n    def m(self): ...\ndef task(): return A",
    "a wrapped local": "import functools\ndef h(fn):\n    @functools.wraps(fn)\n    def w(*a): return fn(*a)\n    return w\n@h\n@h\ndef task(x): return x",
    "environment variables by name": "from os import environ\ndef task(): environ['A'] = 'b'",
    "environment variables": "import os\ndef task(): os.environ['A'] = 'b'; return os.environ['A']",
}


@pytest.mark.parametrize("case", HARMLESS)
def test_what_people_keep_at_module_level_just_works(load, case):
    module = load(HARMLESS[case])
    assert fingerprint(module.task).digest == fingerprint(load(HARMLESS[case]).task).digest


class FakeArtefact:
    __funsies_artefact__ = True


class FakeTask:
    def __init__(self, fn, version=None):
        self.fn, self.version = fn, version

    def __funsies_fingerprint__(self):
        return WrappedTask(self.fn, "fake", self.version)


@pytest.mark.parametrize(
    "text",
    [
        "def task(): return a",
        "def task(x=None): return [a]",
        "import functools\ntask = functools.partial(int, a)",
    ],
)
def test_an_artefact_inside_a_function_is_refused(load, text):
    module = load("a = None\n" + text)
    module.a = FakeArtefact()
    if hasattr(module.task, "func"):
        module.task = type(module.task)(int, module.a)
    with pytest.raises(FingerprintError, match="as an input"):
        fingerprint(module.task)


def test_a_task_used_inside_a_function_is_followed(load):
    def version(body, stated=None):
        module = load(f"def fn(): return {body}\ndef task(): return inner()")
        module.inner = FakeTask(module.fn, stated)
        return fingerprint(module.task).digest

    assert version("1") == version("1") != version("2")
    assert version("1", "a") == version("2", "a") != version("1", "b")


def test_a_task_has_the_fingerprint_of_its_function(load):
    module = load("def fn(): return 1")
    assert fingerprint(FakeTask(module.fn)).digest == fingerprint(module.fn).digest
    assert fingerprint(FakeTask(module.fn, "1")).digest != fingerprint(module.fn).digest


@pytest.mark.parametrize("depth", [50, 10_000])
def test_deep_values_never_crash(load, depth):
    module = load("def task(): return N")
    module.N = []
    for _ in range(depth):
        module.N = [module.N]
    assert fingerprint(module.task).digest


def test_deep_tuples_are_refused_not_crashed_on(load):
    module = load("def task(): return N")
    module.N = ()
    for _ in range(10_000):
        module.N = (module.N,)
    with pytest.raises(FingerprintError, match="too deep"):
        fingerprint(module.task)


def test_a_long_chain_of_helpers_is_followed_to_its_end(load):
    def chain(end):
        lines = [f"def f{i}(): return f{i + 1}()" for i in range(500)]
        return load("\n".join([*lines, f"def f500(): return {end}", "task = f0"])).task

    assert fingerprint(chain(1)).digest != fingerprint(chain(2)).digest


def test_long_sums_are_text_like_any_other(load):
    def long(last):
        return load("def task(x): return " + " + ".join(["x"] * 900 + [str(last)])).task

    assert (
        fingerprint(long(1)).digest
        == fingerprint(long("(1)")).digest
        != fingerprint(long(2)).digest
    )
