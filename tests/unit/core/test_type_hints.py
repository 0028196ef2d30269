"""What annotations name may be imported for type checkers alone."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pytest

import funsies as f
from funsies.core.encoding import encoding_of
from funsies.core.errors import UnsupportedTypeError, WiringError

Load = Callable[[str], ModuleType]

HEAD = """
from __future__ import annotations
import typing
from typing import TYPE_CHECKING
import funsies as f
"""

FUNCTIONS = {
    "from": """
        if TYPE_CHECKING:
            from decimal import Context, Decimal
        def half(number: Decimal) -> Decimal:
            return number / 2
    """,
    "as": """
        if typing.TYPE_CHECKING:
            from decimal import Decimal as Number
        def half(number: Number) -> Number:
            return number / 2
    """,
    "module": """
        if TYPE_CHECKING:
            import decimal
        def half(number: decimal.Decimal) -> decimal.Decimal:
            return number / 2
    """,
    "dotted": """
        if TYPE_CHECKING:
            import collections.abc
            from decimal import Decimal
        def half(number: Decimal, *rest: collections.abc.Sequence[int]) -> Decimal:
            return number / 2
    """,
    "relative": """
        if TYPE_CHECKING:
            from .kinds import Number
        def half(number: Number) -> Number:
            return number / 2
    """,
    "quoted": """
        if TYPE_CHECKING:
            from decimal import Decimal
        def half(number: "typing.Optional[Decimal]") -> "Decimal":
            return number / 2
    """,
    "nested": """
        if TYPE_CHECKING:
            from decimal import Decimal
        def made():
            def half(number: Decimal) -> Decimal:
                return number / 2
            return half
        half = made()
    """,
    "method": """
        if TYPE_CHECKING:
            from decimal import Decimal
        class Halver:
            def half(self, number: Decimal) -> Decimal:
                return number / 2
        half = Halver().half
    """,
    "alias": """
        if TYPE_CHECKING:
            from decimal import Decimal
            Number: typing.TypeAlias = "Decimal"
            Numbers = tuple[Number, ...]
        def half(number: Number, *rest: Numbers) -> Number:
            return number / 2
    """,
    "else": """
        if TYPE_CHECKING:
            from decimal import Decimal
        else:
            Rational = int
        def half(number: Decimal, unused: Rational = 1) -> Decimal:
            return number / 2
    """,
}


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Load]:
    """Write a module into a package, and import it."""
    package = tmp_path / "checked_only"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "kinds.py").write_text("from decimal import Decimal as Number\n")
    monkeypatch.syspath_prepend(tmp_path)

    def load(text: str) -> ModuleType:
        lines = text.strip("\n").splitlines()
        indent = len(lines[0]) - len(lines[0].lstrip()) if lines else 0
        body = "\n".join(line[indent:] for line in lines)
        (package / "flow.py").write_text(HEAD + body + "\n")
        __import__("checked_only.flow")
        return sys.modules["checked_only.flow"]

    yield load
    for name in [each for each in sys.modules if each.startswith("checked_only")]:
        del sys.modules[name]


@pytest.mark.parametrize("way", FUNCTIONS)
def test_a_function_means_the_types_that_type_checkers_see(way: str, load: Load) -> None:
    """Exactly as if they had been imported for all: nothing is stored as something else."""
    half = load(FUNCTIONS[way]).half
    with f.Fun(f.Server("memory://")):
        step = f.reduce(half, Decimal(3))
        assert "Artefact[Decimal]" in repr(step)
        f.execute(step)
        assert f.take(step) == Decimal("1.5")
        with pytest.raises(WiringError, match=r"expected .*Decimal"):
            f.reduce(half, "three")


@pytest.mark.parametrize("base", ["@dataclass\nclass", "class"])
def test_fields_mean_the_types_that_type_checkers_see(base: str, load: Load) -> None:
    parent = "" if base.startswith("@") else "(typing.NamedTuple)"
    text = (
        "from dataclasses import dataclass\n"
        "if TYPE_CHECKING:\n    from decimal import Decimal\n"
        f"{base} Price{parent}:\n    value: Decimal\n"
    )
    kind = load(text).Price
    encoding = encoding_of(kind)
    assert encoding.decode(encoding.encode(kind(Decimal("1.50")))) == kind(Decimal("1.50"))


def test_a_function_for_bind_may_name_artefacts_that_only_type_checkers_see(load: Load) -> None:
    text = """
        if TYPE_CHECKING:
            from funsies import Artefact
        def going_on(number: int) -> Artefact[int]:
            return f.put(number + 1)
    """
    with f.Fun(f.Server("memory://")):
        step = f.put(1).bind(load(text).going_on)
        assert "Artefact[int]" in repr(step)
        f.execute(step)
        assert f.take(step) == 2


@pytest.mark.parametrize(
    ("imported", "why"),
    [
        ("from nowhere_at_all import Thing", "No module named 'nowhere_at_all'"),
        ("from decimal import Thing", "cannot import name 'Thing'"),
        ("Thing = int | Another", "name 'Another' is not defined"),
        ("from decimal import Decimal", "name 'Thing' is not defined"),
    ],
)
def test_a_name_that_cannot_be_imported_is_refused_with_the_edit(
    imported: str, why: str, load: Load
) -> None:
    module = load(
        f"if TYPE_CHECKING:\n    {imported}\n"
        "def read(thing: Thing) -> int:\n    return 1\n"
        "class Holder(typing.NamedTuple):\n    thing: Thing\n"
    )
    with pytest.raises(WiringError, match="an annotation of read cannot be read") as refused:
        f.reduce(module.read, 1)
    assert why in str(refused.value)
    assert "at module level, or leave the annotation out" in str(refused.value)
    with pytest.raises(UnsupportedTypeError, match="means nothing") as unsupported:
        encoding_of(module.Holder)
    assert why in str(unsupported.value)
