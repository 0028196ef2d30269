"""A worker without the source, or with another, runs and identifies what a client dumped."""

import copy
import os
import subprocess
import sys
import threading
import typing
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cloudpickle
import pytest

from funsies.core.errors import EncodingError
from funsies.core.fingerprint import (
    decode_table,
    dump_function,
    encode_table,
    fingerprint,
    install_table,
    load_function,
)

CLIENT = """
import pickle
from funsies.core.fingerprint import dump_function, encode_table, fingerprint
from work import {names}
out = []
for name in {names!r}.split(", "):
    function = globals()[name]
    found = fingerprint(function)
    data = dump_function((function, getattr(function, "__annotations__", {{}})))
    result = function()
    nested = fingerprint(result).digest if callable(result) else None
    value = result() if callable(result) else result
    out.append((name, data, encode_table(found.table), found.digest, nested, repr(value)))
pickle.dump(out, open("payload", "wb"))
"""

WORKER = """
import pickle, sys
from funsies.core.fingerprint import decode_table, fingerprint, install_table, load_function
for name, data, table, digest, nested, value in pickle.load(open(sys.argv[1], "rb")):
    install_table(decode_table(table))
    function, annotations = load_function(data)
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
def with_recursion(n=5): return 1 if n == 0 else n * with_recursion(n - 1)
"""

NAMES = ", ".join(
    line.split("(")[0].removeprefix("def ")
    for line in WORK.splitlines()
    if line.startswith("def ")
)


@pytest.fixture(scope="module")
def payload(tmp_path_factory):
    folder = tmp_path_factory.mktemp("client")
    (folder / "lib.py").write_text(LIB)
    (folder / "work.py").write_text(WORK)
    return folder


def test_workers_without_source_and_with_other_source_agree_with_the_client(
    payload, run, tmp_path
):
    run("-c", CLIENT.format(names=NAMES), cwd=payload)
    assert run("-c", WORKER, str(payload / "payload"), cwd=tmp_path) == "ok"
    (tmp_path / "lib.py").write_text("N = 6\ndef h(x): return 0\n" + LIB)
    (tmp_path / "work.py").write_text(WORK.replace("lib.h", "lib.N + lib.h"))
    assert (
        run("-c", "import lib, work\n" + WORKER, str(payload / "payload"), cwd=tmp_path) == "ok"
    )
    (payload / "work.py").write_text(WORK.replace("lib.h", "lib.N + lib.h"))
    (payload / "lib.py").write_text("N = 6\n")
    assert run("-c", WORKER, str(payload / "payload"), cwd=payload) == "ok"


def test_code_typed_by_hand_travels_too(run, tmp_path):
    client = CLIENT.replace("from work import {names}", "{work}")
    work = "K = 2\ndef task():\n    class L:\n        k = K\n    return lambda: L.k\n"
    run("-", cwd=tmp_path, stdin=client.format(names="task", work=work))
    assert run("-c", WORKER, "payload", cwd=tmp_path) == "ok"


def test_a_class_is_one_class_in_a_payload_and_across_payloads(load):
    module = load(
        "from dataclasses import dataclass\n@dataclass\nclass A: ...\ndef task(): return A()"
    )
    function, annotations = load_function(dump_function((module.task, {"return": module.A})))
    again, _ = load_function(dump_function((module.task, {})))
    assert type(function()) is annotations["return"] is type(again())


def test_what_a_function_does_not_use_stays_at_home(load):
    module = load(
        "import lib\nbig = b'x' * 10**6\nstuck = (i for i in ())\ndef task(): return lib.h()",
        lib="big = b'x' * 10**6\nstuck = (i for i in ())\ndef h(): return 1",
    )
    data = dump_function(module.task)
    assert len(data) < 10_000
    assert load_function(data)() == 1


def test_a_module_used_whole_brings_all_that_can_be_pickled(load):
    module = load(
        "import lib\ndef task(): return getattr(lib, 'h')()",
        lib="stuck = (i for i in ())\nN = 1\ndef h(): return N",
    )
    assert load_function(dump_function(module.task))() == 1


def test_functions_of_a_payload_share_one_module_object(load):
    module = load(
        "import lib\ndef a(): return lib, lib.N\ndef b(): return lib, lib.M", lib="N = 1\nM = 2"
    )
    a, b = load_function(dump_function((module.a, module.b)))
    assert a()[0] is b()[0]


def test_text_annotations_of_a_class_arrive_as_types(load):
    module = load(
        "from __future__ import annotations\nfrom dataclasses import dataclass\nimport typing\n"
        "@dataclass\nclass A:\n    a: int\n    b: list[A]\ndef task(): return A"
    )
    arrived = load_function(dump_function(module.task))()
    assert arrived.__annotations__ == {"a": int, "b": list[arrived]}


def test_cloudpickle_is_left_as_it_was(load):
    module = load("def task(): return 1\nclass A: ...\ndef stuck(x=(i for i in ())): ...")
    before = cloudpickle.list_registry_pickle_by_value()
    dump_function((module.task, module.A))
    with pytest.raises(TypeError):
        dump_function(module.stuck)
    assert cloudpickle.list_registry_pickle_by_value() == before


def test_many_threads_may_dump_and_identify_at_once(load):
    module = load(
        "import lib\nN = 3\ndef task(x): return lib.h(x) + N", lib="def h(x): return x"
    )
    start = threading.Barrier(8)

    def use(_):
        start.wait()
        digests = {fingerprint(module.task).digest for _ in range(20)}
        return digests, {load_function(dump_function(module.task))(each) for each in range(20)}

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(use, range(8)))
    assert all(each == results[0] for each in results)


def test_a_table_survives_its_encoding(load):
    table = fingerprint(
        load("class A:\n    def m(self): return 1\ndef task(): return A()").task
    ).table
    assert decode_table(encode_table(table)) == table
    with pytest.raises(EncodingError):
        decode_table(b"not a table")


def test_a_table_is_plain_data(load):
    found = fingerprint(
        load("class A:\n    def m(self): return 1\ndef task(): return A()").task
    )
    install_table(found.table)
    assert copy.deepcopy(found).digest == found.digest


IMPORTS = """
import pickle, sys
from funsies.core.fingerprint import dump_function
def task():
    import lib
    from pkg.sub import h
    from pkg import other
    return lib.h(), h(), other.N
def relative():
    from pkg import sub
    return sub.inside()
pickle.dump([dump_function(task), dump_function(relative)], open(sys.argv[1], "wb"))
"""

LOADS = """
import pickle, sys
from funsies.core.fingerprint import load_function
for path in sys.argv[1:]:
    task, relative = map(load_function, pickle.load(open(path, "rb")))
    print(task(), relative())
"""


def test_modules_imported_inside_a_function_travel_in_their_own_version(run, tmp_path):
    """A worker that runs one version after the other never mixes them."""
    for number in (1, 2):
        folder = tmp_path / f"client{number}"
        (folder / "pkg").mkdir(parents=True)
        (folder / "lib.py").write_text("from deep import N\ndef h(): return N")
        (folder / "deep.py").write_text(f"N = {number}")
        (folder / "pkg" / "__init__.py").write_text("")
        (folder / "pkg" / "sub.py").write_text(
            "def h(): return other.N\nfrom . import other\n"
            "def inside():\n    from .other import N\n    return N"
        )
        (folder / "pkg" / "other.py").write_text(f"N = {number * 10}")
        (folder / "work.py").write_text(IMPORTS)
        run("work.py", f"../payload{number}", cwd=folder)
    worker = tmp_path / "worker"
    worker.mkdir()
    (worker / "deep.py").write_text("N = 3")
    (worker / "lib.py").write_text("def h(): return 3")
    payloads = [f"../payload{number}" for number in (1, 2, 1)]
    lines = run("-c", "import lib\n" + LOADS, *payloads, cwd=worker).splitlines()
    assert lines == ["(1, 10, 10) 10", "(2, 20, 20) 20", "(1, 10, 10) 10"]


def test_in_the_clients_own_process_modules_stay_what_they_are(load):
    module = load("def task():\n    import lib\n    return lib", lib="N = 1")
    mine = __import__("lib")
    assert load_function(dump_function(module.task))() is mine


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
def test_a_table_installed_in_the_clients_process_says_nothing_of_later_versions(
    load, before, after
):
    """As with ``memory://``, where the worker is a thread of the client."""
    work = "from dataclasses import dataclass\n{}\ndef task(): return A"
    first = fingerprint(load(work.format(before)).task)
    install_table(first.table)
    assert fingerprint(load(work.format(after)).task).digest != first.digest
    assert fingerprint(load(work.format(before)).task).digest == first.digest


def test_a_table_says_nothing_of_later_versions_of_imported_modules(load):
    work = "def task():\n    import lib\n    return lib.N"
    first = fingerprint(load(work, lib="N = 1").task)
    install_table(first.table)
    assert fingerprint(load(work, lib="N = 2").task).digest != first.digest


def test_text_annotations_of_a_function_travel_as_types(tmp_path: Path) -> None:
    """A worker can read the annotations of a function whose module it does not have."""
    (tmp_path / "with_text.py").write_text(
        "from __future__ import annotations\n"
        "from collections.abc import Sequence\n"
        "def total(values: Sequence[int]) -> int:\n"
        "    return sum(values)\n"
    )
    dump = "import with_text, sys; from funsies.core.fingerprint import dump_function as d; "
    made = subprocess.run(
        [sys.executable, "-c", dump + "sys.stdout.buffer.write(d(with_text.total))"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])},
        capture_output=True,
        check=True,
    )
    loaded = load_function(made.stdout)
    assert typing.get_type_hints(loaded) == {"values": Sequence[int], "return": int}


def test_text_annotations_of_an_inner_function_can_be_read_on_a_worker(tmp_path: Path) -> None:
    """A dynamic step may define functions with annotations inside itself."""
    (tmp_path / "with_inner.py").write_text(
        "from __future__ import annotations\n"
        "from collections.abc import Sequence\n"
        "from dataclasses import dataclass\n"
        "@dataclass\n"
        "class Point:\n"
        "    x: int\n"
        "def outer():\n"
        "    def inner(values: Sequence[Point]) -> int:\n"
        "        return len(values)\n"
        "    return inner\n"
    )
    dump = "import with_inner, sys; from funsies.core.fingerprint import dump_function as d; "
    made = subprocess.run(
        [sys.executable, "-c", dump + "sys.stdout.buffer.write(d(with_inner.outer))"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])},
        capture_output=True,
        check=True,
    )
    hints = typing.get_type_hints(load_function(made.stdout)())
    assert hints["values"].__args__[0].__name__ == "Point"
