"""A fingerprint is remembered, and never longer than what it was made of stays the same."""

import pytest

from funsies.core.fingerprint import fingerprint

WORK = """
import functools, lib
N = 1
ITEMS = [1, {"a": [2]}]
class A:
    x = 1
    def m(self): return 1
box = A()
def helper(x, y=1): return x + y
def task(z=3): return helper(z), N, ITEMS, A().m(), A.x, box, lib.h()
"""


def edit_constant(module):
    module.N = 2


def edit_item_deep_inside(module):
    module.ITEMS[1]["a"].append(3)


def edit_helper(module):
    module.helper = lambda x: x


def edit_helper_code(module):
    module.helper.__code__ = (lambda x, y: x - y).__code__


def edit_helper_default(module):
    module.helper.__defaults__ = (2,)


def edit_method(module):
    module.A.m = lambda _self: 2


def edit_class_attribute(module):
    module.A.x = 2


def add_class_attribute(module):
    module.A.extra = 1


def edit_object(module):
    module.box.state = 1


def edit_module_of_the_project(module):
    module.lib.h = lambda: 2


def edit_default(module):
    module.task.__defaults__ = (4,)


def delete_name(module):
    del module.N


EDITS = [
    edit_constant,
    edit_item_deep_inside,
    edit_helper,
    edit_helper_code,
    edit_method,
    edit_class_attribute,
    add_class_attribute,
]
"""Those that are seen also in a module that the function imports while it runs."""


@pytest.mark.parametrize(
    "edit",
    [
        *EDITS,
        edit_helper_default,
        edit_object,
        edit_module_of_the_project,
        edit_default,
        delete_name,
    ],
)
def test_a_change_in_the_running_program_is_seen(load, edit):
    module = load(WORK, lib="def h(): return 1")
    before = fingerprint(module.task)
    assert fingerprint(module.task) is before
    edit(module)
    assert fingerprint(module.task).digest != before.digest


IMPORTING = """
import deeper, lib
def task():
    import lib
    return lib.N, lib.ITEMS, lib.helper(), lib.A().m()
def whole():
    import lib as known
    return max(known, known)
"""

LIBRARY = """
import deeper
N = 1
ITEMS = [1, {"a": [2]}]
class A:
    x = 1
    def m(self): return self.x
def helper(): return deeper.D, deeper.LIST
"""


def edit_what_a_helper_reads(module):
    module.deeper.D = 2


def edit_inside_what_a_helper_reads(module):
    module.deeper.LIST.append(1)


@pytest.mark.parametrize("name", ["task", "whole"])
@pytest.mark.parametrize(
    "edit",
    [*EDITS, edit_what_a_helper_reads, edit_inside_what_a_helper_reads],
)
def test_a_change_in_a_module_that_the_function_imports_is_seen(load, edit, name):
    module = load(IMPORTING, lib=LIBRARY, deeper="D = 1\nLIST = []")
    function = getattr(module, name)
    before = fingerprint(function)
    assert fingerprint(function) is before
    edit(module if edit.__name__.endswith("helper_reads") else module.lib)
    assert fingerprint(function).digest != before.digest


SHY = """
class Shy:
    def __repr__(self): raise RuntimeError("nobody shows me")
TABLE = [Shy() for _ in range(3)]
class A:
    shown = Shy()
def helper(): return len(TABLE), A.shown
"""


def test_what_cannot_be_shown_hinders_nobody(load):
    module = load("import lib\ndef task():\n    import lib\n    return lib.helper()", lib=SHY)
    before = fingerprint(module.task)
    assert fingerprint(module.task) is before


def test_a_name_that_is_added_to_a_module_that_is_handed_on_is_seen(load):
    module = load(IMPORTING, lib=LIBRARY, deeper="D = 1\nLIST = []")
    before = fingerprint(module.whole)
    module.lib.ADDED = 1
    added = fingerprint(module.whole)
    assert added.digest != before.digest
    module.lib.ADDED = 2
    changed = fingerprint(module.whole)
    differing = [each for each in changed.ingredients if each not in added.ingredients]
    assert [(each.path, each.value) for each in differing] == [("whole -> lib.ADDED", "2")]


def test_a_name_that_hides_a_builtin_is_seen(load):
    module = load("def task(x): return sorted(x)")
    before = fingerprint(module.task)
    module.sorted = list
    assert fingerprint(module.task).digest != before.digest


def test_a_closure_value_that_changes_is_seen(load):
    module = load(
        "def make():\n    n = 1\n    def task(): return n\n    def change():\n"
        "        nonlocal n\n        n = 2\n    return task, change\ntask, change = make()"
    )
    before = fingerprint(module.task)
    module.change()
    assert fingerprint(module.task).digest != before.digest


def test_two_functions_of_one_code_and_other_defaults_are_not_confused(load):
    module = load("tasks = [lambda x=i, *, y=[i]: (x, y) for i in range(300)]")
    digests = [fingerprint(each).digest for each in module.tasks]
    assert len(set(digests)) == 300
    assert [fingerprint(each).digest for each in module.tasks] == digests


def test_ignored_names_are_part_of_what_is_remembered(load):
    module = load("N = 1\ndef task(): return N")
    assert fingerprint(module.task).digest != fingerprint(module.task, ignore=("N",)).digest


def test_a_module_imported_inside_a_function_may_be_edited(load, tmp_path):
    module = load("def task():\n    import lib\n    return lib.h()", lib="def h(): return 1")
    before = fingerprint(module.task)
    (tmp_path / "version0" / "lib.py").write_text("def h(): return 1000")
    assert fingerprint(module.task).digest != before.digest


def test_the_ingredients_say_what_differs(load):
    text = "N = {}\ndef helper(): return N\nM = 1\ndef task(): return helper(), M"
    one, other = (
        {each.path: each for each in fingerprint(load(text.format(n)).task).ingredients}
        for n in (1, 2)
    )
    changed = [each for each in one if one[each].digest != other[each].digest]
    assert changed == ["task -> helper -> N"]
    assert (one[changed[0]].value, other[changed[0]].value) == ("1", "2")
    assert one[changed[0]].place.line == 1
