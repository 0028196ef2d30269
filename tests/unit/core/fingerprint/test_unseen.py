# ruff: noqa: E501 (each case is one line of sample code)
"""What leads to code by no name that can be followed is counted, or refused."""

from __future__ import annotations

import abc
import collections.abc
import contextvars
import importlib
import re

import pytest

from funsies.core.errors import FingerprintError
from funsies.core.fingerprint import fingerprint

REFUSED = {
    "sys.modules": "import sys\ndef task(): return sys.modules['lib'].h()",
    "sys.modules.get": "import sys\ndef task(): return sys.modules.get('lib').h()",
    "sys.modules by name": "from sys import modules\ndef task(): return modules['lib'].h()",
    "sys.modules by another name": "from sys import modules as m\ndef task(): return m['lib'].h()",
    "sys.modules inside": "def task():\n    import sys\n    return sys.modules['lib'].h()",
    "sys.modules by name inside": "def task():\n    from sys import modules as m\n    return m['lib'].h()",
    "sys under another name inside": "def task():\n    import sys as s\n    return s.modules['lib'].h()",
    "sys.modules in a function inside": "def task():\n    import sys\n    def inner(): return sys.modules['lib'].h()\n    return inner()",
    "sys.modules on one line": "def task():\n    import sys; return sys.modules['lib'].h()",
    "sys.modules as a default": "import sys\ndef task(m=sys.modules): return m['lib'].h()",
    "sys.modules in a list": "import sys\nL = [sys.modules]\ndef task(): return L[0]['lib'].h()",
    "sys.modules of a helper": "import sys\ndef helper(): return sys.modules\ndef task(): return helper()",
    "sys.modules of a module of the project": "import own\ndef task(): return own.sys.modules['lib']",
    "builtins.eval": "import builtins\ndef task(x): return builtins.eval(x)",
    "builtins.exec inside": "def task(x):\n    import builtins\n    builtins.exec(x)",
    "builtins.globals": "from builtins import globals as g\ndef task(): return g()",
    "eval under another name": "run = eval\ndef task(x): return run(x)",
    "eval as a default": "def task(x, run=eval): return run(x)",
    "eval in a dictionary": "D = {'run': eval}\ndef task(x): return D['run'](x)",
    "eval in a partial": "import functools\nP = functools.partial(eval, '1')\ndef task(): return P()",
    "eval in a closure": "def make(run):\n    def task(x): return run(x)\n    return task\ntask = make(eval)",
    "eval in a class": "class A:\n    run = eval\ndef task(x): return A.run(x)",
    "eval in a method": "class A:\n    def m(self, x): return eval(x)\ndef task(x): return A().m(x)",
    "__builtins__": "def task(x): return __builtins__['eval'](x)",
    "import_module": "import importlib\ndef task(): return importlib.import_module('lib').h()",
    "import_module inside": "def task():\n    import importlib\n    return importlib.import_module('lib').h()",
    "import_module by name inside": "def task():\n    from importlib import import_module\n    return import_module('lib').h()",
    "importlib.__import__": "import importlib\ndef task(): return importlib.__import__('lib').h()",
    "importlib.reload": "import importlib\ndef task(m): return importlib.reload(m)",
    "reload by name": "from importlib import reload\ndef task(m): return reload(m)",
    "spec_from_file_location": "import importlib.util\ndef task(x): return importlib.util.spec_from_file_location('a', x)",
    "spec_from_file_location by module": "from importlib import util\ndef task(x): return util.spec_from_file_location('a', x)",
    "spec_from_file_location by name": "from importlib.util import spec_from_file_location as s\ndef task(x): return s('a', x)",
    "spec_from_file_location inside": "def task(x):\n    import importlib.util\n    return importlib.util.spec_from_file_location('a', x)",
    "module_from_spec inside": "def task(x):\n    from importlib import util\n    return util.module_from_spec(x)",
    "module_from_spec inside, by another name": "def task(x):\n    import importlib.util as u\n    return u.module_from_spec(x)",
    "a loader": "from importlib.machinery import SourceFileLoader\ndef task(x): return SourceFileLoader('a', x).load_module()",
    "a loader inside": "def task(x):\n    import importlib.machinery as m\n    return m.SourceFileLoader('a', x)",
    "run_path": "import runpy\ndef task(x): return runpy.run_path(x)",
    "run_path by name": "from runpy import run_path\ndef task(x): return run_path(x)",
    "run_path inside": "def task(x):\n    import runpy\n    return runpy.run_path(x)",
    "run_path by name inside": "def task(x):\n    from runpy import run_path as r\n    return r(x)",
    "run_module": "import runpy\ndef task(x): return runpy.run_module(x)",
    "resolve_name": "import pkgutil\ndef task(): return pkgutil.resolve_name('lib:h')()",
    "resolve_name inside": "def task():\n    from pkgutil import resolve_name\n    return resolve_name('lib:h')()",
    "pydoc.locate": "import pydoc\ndef task(): return pydoc.locate('lib.h')()",
    "a zip importer": "import zipimport\ndef task(x): return zipimport.zipimporter(x)",
    "globals of a function": "import lib\ndef task(): return lib.h.__globals__['N']",
    "globals of a function by name": "from lib import h\ndef task(): return h.__globals__['N']",
    "globals of a local function": "def task(h): return h.__globals__['N']",
    "globals of a frame": "import sys\ndef task(): return sys._getframe(0).f_globals['N']",
    "subclasses of a parameter": "def task(kind): return kind.__subclasses__()",
    "subclasses of a library's class": "def task(): return Exception.__subclasses__()",
    "subclasses of what a call gives": "class A: ...\ndef helper(): return A\ndef task(): return helper().__subclasses__()",
    "subclasses of an item": "class A: ...\nL = [A]\ndef task(): return L[0].__subclasses__()",
    "subclasses of an attribute": "class A:\n    class B: ...\ndef task(): return A.B.__subclasses__()",
    "subclasses of another class in a method": "class A:\n    @classmethod\n    def m(cls, other): return other.__subclasses__()\ndef task(): return A.m(A)",
    "subclasses in a static method": "class A:\n    @staticmethod\n    def m(cls): return cls.__subclasses__()\ndef task(): return A.m(A)",
    "subclasses in a helper": "def all_of(kind): return {s for c in kind.__subclasses__() for s in all_of(c)}\nclass A: ...\ndef task(): return all_of(A)",
}

LIB = "N = 1\ndef h(): return N"
OWN = "import sys\nN = 1"


def load_case(load, text):
    module = load(text, lib=LIB, own=OWN)
    importlib.import_module("lib")
    return module.task


@pytest.mark.parametrize("case", REFUSED)
def test_code_that_cannot_be_seen_is_refused(load, case):
    with pytest.raises(FingerprintError, match="funsies cannot see") as raised:
        fingerprint(load_case(load, REFUSED[case]))
    assert 'version="1"' in str(raised.value)


@pytest.mark.parametrize("case", REFUSED)
def test_its_name_in_the_message_may_be_ignored(load, case):
    task = load_case(load, REFUSED[case])
    with pytest.raises(FingerprintError) as raised:
        fingerprint(task)
    names = re.findall(r'ignore=\("([^"]+)",\)', str(raised.value))
    assert len(names) == 1
    assert fingerprint(task, ignore=names).digest


SEEN = {
    "getattr on a module of the project": "import lib\ndef task(): return getattr(lib, 'h')()",
    "attrgetter on a module of the project": "import lib, operator\nget = operator.attrgetter('h')\ndef task(): return get(lib)()",
    "methodcaller on a module of the project": "import lib, operator\ndef task(): return operator.methodcaller('h')(lib)",
    "vars of a module of the project": "import lib\ndef task(): return vars(lib)['h']()",
    "a module of the project in a list": "import lib\nL = [lib]\ndef task(): return L[0].h()",
    "an import inside": "def task():\n    import lib\n    return lib.h()",
    "a module of the project, imported on one line": "def task():\n    import lib; return lib.h()",
    "the default of a context variable": "import contextvars\nv = contextvars.ContextVar('v', default={N})\ndef task(): return v.get()",
    "a list as the default of a context variable": "import contextvars\nv = contextvars.ContextVar('v', default=[{N}])\ndef task(): return v.get()",
    "a function as the default of a context variable": "import contextvars\ndef h(): return {N}\nv = contextvars.ContextVar('v', default=h)\ndef task(): return v.get()()",
    "a context variable in a list": "import contextvars\nL = [contextvars.ContextVar('v', default={N})]\ndef task(): return L[0].get()",
    "a context variable of a helper": "import contextvars\nv = contextvars.ContextVar('v', default=({N},))\ndef helper(): return v.get()\ndef task(): return helper()",
    "a context variable in a closure": "import contextvars\ndef make():\n    v = contextvars.ContextVar('v', default={N})\n    def task(): return v.get()\n    return task\ntask = make()",
    "a registered class": "import abc\nclass A(abc.ABC): ...\nclass X: n = {N}\nA.register(X)\ndef task(x): return isinstance(x, A)",
    "a class registered by a decorator": "import abc\nclass A(abc.ABC): ...\n@A.register\nclass X:\n    def m(self): return {N}\ndef task(x): return isinstance(x, A)",
    "a class registered with a class below": "import abc\nclass A(abc.ABC): ...\nclass B(A): ...\nclass X: n = {N}\nB.register(X)\ndef task(x): return isinstance(x, A)",
    "a class registered with a metaclass of one's own": "import abc\nclass M(abc.ABCMeta): ...\nclass A(metaclass=M): ...\nclass X: n = {N}\nA.register(X)\ndef task(x): return isinstance(x, A)",
    "a class registered with a library's": "import numbers\nclass X: n = {N}\nnumbers.Number.register(X)\ndef task(x): return isinstance(x, numbers.Number)",
    "a class registered with one below a library's": "from collections.abc import Sized, Sequence\nclass X: n = {N}\nSequence.register(X)\ndef task(x): return isinstance(x, Sized)",
    "subclasses": "class A: ...\nclass B(A): n = {N}\ndef task(): return [each.n for each in A.__subclasses__()]",
    "subclasses of subclasses": "class A: ...\nclass B(A): ...\nclass C(B): n = {N}\ndef task(): return A.__subclasses__()",
    "subclasses in a class method": "class A:\n    @classmethod\n    def make(cls): return [each.n for each in cls.__subclasses__()]\nclass B(A): n = {N}\ndef task(): return A.make()",
    "subclasses in a method": "class A:\n    def make(self): return [each.n for each in type(self).__subclasses__()]\nclass B(A): n = {N}\ndef task(): return A().make()",
    "subclasses by __class__": "class A:\n    def make(self): return [each.n for each in self.__class__.__subclasses__()]\nclass B(A): n = {N}\ndef task(): return A().make()",
    "subclasses of one's own name": "class A:\n    def make(self): return [each.n for each in A.__subclasses__()]\nclass B(A): n = {N}\ndef task(): return A().make()",
    "subclasses of a class in a module of the project": "import own2\nclass B(own2.A): n = {N}\ndef task(): return own2.A.__subclasses__()",
    "subclasses in a generator inside": "class A:\n    @classmethod\n    def make(cls): return list(each.n for k in [1] for each in cls.__subclasses__())\nclass B(A): n = {N}\ndef task(): return A.make()",
    "subclasses in a closure": "class A: ...\nclass B(A): n = {N}\ndef make(kind):\n    def task(): return [each.n for each in kind.__subclasses__()]\n    return task\ntask = make(A)",
}


@pytest.mark.parametrize("case", SEEN)
def test_code_that_no_name_leads_to_counts(load, case):
    def version(number):
        text = SEEN[case].replace("{N}", str(number))
        own = "class A: ..."
        return fingerprint(load(text, lib=f"def h(): return {number}", own2=own).task).digest

    assert version(1) == version(1) != version(2)


@pytest.mark.parametrize("kind", [1, [1], {"a": {2}}, None])
def test_a_context_variable_without_a_default_is_not_one_with_none(load, kind):
    text = "import contextvars\nv = contextvars.ContextVar('v'{})\ndef task(): return v.get()"
    one, other = text.format(""), text.format(f", default={kind!r}")
    assert fingerprint(load(one).task).digest != fingerprint(load(other).task).digest


def test_what_is_set_in_a_context_does_not_count(load):
    """A step runs in a context of its own."""
    text = "import contextvars\nv = contextvars.ContextVar('v', default=1)\ndef task(): return v.get()"
    module = load(text)
    before = fingerprint(module.task).digest
    contextvars.copy_context().run(module.v.set, 2)
    module.v.set(2)
    assert fingerprint(module.task).digest == before
    assert fingerprint(load(text).task).digest == before


def test_a_list_that_is_the_default_of_a_context_variable_may_change(load):
    text = "import contextvars\nv = contextvars.ContextVar('v', default=[1])\ndef task(): return v.get()"
    module = load(text)
    before = fingerprint(module.task).digest
    module.v.get().append(2)
    assert fingerprint(module.task).digest != before


@pytest.mark.parametrize("base", ["A", "kinds.A", "K"])
def test_in_which_order_classes_are_registered_does_not_count(load, base):
    path = "import sys\nsys.path.insert(0, __file__.replace('work.py', 'site-packages'))\n"
    text = f"{path}import abc, kinds\nfrom kinds import A as K\nclass A(abc.ABC): ...\nclass X: ...\nclass Y: ...\n"
    kinds = {"site-packages/kinds.py": "import abc\nclass A(abc.ABC): ..."}

    def version(*order):
        lines = "\n".join(f"{base}.register({name})" for name in order)
        work = f"{text}{lines}\ndef task(x): return isinstance(x, {base})"
        return fingerprint(load.files({"work.py": work, **kinds}).task).digest

    assert version("X", "Y") == version("Y", "X") == version("X", "X", "Y")
    assert version("X", "Y") != version("X")


def test_in_which_order_subclasses_are_made_does_not_count(load):
    def version(*order):
        lines = "\n".join(f"class {name}(A): n = '{name}'" for name in order)
        return fingerprint(
            load(f"class A: ...\n{lines}\ndef task(): return A.__subclasses__()").task
        ).digest

    assert version("X", "Y") == version("Y", "X") != version("X")


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("import abc\nclass A(abc.ABC): ...", lambda module: module.A.register(module.X)),
        (
            "import abc\nfrom numbers import Number as A",
            lambda module: module.A.register(module.X),
        ),
        ("class A: ...", lambda module: type("Y", (module.A,), {})),
        ("class A: ...\nclass B(A): ...", lambda module: type("Y", (module.B,), {})),
    ],
)
def test_a_class_that_is_added_later_is_seen(load, text, change):
    uses = "A.__subclasses__()" if "abc" not in text else "isinstance(1, A)"
    module = load(f"{text}\nclass X: ...\ndef task(): return {uses}")
    before = fingerprint(module.task)
    assert fingerprint(module.task) is before
    made = change(module)
    assert fingerprint(module.task).digest != before.digest
    del made


@pytest.mark.parametrize(
    ("text", "cell", "uses"),
    [
        (
            "import abc\nclass A(abc.ABC): ...",
            "class X: n = 1\nA.register(X)",
            "isinstance(1, A)",
        ),
        ("class A: ...", "class X(A): n = 1", "A.__subclasses__()"),
        ("class A: ...\nclass B(A): ...", "class X(B): n = 1", "A.__subclasses__()"),
    ],
)
def test_a_class_that_was_replaced_does_not_count(load, text, cell, uses):
    """A cell of a notebook that is run again makes its classes anew; the old ones stay alive."""

    def run_cell(times):
        lines = f"old = []\nfor _ in range({times}):\n    exec({cell!r})\n    old.append(X)"
        return fingerprint(load(f"{text}\n{lines}\ndef task(): return {uses}").task).digest

    assert run_cell(1) == run_cell(2) == run_cell(3)


def test_classes_that_a_library_registers_do_not_count(load):
    """With an abstract class that no other test has registered anything with."""
    path = "import sys\nsys.path.insert(0, __file__.replace('work.py', 'site-packages'))\n"
    work = f"{path}import kinds\nfrom kinds import A\nclass X: ...\ndef task(x): return isinstance(x, A)"
    kinds = {"site-packages/kinds.py": "import abc\nclass A(abc.ABC): ..."}
    module = load.files({"work.py": work, **kinds})
    before = fingerprint(module.task).digest
    module.A.register(type(re.compile("")))
    module.A.register(type("library", (), {"__module__": "kinds"}))
    assert fingerprint(module.task).digest == before
    module.A.register(module.X)
    assert fingerprint(module.task).digest != before


def test_an_abstract_class_tells_what_was_registered_with_it():
    """``abc._get_dump`` is not documented; this is what is needed of it."""

    class Base(metaclass=abc.ABCMeta):  # noqa: B024 (it has nothing but what is registered)
        pass

    Base.register(int)
    registered = abc._get_dump(Base)[0]
    assert [reference() for reference in registered] == [int]
    assert issubclass(int, Base)
    assert not issubclass(str, Base)
    assert len(abc._get_dump(Base)[0]) == 1
    assert abc._get_dump(collections.abc.Sequence)


def test_functions_of_libraries_may_hold_what_users_may_not(load):
    """They do with it what their version says."""
    path = "import sys\nsys.path.insert(0, __file__.replace('work.py', 'site-packages'))\n"
    work = "from wrap import wrap\n@wrap\ndef task(): return 1"
    library = "import functools, importlib\ndef wrap(fn, load=importlib.import_module, run=eval):\n    @functools.wraps(fn)\n    def wrapper(): return load, run, fn()\n    return wrapper"
    info = {"site-packages/wrap-1.dist-info/RECORD": "wrap.py,,"}
    files = {"work.py": path + work, "site-packages/wrap.py": library, **info}
    assert fingerprint(load.files(files).task).digest
