"""A worker without the program's files, or with others, runs and identifies what was sent."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cloudpickle
import pytest

from funsies.core.fingerprint import fingerprint
from funsies.pickling import dump_function, load_function

CLIENT = """
import pickle, sys
import funsies as f
from funsies.core.fingerprint import fingerprint
out = []
for name in NAMES:
    function = globals()[name]
    task = f.reduce(function).operation.task
    result = function()
    nested = fingerprint(result).digest if callable(result) else None
    value = result() if callable(result) else result
    digest = fingerprint(function).digest
    out.append((name, task.payload(), dict(task.contents()), digest, nested, repr(value)))
pickle.dump(out, open(sys.argv[1], "wb"))
"""

WORKER = """
import pickle, sys
from funsies.core.fingerprint import fingerprint
from funsies.core.python_plan import decode_plan
from funsies.run.program import Stage
from funsies.run.python import load_plan
stage = Stage()
for name, payload, contents, digest, nested, value in pickle.load(open(sys.argv[1], "rb")):
    plan = decode_plan(payload)
    stage.enter(plan, contents.__getitem__)
    loaded = load_plan(plan)
    with stage.laid_over(plan, loaded.overlay):
        function = loaded.function
        assert fingerprint(function).digest == digest, name
        result = function()
        if nested is not None:
            assert callable(result) and fingerprint(result).digest == nested, name
            result = result()
        assert repr(result) == value, (name, result, value)
print("ok")
"""

LIB = """
import contextvars, dataclasses, enum, functools, logging, re, struct, threading, typing
N = 5
lock = threading.Lock()
log = logging.getLogger(__name__)
mode = contextvars.ContextVar("mode", default="slow")
packed = struct.Struct("<i")
handle = open(__file__)  # cannot be pickled, and is not used
T = typing.TypeVar("T")
def h(x): return x * N
@dataclasses.dataclass
class Point:
    x: int = N
    next: "Point | None" = None
    def far(self) -> int: return self.x + h(1)
class Colour(enum.Enum):
    RED = 1
    BLUE = 2
class Pair(typing.NamedTuple):
    a: int
    b: int = N
class Options(typing.TypedDict, total=False):
    n: int
@functools.lru_cache(maxsize=7)
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
class Outer:
    @dataclasses.dataclass
    class Inner:
        x: int = N
class Slots:
    __slots__ = ("x",)
    def __init__(self): self.x = N
slots = Slots()
cached_partial = functools.lru_cache(functools.partial(h, 2))
@functools.singledispatch
def show(x): return "thing"
@show.register
def _(x: int): return f"int {x + N}"
"""

WORK = """
import lib, lib as other_name
import struct_classes
from lib import Point, Colour, Pair, Options, fib, show
K = 2
def with_module(): return lib.h(3) + other_name.N
def with_class(): return Point(next=Point()).far()
def with_harmless():
    with lib.lock:
        lib.log.info("x")
        return lib.mode.get(), lib.packed.pack(1)
def with_enum(): return Colour.BLUE.value, Colour(1).name, [each.value for each in Colour]
def with_tuples(): return Pair(1), Options(n=K)
def with_cache(): return fib(10)
def with_dispatch(): return show(1), show("a")
def with_nested_class(): return lib.Outer.Inner()
def with_slots(): return lib.slots.x
def with_cached_partial(): return lib.cached_partial()
def with_nested():
    n = K
    def inner(x=3): return lib.h(x) + n + K
    return inner
def with_inner_annotations():
    def inner(x: lib.Point = 1) -> Colour: return x
    return inner
def with_lambda(): return lambda: (K, lib.N)
def with_local_class():
    class Local:
        k = K
        def far(self): return lib.h(self.k)
    return Local().far
def with_fieldless_local_class():
    class Local:
        k = K
    return lambda: Local.k
def with_whole_module(): return getattr(lib, "h")(2)
def with_structs():
    node = struct_classes.node
    return node.again(), type(node) is struct_classes.Node, node.both(), node.items
def with_import_inside():
    import deep
    from pkg.sub import h
    from pkg import other
    return deep.N, h(), other.N, other.lib is lib
def with_relative_import():
    from pkg import sub
    return sub.inside()
def with_recursion(n=5): return 1 if n == 0 else n * with_recursion(n - 1)
"""

NAMES = ", ".join(
    line.split("(")[0].removeprefix("def ")
    for line in WORK.splitlines()
    if line.startswith("def ")
)


STRUCTS = """
from __future__ import annotations
import msgspec
N = 2
class Base(msgspec.Struct, tag="base"):
    z: int
class Node(Base, kw_only=True, rename="camel", frozen=True):
    my_value: int
    items: list[int] = msgspec.field(default_factory=list)
    named: int = msgspec.field(default=3, name="other")
    next: Node | None = None
    def again(self): return Node(self.z, my_value=self.my_value * N)
    def both(self): return super().__repr__()
node = Node(1, my_value=5, next=Node(2, my_value=6))
"""

FILES = {
    "lib.py": LIB,
    "struct_classes.py": STRUCTS,
    "deep.py": "from lib import N",
    "pkg/__init__.py": "",
    "pkg/sub.py": (
        "def h(): return other.N\nfrom . import other\n"
        "def inside():\n    from .other import N\n    return N"
    ),
    "pkg/other.py": "import lib\nN = 10 * lib.N",
}


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


AS_MODULE = f"from work import *\nNAMES = {NAMES!r}.split(', ')\n{CLIENT}"
AS_SCRIPT = f"{WORK}\nNAMES = {NAMES!r}.split(', ')\n{CLIENT}"


@pytest.fixture(scope="module", params=["module", "script"])
def client(request, tmp_path_factory):
    folder = write(tmp_path_factory.mktemp("client"), FILES | {"work.py": WORK})
    script = AS_MODULE if request.param == "module" else AS_SCRIPT
    return write(folder, {"main.py": script})


def test_workers_without_files_and_with_other_files_agree_with_the_program(
    client, run, tmp_path
):
    run("main.py", "payload", cwd=client)
    payload = client / "payload"
    write(tmp_path / "empty", {"nothing.txt": ""})
    assert run("-c", WORKER, str(payload), cwd=tmp_path / "empty") == "ok"
    others = {"lib.py": "N = 6\ndef h(x): return 0\n" + LIB, "work.py": "", "deep.py": "N = 7"}
    write(tmp_path / "other", others)
    assert (
        run("-c", "import lib, deep\n" + WORKER, str(payload), cwd=tmp_path / "other") == "ok"
    )
    write(client, {"lib.py": "N = 6\n", "work.py": "", "main.py": ""})
    assert run("-c", WORKER, str(payload), cwd=client) == "ok"


@pytest.mark.parametrize("way", ["-c", "-", "exec"])
@pytest.mark.parametrize("work", ["", "import beside\n"], ids=["alone", "with a module"])
def test_code_typed_by_hand_travels_too(run, tmp_path, work, way):
    write(tmp_path, {"beside.py": ""})
    work += "K = 2\ndef task():\n    class L:\n        k = K\n    return lambda: L.k\n"
    program = f"{work}\nNAMES = ['task']\n{CLIENT}"
    if way == "-c":
        run("-c", program, "payload", cwd=tmp_path)
    elif way == "-":
        run("-", "payload", cwd=tmp_path, stdin=program)
    else:
        run("-c", f"exec({program!r}, {{}})", "payload", cwd=tmp_path)
    assert run("-c", WORKER, "payload", cwd=tmp_path) == "ok"


def test_a_class_is_one_class_in_a_payload_and_across_payloads(run, tmp_path):
    write(
        tmp_path,
        {
            "main.py": "from dataclasses import dataclass\n@dataclass\nclass A: ...\n"
            "def one(): return A()\ndef two(): return A()\nNAMES = ['one', 'two']\n" + CLIENT
        },
    )
    run("main.py", "payload", cwd=tmp_path)
    check = (
        WORKER
        + "import __main__\nassert type(result) is __main__.A is function.__globals__['A']"
    )
    assert run("-c", check, "payload", cwd=tmp_path) == "ok"


def test_what_a_function_does_not_use_stays_at_home(load):
    module = load(
        "import lib\nbig = b'x' * 10**6\nstuck = (i for i in ())\ndef task(): return lib.h()",
        lib="big = b'x' * 10**6\nstuck = (i for i in ())\ndef h(): return 1",
    )
    parcel = dump_function(module.task)
    assert len(parcel.pickle) < 500
    assert load_function(parcel.pickle, parcel.made_by).payload is module.task


def test_the_sources_of_a_program_are_one_bundle_for_all_its_functions(load):
    module = load("import lib\ndef a(): return lib\ndef b(): import other", lib="", other="")
    dump_function(module.b)
    bundles = [dump_function(each).program.bundle for each in (module.a, module.b)]
    assert bundles[0] is bundles[1]
    assert {"work.py", "lib.py", "other.py"} <= bundles[0].files.keys()


def test_an_enumeration_without_source_whose_members_have_attributes_is_refused(run, tmp_path):
    program = """
import enum
import funsies as f
class E(enum.Enum):
    A = 1
    def __init__(self, n): self.n = n
def task(): return E.A.n
try: f.reduce(task)
except f.FunsiesError as problem: print(problem)
"""
    message = run("-", cwd=tmp_path, stdin=program)
    assert message.startswith("E: the members of this enumeration have attributes of their own")
    assert "top level of a file" in message


def test_cloudpickle_is_left_as_it_was(load):
    module = load(
        "def task(): return 1\nclass A: ...\ndef make():\n    class B: ...\n    return B"
    )
    before = cloudpickle.list_registry_pickle_by_value()
    dump_function((module.task, module.A, module.make()))
    with pytest.raises(TypeError):
        dump_function(i for i in ())
    assert cloudpickle.list_registry_pickle_by_value() == before


def test_many_threads_may_dump_and_identify_at_once(load):
    module = load(
        "import lib\nN = 3\ndef task(x): return lib.h(x) + N", lib="def h(x): return x"
    )
    start = threading.Barrier(8)

    def use(_):
        start.wait()
        digests = {fingerprint(module.task).digest for _ in range(20)}
        parcel = dump_function(module.task)
        loaded = load_function(parcel.pickle, parcel.made_by)
        return digests, {loaded.payload(each) for each in range(20)}

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(use, range(8)))
    assert all(each == results[0] for each in results)


def test_in_the_programs_own_process_modules_stay_what_they_are(load):
    module = load("def task():\n    import lib\n    return lib", lib="N = 1")
    mine = __import__("lib")
    parcel = dump_function(module.task)
    assert load_function(parcel.pickle, parcel.made_by).payload() is mine


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("@dataclass\nclass A: x: int = 1", "@dataclass(order=True)\nclass A: x: int = 1"),
        (
            "def keep(f): return f\n@keep\ndef A(x: int): return x",
            "def keep(f): return f\n@keep\ndef A(x: str): return x",
        ),
    ],
)
def test_what_was_loaded_before_says_nothing_of_later_versions(load, before, after):
    """As with ``memory://``, where the worker is a thread of the program."""
    work = "from dataclasses import dataclass\n{}\ndef task(): return A"
    first = load(work.format(before)).task
    digest, parcel = fingerprint(first).digest, dump_function(first)
    load_function(parcel.pickle, parcel.made_by)
    assert fingerprint(load(work.format(after)).task).digest != digest
    assert fingerprint(load(work.format(before)).task).digest == digest


def test_a_class_whose_metaclass_answers_to_any_name_is_sent(load):
    text = "class M(type):\n    def __getattr__(cls, name): return name\n"
    text += "class A(metaclass=M):\n    def get(self): return 3\ndef task(): return A().get()"
    parcel = dump_function(load(text).task)
    assert load_function(parcel.pickle, parcel.made_by).payload() == 3
