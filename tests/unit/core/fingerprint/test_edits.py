# ruff: noqa: E501 (each case is one line of sample code)
"""An edit that changes what a function does changes its fingerprint; no other edit does."""

import pytest

from funsies.core.fingerprint import fingerprint

SAME = {
    "a comment": (
        "def task(x):\n    return x\n",
        "# why\ndef task(x):  # what\n    return x\n",
    ),
    "a docstring": (
        "def task(x):\n    return x\n",
        "def task(x):\n    'Does.'\n    return x\n",
    ),
    "formatting": (
        "def task(x): return [x, 1]\n",
        "def task(\n    x,\n):\n    return [\n        x,\n        1,\n    ]\n",
    ),
    "quotes and number spelling": (
        "def task(): return 'a', 255, 1.0, 1e3",
        'def task(): return "a", 0xff, 1.00, 1000.0',
    ),
    "joined string literals": ("def task(): return 'ab'", "def task(): return 'a' 'b'"),
    "parameter annotations": ("def task(x): return x", "def task(x: int) -> int: return x"),
    "local annotations": (
        "def task():\n    x = 1\n    return x\n",
        "def task():\n    y: str\n    x: int = 1\n    return x\n",
    ),
    "a place in the file": (
        "def task(): return 1",
        "import os\n\nA = 1\n\ndef task(): return 1",
    ),
    "a pass": ("def task(): return 1", "def task():\n    pass\n    return 1"),
    "a name that is not used": ("N = 1\ndef task(): return 1", "N = 2\ndef task(): return 1"),
    "another function": (
        "def other(): return 1\ndef task(): return 1",
        "def other(): return 2\ndef task(): return 1",
    ),
    "an annotation-only name": (
        "N = 1\ndef task(x: N): return x",
        "N = 2\ndef task(x: N): return x",
    ),
    "a helper's comment": (
        "def helper(x): return x\ndef task(x): return helper(x)",
        "def helper(x):\n    # why\n    return x\ndef task(x): return helper(x)",
    ),
    "a comment in a class": (
        "class A:\n    def m(self): return 1\ndef task(): return A().m()",
        "class A:\n    'Doc.'\n    # why\n    def m(self): return 1\ndef task(): return A().m()",
    ),
    "annotations of an inner function": (
        "def task():\n    def inner(x, *y, **z): return x\n    return inner(1)",
        "import json\nN = [1]\ndef task():\n    def inner(x: int, *y: 'N', **z: json.JSONDecoder) -> N[0]: return x\n    return inner(1)",
    ),
    "the meaning of an annotation of an inner function": (
        "N = 1\ndef task():\n    def inner(x: N): return x\n    return inner(1)",
        "N = 2\ndef task():\n    def inner(x: N): return x\n    return inner(1)",
    ),
    "annotations of a method": (
        "class A:\n    @property\n    def m(self): return 1\ndef task(): return A().m",
        "class A:\n    @property\n    def m(self) -> int: return 1\ndef task(): return A().m",
    ),
    "names of a set in another order": (
        "N = {'a', 'b', 'c'}\ndef task(): return N",
        "N = {'c', 'b', 'a'}\ndef task(): return N",
    ),
    "the place of a lambda": (
        "task = lambda x: x + 1",
        "other = lambda x: x; task = lambda x: x + 1",
    ),
    "the version of a library constant's value": (
        "from sys import hexversion\ndef task(): return hexversion",
        "from sys import hexversion\n\ndef task(): return hexversion",
    ),
}

DIFFERENT = {
    "a body": ("def task(x): return x + 1", "def task(x): return x + 2"),
    "an operator": ("def task(x): return x + 1", "def task(x): return x - 1"),
    "1 and True": ("def task(): return 1", "def task(): return True"),
    "1 and 1.0": ("def task(): return 1", "def task(): return 1.0"),
    "0.0 and -0.0 as a constant": (
        "N = 0.0\ndef task(): return N",
        "N = -0.0\ndef task(): return N",
    ),
    "a default": ("def task(x=1): return x", "def task(x=2): return x"),
    "a default's name": (
        "N = 1\ndef task(x=N): return x",
        "N = 2\ndef task(x=N): return x",
    ),
    "a keyword default": ("def task(*, x=1): return x", "def task(*, x=2): return x"),
    "a parameter order": ("def task(x, y): return x", "def task(y, x): return x"),
    "a constant": ("N = 1\ndef task(): return N", "N = 2\ndef task(): return N"),
    "an item of a constant": (
        "N = {'a': [1, 2]}\ndef task(): return N",
        "N = {'a': [1, 3]}\ndef task(): return N",
    ),
    "the order of a dict": (
        "N = {'a': 1, 'b': 2}\ndef task(): return list(N)",
        "N = {'b': 2, 'a': 1}\ndef task(): return list(N)",
    ),
    "a helper": (
        "def helper(x): return x\ndef task(x): return helper(x)",
        "def helper(x): return -x\ndef task(x): return helper(x)",
    ),
    "a helper two calls away": (
        "def b(x): return x\ndef a(x): return b(x)\ndef task(x): return a(x)",
        "def b(x): return -x\ndef a(x): return b(x)\ndef task(x): return a(x)",
    ),
    "a helper used in a nested function": (
        "def h(x): return x\ndef task(xs):\n    def inner(x): return h(x)\n    return [inner(x) for x in xs]",
        "def h(x): return -x\ndef task(xs):\n    def inner(x): return h(x)\n    return [inner(x) for x in xs]",
    ),
    "a constant used in a comprehension": (
        "N = 1\ndef task(xs): return [x + N for x in xs]",
        "N = 2\ndef task(xs): return [x + N for x in xs]",
    ),
    "a constant used in a local class": (
        "N = 1\ndef task():\n    class A:\n        x = N\n    return A.x",
        "N = 2\ndef task():\n    class A:\n        x = N\n    return A.x",
    ),
    "mutual recursion": (
        "def even(n): return n == 0 or odd(n - 1)\ndef odd(n): return n != 0 and even(n - 1)\ndef task(n): return even(n)",
        "def even(n): return n == 0 or odd(n - 1)\ndef odd(n): return n > 0 and even(n - 1)\ndef task(n): return even(n)",
    ),
    "a class's method": (
        "class A:\n    def m(self): return 1\ndef task(): return A().m()",
        "class A:\n    def m(self): return 2\ndef task(): return A().m()",
    ),
    "a base class's method": (
        "class B:\n    def m(self): return 1\nclass A(B): ...\ndef task(): return A().m()",
        "class B:\n    def m(self): return 2\nclass A(B): ...\ndef task(): return A().m()",
    ),
    "a class attribute's value": (
        "N = 1\nclass A:\n    x = N\ndef task(): return A.x",
        "N = 2\nclass A:\n    x = N\ndef task(): return A.x",
    ),
    "a dataclass field": (
        "from dataclasses import dataclass\n@dataclass\nclass A:\n    x: int = 1\ndef task(): return A()",
        "from dataclasses import dataclass\n@dataclass\nclass A:\n    x: float = 1\ndef task(): return A()",
    ),
    "a default in a dataclass with slots": (
        "from dataclasses import dataclass\nN = 1\n@dataclass(slots=True)\nclass A:\n    x: int = N\ndef task(): return A()",
        "from dataclasses import dataclass\nN = 2\n@dataclass(slots=True)\nclass A:\n    x: int = N\ndef task(): return A()",
    ),
    "the meaning of a field's type": (
        "from dataclasses import dataclass\nT = int\n@dataclass\nclass A:\n    x: T\ndef task(): return A",
        "from dataclasses import dataclass\nT = str\n@dataclass\nclass A:\n    x: T\ndef task(): return A",
    ),
    "a dataclass option": (
        "from dataclasses import dataclass\n@dataclass\nclass A:\n    x: int\ndef task(): return A",
        "from dataclasses import dataclass\n@dataclass(order=True)\nclass A:\n    x: int\ndef task(): return A",
    ),
    "an attribute added to a class": (
        "class A: ...\nA.x = 1\ndef task(): return A.x",
        "class A: ...\nA.x = 2\ndef task(): return A.x",
    ),
    "a private attribute added to a class": (
        "class A: ...\nA._x = 1\ndef task(): return A._x",
        "class A: ...\nA._x = 2\ndef task(): return A._x",
    ),
    "a special method added to a class": (
        "class A: ...\nA.__call__ = lambda self: 1\ndef task(): return A()()",
        "class A: ...\nA.__call__ = lambda self: 2\ndef task(): return A()()",
    ),
    "an object added to a class": (
        "import array\nclass A: ...\nA.x = array.array('i', [1])\ndef task(): return A.x",
        "import array\nclass A: ...\nA.x = array.array('i', [2])\ndef task(): return A.x",
    ),
    "what a decorator sets on a class": (
        "def by(n):\n    def deco(kind):\n        kind._n = n\n        return kind\n    return deco\nN = 1\n@by(N)\nclass A: ...\ndef task(): return A._n",
        "def by(n):\n    def deco(kind):\n        kind._n = n\n        return kind\n    return deco\nN = 2\n@by(N)\nclass A: ...\ndef task(): return A._n",
    ),
    "the metadata of a dataclass field": (
        "from dataclasses import dataclass, field\nN = 1\n@dataclass\nclass A:\n    x: int = field(metadata={'unit': N})\ndef task(): return A",
        "from dataclasses import dataclass, field\nN = 2\n@dataclass\nclass A:\n    x: int = field(metadata={'unit': N})\ndef task(): return A",
    ),
    "what a type alias in the type of a field stands for": (
        "from dataclasses import dataclass\nfrom typing_extensions import TypeAliasType\nT = TypeAliasType('T', list[int])\n@dataclass\nclass A:\n    x: dict[str, T]\ndef task(): return A",
        "from dataclasses import dataclass\nfrom typing_extensions import TypeAliasType\nT = TypeAliasType('T', list[str])\n@dataclass\nclass A:\n    x: dict[str, T]\ndef task(): return A",
    ),
    "a constraint in the type of a field": (
        "from dataclasses import dataclass\nfrom typing import Annotated\nN = 1\n@dataclass\nclass A:\n    x: Annotated[int, N]\ndef task(): return A",
        "from dataclasses import dataclass\nfrom typing import Annotated\nN = 2\n@dataclass\nclass A:\n    x: Annotated[int, N]\ndef task(): return A",
    ),
    "a default of a made dataclass": (
        "from dataclasses import make_dataclass\nA = make_dataclass('A', [('x', int, 1)])\ndef task(): return A()",
        "from dataclasses import make_dataclass\nA = make_dataclass('A', [('x', int, 2)])\ndef task(): return A()",
    ),
    "the order of the fields of a made dataclass": (
        "from dataclasses import make_dataclass\nA = make_dataclass('A', ['x', 'y'])\ndef task(): return A(1, 2)",
        "from dataclasses import make_dataclass\nA = make_dataclass('A', ['y', 'x'])\ndef task(): return A(1, 2)",
    ),
    "the order of the fields of a named tuple": (
        "from collections import namedtuple\nA = namedtuple('A', 'x y')\ndef task(): return A(1, 2).x",
        "from collections import namedtuple\nA = namedtuple('A', 'y x')\ndef task(): return A(1, 2).x",
    ),
    "a converter of attrs": (
        "import attrs\ndef h(x): return x\n@attrs.define\nclass A:\n    x: int = attrs.field(converter=h)\ndef task(): return A(1)",
        "import attrs\ndef h(x): return -x\n@attrs.define\nclass A:\n    x: int = attrs.field(converter=h)\ndef task(): return A(1)",
    ),
    "a bound of a validator of attrs": (
        "import attrs\nN = 1\n@attrs.define\nclass A:\n    x: int = attrs.field(validator=attrs.validators.lt(N))\ndef task(): return A(1)",
        "import attrs\nN = 2\n@attrs.define\nclass A:\n    x: int = attrs.field(validator=attrs.validators.lt(N))\ndef task(): return A(1)",
    ),
    "a validator in a type of pydantic": (
        "import pydantic, typing\ndef h(x): return x\nclass A(pydantic.BaseModel):\n    x: typing.Annotated[int, pydantic.AfterValidator(h)]\ndef task(): return A(x=1)",
        "import pydantic, typing\ndef h(x): return -x\nclass A(pydantic.BaseModel):\n    x: typing.Annotated[int, pydantic.AfterValidator(h)]\ndef task(): return A(x=1)",
    ),
    "a bound of a field of pydantic": (
        "import pydantic\nN = 1\nclass A(pydantic.BaseModel):\n    x: int = pydantic.Field(ge=N)\ndef task(): return A(x=1)",
        "import pydantic\nN = 2\nclass A(pydantic.BaseModel):\n    x: int = pydantic.Field(ge=N)\ndef task(): return A(x=1)",
    ),
    "a private attribute of pydantic": (
        "import pydantic\nN = 1\nclass A(pydantic.BaseModel):\n    _x: int = N\ndef task(): return A()._x",
        "import pydantic\nN = 2\nclass A(pydantic.BaseModel):\n    _x: int = N\ndef task(): return A()._x",
    ),
    "a default of a struct": (
        "import msgspec\nN = 1\nclass A(msgspec.Struct):\n    x: int = N\ndef task(): return A()",
        "import msgspec\nN = 2\nclass A(msgspec.Struct):\n    x: int = N\ndef task(): return A()",
    ),
    "a bound in the type of a struct's field": (
        "import msgspec, typing\nN = 1\nclass A(msgspec.Struct):\n    x: typing.Annotated[int, msgspec.Meta(ge=N)]\ndef task(): return A(1)",
        "import msgspec, typing\nN = 2\nclass A(msgspec.Struct):\n    x: typing.Annotated[int, msgspec.Meta(ge=N)]\ndef task(): return A(1)",
    ),
    "an enum value": (
        "import enum\nclass E(enum.Enum):\n    A = 1\ndef task(): return E.A",
        "import enum\nclass E(enum.Enum):\n    A = 2\ndef task(): return E.A",
    ),
    "a pattern's flags": (
        "import re\nP = re.compile('a')\ndef task(): return P",
        "import re\nP = re.compile('a', re.I)\ndef task(): return P",
    ),
    "a property": (
        "class A:\n    @property\n    def p(self): return 1\ndef task(): return A().p",
        "class A:\n    @property\n    def p(self): return 2\ndef task(): return A().p",
    ),
    "a decorator's factor": (
        "def by(n):\n    def deco(fn):\n        def wrapper(x): return fn(x) * n\n        return wrapper\n    return deco\n@by(2)\ndef task(x): return x",
        "def by(n):\n    def deco(fn):\n        def wrapper(x): return fn(x) * n\n        return wrapper\n    return deco\n@by(3)\ndef task(x): return x",
    ),
    "a function under a decorator": (
        "import functools\ndef deco(fn):\n    @functools.wraps(fn)\n    def wrapper(x): return fn(x)\n    return wrapper\n@deco\ndef task(x): return x",
        "import functools\ndef deco(fn):\n    @functools.wraps(fn)\n    def wrapper(x): return fn(x)\n    return wrapper\n@deco\ndef task(x): return -x",
    ),
    "a function under lru_cache": (
        "import functools\n@functools.lru_cache\ndef h(x): return x\ndef task(x): return h(x)",
        "import functools\n@functools.lru_cache\ndef h(x): return -x\ndef task(x): return h(x)",
    ),
    "an implementation of a generic function": (
        "import functools\n@functools.singledispatch\ndef h(x): return 0\n@h.register\ndef _(x: int): return 1\ndef task(x): return h(x)",
        "import functools\n@functools.singledispatch\ndef h(x): return 0\n@h.register\ndef _(x: int): return 2\ndef task(x): return h(x)",
    ),
    "the type of an implementation of a generic function": (
        "import functools\n@functools.singledispatch\ndef h(x): return 0\n@h.register\ndef _(x: int): return 1\ndef task(x): return h(x)",
        "import functools\n@functools.singledispatch\ndef h(x): return 0\n@h.register\ndef _(x: str): return 1\ndef task(x): return h(x)",
    ),
    "a context manager": (
        "import contextlib\n@contextlib.contextmanager\ndef h(): yield 1\ndef task():\n    with h() as x: return x",
        "import contextlib\n@contextlib.contextmanager\ndef h(): yield 2\ndef task():\n    with h() as x: return x",
    ),
    "an argument of a partial": (
        "import functools\ntask = functools.partial(int, base=8)",
        "import functools\ntask = functools.partial(int, base=16)",
    ),
    "state of a bound method's object": (
        "class A:\n    def __init__(self, n): self.n = n\n    def m(self): return self.n\ntask = A(1).m",
        "class A:\n    def __init__(self, n): self.n = n\n    def m(self): return self.n\ntask = A(2).m",
    ),
    "state of a callable object": (
        "class A:\n    def __init__(self, n): self.n = n\n    def __call__(self): return self.n\ntask = A(1)",
        "class A:\n    def __init__(self, n): self.n = n\n    def __call__(self): return self.n\ntask = A(2)",
    ),
    "an attribute of a helper": (
        "def h(): ...\nh.limit = 1\ndef task(): return h.limit",
        "def h(): ...\nh.limit = 2\ndef task(): return h.limit",
    ),
    "a lambda's body": ("task = lambda x: x + 1", "task = lambda x: x + 2"),
    "a constant lambda": ("task = lambda: 1", "task = lambda: 2"),
    "a closure": (
        "def make(n): return lambda: n\ntask = make(1)",
        "def make(n): return lambda: n\ntask = make(2)",
    ),
    "a library function": (
        "import math\ndef task(x): return math.sin(x)",
        "import math\ndef task(x): return math.cos(x)",
    ),
    "a library function under another name": (
        "from math import sin as g\ndef task(x): return g(x)",
        "from math import cos as g\ndef task(x): return g(x)",
    ),
    "the text of an f-string": ("def task(x): return f'a{x}b'", "def task(x): return f'a{x}c'"),
    "the format of an f-string": (
        "def task(x): return f'{x:.3f}'",
        "def task(x): return f'{x:.4f}'",
    ),
    "a default of a local function": (
        "def task():\n    def g(x=1): return x\n    return g()",
        "def task():\n    def g(x=2): return x\n    return g()",
    ),
    "a foreign decorator's argument": (
        "import atexit\ndef keep(n): return lambda fn: fn\n@keep(1)\ndef task(): return 1",
        "import atexit\ndef keep(n): return lambda fn: fn\n@keep(2)\ndef task(): return 1",
    ),
    "annotations under a foreign decorator": (
        "def check(fn): return fn\n@check\ndef task(x: int): return x",
        "def check(fn): return fn\n@check\ndef task(x: str): return x",
    ),
    "a name in an annotation of an inner function and in its body": (
        "N = 1\ndef task():\n    def inner(x: N): return x + N\n    return inner(1)",
        "N = 2\ndef task():\n    def inner(x: N): return x + N\n    return inner(1)",
    ),
    "annotations of an inner function under a foreign decorator": (
        "N = 1\ndef check(fn): return fn\ndef task():\n    @check\n    def inner(x: N): return x\n    return inner(1)",
        "N = 2\ndef check(fn): return fn\ndef task():\n    @check\n    def inner(x: N): return x\n    return inner(1)",
    ),
    "annotations of a local class": (
        "N = int\ndef task():\n    class A:\n        x: N = 1\n    return A",
        "N = str\ndef task():\n    class A:\n        x: N = 1\n    return A",
    ),
    "None case and True case": (
        "def task(x):\n    match x:\n        case None: return 1",
        "def task(x):\n    match x:\n        case True: return 1",
    ),
}


@pytest.mark.parametrize("edit", SAME)
def test_an_edit_without_meaning_changes_nothing(load, edit):
    before, after = SAME[edit]
    first = fingerprint(load(before).task)
    assert fingerprint(load(after).task).digest == first.digest


@pytest.mark.parametrize(
    "text",
    [
        "import funsies as f\n@f.task(retries=1)\ndef task(): return 1",
        "import funsies\n@funsies.task(retries=1)\ndef task(): return 1",
        "from funsies import task as step\n@step(retries=1)\ndef task(): return 1",
    ],
)
def test_options_of_funsies_decorators_change_nothing(load, monkeypatch, text):
    monkeypatch.setattr("funsies.task", lambda **_: lambda function: function, raising=False)
    first = fingerprint(load(text).task)
    more = text.replace("retries=1", "retries=2, strict=True")
    assert fingerprint(load(more).task).digest == first.digest
    assert fingerprint(load("def task(): return 1").task).digest == first.digest


@pytest.mark.parametrize("edit", DIFFERENT)
def test_an_edit_with_meaning_changes_the_address(load, edit):
    before, after = DIFFERENT[edit]
    first = fingerprint(load(before).task)
    assert fingerprint(load(after).task).digest != first.digest


@pytest.mark.parametrize("edit", DIFFERENT)
def test_the_same_text_elsewhere_has_the_same_address(load, edit):
    before, _ = DIFFERENT[edit]
    first = fingerprint(load(before).task)
    assert fingerprint(load("# moved\n" + before).task).digest == first.digest


IN_LIB = {
    "import lib": "import lib\ndef task(x): return lib.h(x)",
    "import lib as": "import lib as l\ndef task(x): return l.h(x)",
    "from lib import": "from lib import h\ndef task(x): return h(x)",
    "import inside": "def task(x):\n    import lib\n    return lib.h(x)",
    "from import inside": "def task(x):\n    from lib import h\n    return h(x)",
    "a bare module": "import lib\ndef task(x): return getattr(lib, 'h')(x)",
    "a module in a closure": "import lib\ndef make(l): return lambda x: l.h(x)\ntask = make(lib)",
}


@pytest.mark.parametrize("way", IN_LIB)
def test_a_helper_in_another_module_counts(load, way):
    one = fingerprint(load(IN_LIB[way], lib="def h(x): return x").task)
    same = fingerprint(load(IN_LIB[way], lib="# a comment\ndef h(x): return x").task)
    other = fingerprint(load(IN_LIB[way], lib="def h(x): return -x").task)
    assert one.digest == same.digest
    assert one.digest != other.digest


def test_only_what_is_used_of_a_module_counts(load):
    work = "import lib\ndef task(x): return lib.h(x)"
    one = fingerprint(load(work, lib="def h(x): return x\nN = 1").task)
    assert fingerprint(load(work, lib="def h(x): return x\nN = 2").task).digest == one.digest


def test_a_module_imported_inside_a_function_brings_its_own_imports(load):
    work = "def task(x):\n    import lib\n    return lib.h(x)"
    lib = "from deep import N\ndef h(x): return x + N"
    one = fingerprint(load(work, lib=lib, deep="N = 1").task)
    assert fingerprint(load(work, lib=lib, deep="N = 2").task).digest != one.digest


def test_what_happens_to_be_imported_does_not_matter(load):
    work = "def task(x):\n    import lib\n    return lib.h(x)"
    module = load(work, lib="def h(x): return x")
    before = fingerprint(module.task).digest
    module = load(work, lib="def h(x): return x")
    __import__("lib")
    assert fingerprint(module.task).digest == before


def test_packages_and_relative_imports_are_followed(load):
    def version(number):
        return {
            "work.py": "import pkg.sub\ndef task(): return pkg.sub.h()",
            "pkg/__init__.py": "",
            "pkg/sub.py": "from .deep import g\ndef h(): return g()",
            "pkg/deep.py": f"def g(): return {number}",
        }

    one = fingerprint(load.files(version(1)).task)
    assert fingerprint(load.files(version(1)).task).digest == one.digest
    assert fingerprint(load.files(version(2)).task).digest != one.digest


def test_relative_imports_inside_a_function_are_followed(load):
    def version(number):
        return {
            "work.py": "from pkg.sub import task",
            "pkg/__init__.py": "",
            "pkg/sub.py": "def task():\n    from .deep import g\n    return g()",
            "pkg/deep.py": f"def g(): return {number}",
        }

    one = fingerprint(load.files(version(1)).task)
    assert fingerprint(load.files(version(2)).task).digest != one.digest


def test_lambdas_on_one_line_and_in_loops_are_told_apart(load):
    module = load(
        """
        pair = (lambda x: x + 1, lambda x: x + 2)
        same = [lambda x: x * 2 for _ in range(2)]
        loop = [lambda x, i=i: x + i for i in range(3)]
        def make(i): return lambda x: x + i
        closures = [make(i) for i in range(3)]
        """
    )
    assert len({fingerprint(each).digest for each in module.pair}) == 2
    assert len({fingerprint(each).digest for each in module.same}) == 1
    assert len({fingerprint(each).digest for each in module.loop}) == 3
    assert len({fingerprint(each).digest for each in module.closures}) == 3


def test_two_local_classes_of_one_name_are_told_apart(load):
    module = load(
        """
        def first():
            class A:
                def m(self): return 1
            return A
        def second():
            class A:
                def m(self): return 2
            return A
        """
    )
    assert fingerprint(module.first()).digest != fingerprint(module.second()).digest


@pytest.mark.parametrize(
    "work",
    [
        "import lib\ndef task(): return lib.__file__, lib.__path__, lib.__spec__",
        "def task():\n    import lib\n    return lib.__file__",
        "import lib.sub\ndef task(): return lib.sub.__file__",
        "def task(): return __file__",
        "import lib as l\ndef task(): return open(l.__file__ + 'x')",
    ],
)
def test_where_a_module_is_does_not_count(load, work):
    files = {"lib/__init__.py": "", "lib/sub.py": "", "work.py": work}
    digests = {fingerprint(load.files(files).task).digest for _ in range(2)}
    assert len(digests) == 1
