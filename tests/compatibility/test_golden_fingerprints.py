# ruff: noqa: E501 (a line of sample code stays one line)
"""Fingerprints are the same on every version of Python, and from one funsies to the next.

``./scripts/test-pythons`` runs this file on each version of Python.

If a golden digest changes, every result that users have stored is computed again: raise
``SCHEMA_VERSION`` in ``funsies/core/digest.py`` and say so in the changelog.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import funsies.core.fingerprint as funsies_fingerprint

PACKAGE_FOLDER = Path(funsies_fingerprint.__file__).parents[3]

SAMPLE = '''
from __future__ import annotations
import dataclasses, enum, functools, math, re, typing
from math import pi
N = 3
TABLE = {"a": [1, 2.5, None], "b": {"x", "y"}, "c": (True, b"z", 1j)}
WORD = re.compile("[a-z]+", re.I)
def helper(x, *, scale=2.0):
    """Doc."""
    total: float = 0
    for each in range(x):
        total += math.sin(each) * scale + N
    return total
@dataclasses.dataclass(frozen=True)
class Point:
    x: int
    y: float | None = None
    rest: list[int] = dataclasses.field(default_factory=list)
    @property
    def size(self) -> float: return math.hypot(self.x, self.y or 0)
    def grow(self, by): return dataclasses.replace(self, x=self.x + by)
class Colour(enum.Enum):
    RED = 1
    BLUE = "b"
class Pair(typing.NamedTuple):
    a: int
    b: str = "x"
@functools.lru_cache
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
@functools.singledispatch
def show(x): return "thing"
@show.register
def _(x: int): return f"int {x:{N}d}{'a' 'b'}"
def simple(x: int) -> int: return x + 1
def uses_helper(x=1): return helper(x) + pi
def uses_values(): return TABLE, WORD.findall("a"), Colour.RED
def uses_classes(): return Point(1).size, Pair(1)
def uses_wrappers(): return fib(5), show(2)
def uses_comprehensions(xs): return [x for x in xs if x in {1, 2}], {k: N for k in xs}, (y for y in xs)
def uses_match(x):
    match x:
        case {"a": [1, *rest], **others} if rest: return others
        case Point(x=0) | None: return 0
        case _: return -1
def uses_inner():
    class Local:
        k = N
        def m(self): return self.k
    def inner(x, y=N): return (lambda z: z + y)(x)
    with open("x") as file, open(f"{N!r:>{N}}") as other:
        try: pass
        except* ValueError as error: raise RuntimeError from error
        finally: del file
    return Local, inner
async def uses_async():
    async with a() as b: return [x async for x in b]
adder = lambda x, y=N: x + y
constant = lambda: 1
partial = functools.partial(helper, 2, scale=3)
method = Point(2, 3.0).grow
instance = Point(1, 2.0)
bound = Pair("q")._asdict
'''

GOLDEN = {
    "helper": "698022c3bcf3eb16",
    "fib": "f49497d70fa69b7e",
    "show": "c755bf7d120d1ee5",
    "simple": "a23d58a7b62009e8",
    "uses_helper": "c6d47b5abe854559",
    "uses_values": "5e6853991ff50739",
    "uses_classes": "d0e31fb1396ac32d",
    "uses_wrappers": "ca9be383307d4560",
    "uses_comprehensions": "16b0d5d233867c95",
    "uses_match": "82ff46532ab2933d",
    "uses_inner": "7961edda3e7bf999",
    "uses_async": "ead98c4e2feabd3b",
    "adder": "d9342c62680eab78",
    "constant": "34462b74ec505a83",
    "partial": "0c1d795ca016c879",
    "method": "6012cb55371c75f9",
    "instance": "008584079c9a7ca6",
    "bound": "9fe3074ba64250eb",
    "Point": "8bf9cc09e39333cd",
    "Colour": "4416f68687c7b5ca",
    "Pair": "f46485e17eff394a",
}

SHOW = f"""
import json, sys
sys.path.insert(0, {str(PACKAGE_FOLDER)!r})
import sample
from funsies.core.fingerprint import fingerprint
found = {{name: fingerprint(getattr(sample, name)).digest.hex()[:16] for name in {list(GOLDEN)!r}}}
print(json.dumps(found))
"""


def digests(python: str, folder: Path) -> dict[str, str]:
    (folder / "sample.py").write_text(SAMPLE)
    done = subprocess.run(
        [python, "-c", SHOW], cwd=folder, capture_output=True, text=True, check=True
    )
    found: dict[str, str] = json.loads(done.stdout)
    return found


def test_fingerprints_are_those_that_users_have_stored(tmp_path):
    assert digests(sys.executable, tmp_path) == GOLDEN
