"""Classes of structs travel by value, like any other class of the project."""

import subprocess
import sys

import msgspec
import pytest

from funsies.core.fingerprint import dump_function, load_function

STRUCTS = """
from __future__ import annotations
import msgspec
N = 2
class Base(msgspec.Struct, tag="base"):
    z: int
class Node(Base, kw_only=True, rename="camel", frozen=True):
    my_value: int
    text: str = "a"
    items: list[int] = msgspec.field(default_factory=list)
    named: int = msgspec.field(default=3, name="other")
    next: Node | None = None
    def twice(self): return self.my_value * N
    def again(self): return Node(self.z, my_value=self.twice())
    def both(self): return super().__repr__()
class Checked(msgspec.Struct):
    x: int = 0
    def __post_init__(self):
        if self.x < 0: raise ValueError("negative")
node = Node(1, my_value=5, next=Node(2, my_value=6))
def task(): return node.again(), Node
"""


def test_a_struct_class_arrives_whole(load):
    module = load(STRUCTS)
    data = dump_function((module.task, module.Node, module.Checked, module.node))
    check = (
        "import sys, msgspec\nfrom funsies.core.fingerprint import load_function\n"
        "task, Node, Checked, node = load_function(sys.stdin.buffer.read())\n"
        "again, same = task()\n"
        "assert same is Node is type(node) is type(again) and again.my_value == 10\n"
        "assert node.next.z == 2 and node.items == [] and node.both()\n"
        "encoded = msgspec.json.encode(node)\n"
        "assert msgspec.json.decode(encoded, type=Node) == node\n"
        "try: Checked(-1)\n"
        "except ValueError: print(encoded.decode())\n"
        "try: node.z = 3\n"
        "except AttributeError: pass\n"
        "else: raise SystemExit(1)\n"
    )
    path = str(load_path())
    done = subprocess.run(
        [sys.executable, "-c", check],
        input=data,
        capture_output=True,
        check=False,
        env={"PYTHONPATH": path},
    )
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.strip() == msgspec.json.encode(module.node)


def load_path():
    return sys.modules["funsies"].__path__[0].removesuffix("funsies")


def test_a_struct_class_is_one_class_however_often_it_arrives(load):
    module = load(STRUCTS)
    first, second = (load_function(dump_function(module.Node)) for _ in range(2))
    assert first is second is module.Node


@pytest.mark.parametrize("name", ["Base", "Node", "Checked"])
def test_instances_travel_with_their_class(load, name):
    kind = getattr(load(STRUCTS), name)
    example = kind(**{"Base": {"z": 1}, "Node": {"z": 1, "my_value": 2}, "Checked": {}}[name])
    assert load_function(dump_function(example)) == example
