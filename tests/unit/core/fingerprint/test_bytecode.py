"""What a function reads is found in the bytecode of each version of Python."""

from __future__ import annotations

import pytest

from funsies.core.fingerprint.bytecode import names_of
from funsies.core.fingerprint.code_digest import code_record

PROGRAM = """
def after_a_parameter(number):
    import settings
    return max(number, settings.N)

def before_a_parameter(number):
    import settings
    return max(settings.N, number)

def renamed(number):
    import settings as s
    return number, s.N

def inside(number):
    import settings
    return [each + settings.N for each in range(number)]

def taken(number):
    from settings import N
    return number, N

def held(number):
    import settings
    return [lambda each: each + settings.N, number]
"""

WHOLE = """
def kept(number):
    import settings
    known = settings
    return number + known.N

def handed_on(number):
    import settings
    return max(number, settings)

def renamed(number):
    import settings as s
    return getattr(s, "N") + number

def held(number):
    import settings
    return [lambda each: look(settings), number]

def inside_a_comprehension(number):
    import settings
    return [look(settings) for each in range(number)]
"""


def run(text):
    """What a program defines in which annotations are no texts."""
    found = {}
    exec(compile(text, "program.py", "exec", dont_inherit=True), found)  # noqa: S102
    return found


@pytest.mark.parametrize(
    "name",
    ["after_a_parameter", "before_a_parameter", "renamed", "inside", "taken", "held"],
)
def test_what_is_read_of_an_imported_module_is_seen_beside_other_variables(name):
    assert names_of(run(PROGRAM)[name].__code__).used_imports == (("settings", 0, ("N",)),)


@pytest.mark.parametrize(
    "name", ["kept", "handed_on", "renamed", "held", "inside_a_comprehension"]
)
def test_an_imported_module_that_is_handed_on_is_seen(name):
    assert names_of(run(WHOLE)[name].__code__).used_imports == (("settings", 0, ()),)


EITHER = """
def tried():
    try:
        import settings as chosen
    except ImportError:
        import defaults as chosen
    return chosen.N


def by_functions():
    def first():
        from settings import N as n
        return n

    def second():
        from defaults import N as n
        return n

    return first() + second()


def unread(is_first):
    if is_first:
        from settings import N as n
    else:
        from defaults import N as n
"""


@pytest.mark.parametrize("name", ["tried", "by_functions", "unread"])
def test_of_modules_that_share_a_name_each_is_read(name):
    used = names_of(run(EITHER)[name].__code__).used_imports
    assert used == (("defaults", 0, ("N",)), ("settings", 0, ("N",)))


CLASS = """
def task():
    class Local:
        size: int = 3

        def area(self) -> int:
            return self.size * 7

    return Local
"""


def record(text):
    return code_record(run(text)["task"].__code__)


@pytest.mark.parametrize("lines", [1, 100, 250, 253, 254, 255, 256, 300, 70_000])
def test_where_a_class_stands_does_not_change_the_code_around_it(lines):
    assert record("\n" * lines + CLASS) == record(CLASS)


@pytest.mark.parametrize("change", [("3", "4"), ("7", "8"), ("size", "width"), ("int", "str")])
def test_what_is_in_a_class_changes_the_code_around_it(change):
    assert record(CLASS.replace(*change)) != record(CLASS)
