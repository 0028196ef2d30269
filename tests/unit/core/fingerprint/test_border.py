# ruff: noqa: E501 (a line of sample code stays one line)
"""The project is what the user wrote; libraries, the interpreter and funsies count by name."""

import functools
import json
import sys
from types import ModuleType

import pytest
from returns.functions import compose

import funsies as f
import funsies.core.digest
from funsies.core.fingerprint import fingerprint, is_project


@pytest.mark.parametrize(
    "thing",
    [
        json,
        json.dumps,
        json.JSONEncoder,
        len,
        sys,
        int,
        functools.partial,
        pytest,
        pytest.raises,
    ],
)
def test_libraries_and_the_interpreter_are_outside(thing):
    assert not is_project(thing)


def test_funsies_itself_is_outside():
    assert not is_project(funsies.core.digest)
    assert not is_project(fingerprint)


def test_the_users_code_is_inside(load):
    module = load("class A:\n    def m(self): ...\nclass B: ...\ndef task(): ...")
    assert all(is_project(each) for each in (module, module.A, module.B, module.task))


def test_a_function_is_judged_by_its_file_not_by_the_module_it_names(load):
    module = load("import functools, json\n@functools.wraps(json.dumps)\ndef task(): ...")
    assert module.task.__module__ == "json"
    assert is_project(module.task)


def test_modules_that_came_by_value_are_inside():
    assert is_project(ModuleType("nowhere"))


def test_an_installed_package_counts_by_name(load, tmp_path):
    def version(number):
        return {
            "work.py": "import sys\nsys.path.insert(0, __file__.replace('work.py', 'site-packages'))\n"
            "import installed\nfrom installed import h, N\n"
            "def task(): return installed.h(), h(), N, installed.N",
            "site-packages/installed.py": f"N = {number}\ndef h(): return {number}",
            "site-packages/installed-1.0.dist-info/RECORD": "installed.py,,",
        }

    one = fingerprint(load.files(version(1)).task)
    assert fingerprint(load.files(version(2)).task).digest == one.digest


def test_a_library_wrapper_holds_functions_of_the_project(load):
    def version(number):
        return {
            "work.py": "import sys\nsys.path.insert(0, __file__.replace('work.py', 'site-packages'))\n"
            f"from wrap import retry\ndef fn(): return {number}\ntask = retry({{'how': [fn]}}, 3)",
            "site-packages/wrap.py": "def retry(fns, n):\n    def wrapper(): return fns, n\n    return wrapper",
        }

    one = fingerprint(load.files(version(1)).task)
    assert fingerprint(load.files(version(2)).task).digest != one.digest


def test_a_module_of_the_user_may_have_the_name_of_a_library(load):
    """``test`` and ``code`` are in the standard library, and in many projects."""

    def version(number):
        return {
            "work.py": "def task():\n    import this\n    return this.N\n"
            "def other():\n    from this import A\n    return A",
            "this.py": f"N = {number}\nclass A: x = {number}",
        }

    one = load.files(version(1))
    digests = fingerprint(one.task).digest, fingerprint(one.other).digest
    kind = __import__("this").A
    assert is_project(kind)
    two = load.files(version(2))
    assert fingerprint(two.task).digest != digests[0]
    assert fingerprint(two.other).digest != digests[1]


def test_a_library_wrapper_holds_tasks():
    def task_adding(number):
        @f.task
        def add(value: int) -> int:
            return value + number

        return add

    def same(value):
        return value

    one, two, again = (compose(same, task_adding(number)) for number in (1, 2, 1))
    assert fingerprint(one).digest != fingerprint(two).digest
    assert fingerprint(one).digest == fingerprint(again).digest


def test_an_enumeration_that_is_called_like_its_base_is_of_the_project(load):
    work = (
        "import enum\nclass Flag(enum.Flag):\n    A = {}\n    C = 3\ndef task(): return Flag.A"
    )
    digests = {fingerprint(load(work.format(value)).task).digest for value in (1, 2)}
    assert len(digests) == 2
