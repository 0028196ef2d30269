"""An encoding travels to a worker that has no copy of the user's modules."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import textwrap
from pathlib import Path

from funsies.core.encoding import encoding_of

SCRIPT = """
from __future__ import annotations

import sys
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Generic, NamedTuple, NewType, Optional, TypedDict, TypeVar

import cloudpickle
import msgspec
import typing_extensions
from typing_extensions import NotRequired
from funsies.core.encoding import encoding_of, register_codec

T = TypeVar("T")
UserId = NewType("UserId", int)
Json = typing_extensions.TypeAliasType("Json", "int | list[Json]")
Ids = typing_extensions.TypeAliasType("Ids", list[UserId])

class Color(Enum):
    RED = 1

class Matrix:
    def __init__(self, rows):
        self.rows = rows

def write(matrix):
    return repr(matrix.rows).encode()

def read(data):
    return Matrix(eval(data))

register_codec("matrix", Matrix, write, read)

@dataclass
class Atom:
    symbol: str
    color: Optional[Color] = None

@dataclass
class Molecule(Generic[T]):
    atoms: list[Atom]
    parent: Optional[Molecule[T]]
    owner: UserId
    content: T
    matrix: Matrix

class Row(NamedTuple):
    atom: Atom
    ids: Ids

class Keys(TypedDict):
    row: Row
    note: NotRequired[Atom]

@dataclass
class Held:
    keys: Keys
    size: Annotated[int, msgspec.Meta(ge=0)]
    json: Json

annotation = tuple[Held, Molecule[Color]]
molecule = Molecule([Atom("C", Color.RED)], None, UserId(1), Color.RED, Matrix([1]))
value = (Held({"row": Row(Atom("H"), [UserId(2)])}, 1, [1, [2]]), molecule)
encoding = encoding_of(annotation)
payload = cloudpickle.dumps((encoding, encoding.descriptor, encoding.encode(value)))
sys.stdout.buffer.write(payload)
"""

WORKER = """
import pickle, sys
from funsies.core.encoding import encoding_of, encoding_of_value

encoding, descriptor, stored = pickle.loads(sys.stdin.buffer.read())
value = encoding.decode(stored)
assert encoding.descriptor == descriptor, (encoding.descriptor, descriptor)
assert encoding.encode(value) == stored
assert encoding_of_value(value[1].atoms).encode(value[1].atoms)
assert encoding_of(type(value[1].atoms[0])).descriptor.startswith("Atom")
held, molecule = value
print(type(held).__name__, held.keys["row"].atom.symbol, molecule.matrix.rows, molecule.content)
"""


def run(program: str, data: bytes = b"") -> bytes:
    root = Path(sys.modules["funsies"].__file__).parents[1]
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        input=data,
        env=os.environ | {"PYTHONPATH": str(root)},
        check=True,
        stdout=subprocess.PIPE,
        timeout=60,
    ).stdout


def test_a_worker_reads_and_writes_values_of_classes_that_it_has_never_seen(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    payload = run(f"import runpy; runpy.run_path({str(script)!r}, run_name='__main__')")
    assert run(WORKER, payload) == b"Held H [1] Color.RED\n"


def test_a_script_run_directly_gives_the_same(tmp_path):
    payload = run(SCRIPT)
    assert run(WORKER, payload) == b"Held H [1] Color.RED\n"


def test_an_encoding_comes_back_from_a_plain_pickle():
    for annotation in (int, list[int | str] | None, dict[str, tuple[int, ...]], bytes):
        encoding = encoding_of(annotation)
        assert pickle.loads(pickle.dumps(encoding)) == encoding  # noqa: S301  (made here)


def test_functions_and_annotations_travel_together(tmp_path):
    """As the engine sends them: the classes of values are those that the function knows."""
    dump = """
import pickle
import funsies as f
def give(): return annotation, encoding, encoding.descriptor, encoding.encode(value)
task = f.task(version="1")(give)().operation.task
sys.stdout.buffer.write(pickle.dumps((task.payload(), dict(task.contents()))))
"""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.partition("payload = ")[0] + dump)
    worker = """
import pickle, sys
from funsies.core.python_plan import decode_plan
from funsies.run.program import Stage
from funsies.run.python import load_plan
payload, contents = pickle.load(sys.stdin.buffer)
stage, plan = Stage(), decode_plan(payload)
stage.enter(plan, contents.__getitem__)
loaded = load_plan(plan)
"""
    with_values = WORKER.partition("value = ")
    worker += "with stage.laid_over(plan, loaded.overlay):\n"
    worker += "    annotation, encoding, descriptor, stored = loaded.function()\n"
    worker += "from funsies.core.encoding import encoding_of, encoding_of_value\n"
    worker += with_values[1] + with_values[2]
    worker += "\nassert encoding_of(annotation) == encoding"
    payload = run(f"import runpy; runpy.run_path({str(script)!r}, run_name='__main__')")
    assert run(worker, payload) == b"Held H [1] Color.RED\n"
