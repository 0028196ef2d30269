"""Addresses stay what they are: databases outlive versions of funsies.

If one of these fails, results that users have computed would not be found any more. Raise
``SCHEMA_VERSION`` if the change is meant, say so in the changelog, and only then write the new
addresses here. They are the same under every version of Python.
"""

from __future__ import annotations

from typing import Any

import pytest

import funsies as f
from funsies.core.digest import SCHEMA_VERSION, content_digest, digest, encode_record
from funsies.core.trace import trace_key


@f.task(version="1")
def by_version(x: int, y: float = 0.5) -> float:
    return x * y


@f.task
def by_code(x: int, y: float = 0.5) -> float:
    """Docstrings do not count."""
    return x * y  # nor do comments


def test_the_rules_have_not_changed() -> None:
    assert SCHEMA_VERSION == 2
    record = encode_record((b"b", "s", 255, True, None, ["a", ()], -1))
    assert record == b"l7:b1:bs1:si2:fft1:1n0:l2:s1:al0:i2:-1"
    assert digest("tag", "a").hex() == GOLDEN["digest"]


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (1, "int"),
        (1.0, "float"),
        ("text", "str"),
        (b"bytes", "bytes"),
        ([1, 2], "list"),
        ({"b": 1, "a": 2}, "dict"),
        (None, "None"),
    ],
)
def test_constants(value: Any, name: str) -> None:
    assert f.put(value).hash == GOLDEN[name]


def test_python_steps() -> None:
    made = by_version(3, y=2.0)
    assert made.operation is not None
    assert made.operation.task.digest.hex() == GOLDEN["task by version"]
    assert made.operation.digest.hex() == GOLDEN["operation"]
    assert made.hash == GOLDEN["artefact"]


def test_python_steps_known_by_their_code() -> None:
    assert by_code(3, y=2.0).hash == GOLDEN["artefact by code"]
    assert f.reduce(sum, [1, 2]).hash == GOLDEN["built-in"]


def test_steps_with_several_results_and_dynamic_steps() -> None:
    quotient, remainder = f.py(divmod, 7, 2, out=(int, int))
    assert quotient.hash == GOLDEN["first of two"]
    assert remainder.hash == GOLDEN["second of two"]


def test_shell_steps() -> None:
    step = f.shell(
        "sort a > b", "true", inp={"a": "text"}, out=["b"], env={"A": "1"}, check=False
    )
    assert step.operation.task.digest.hex() == GOLDEN["shell task"]
    assert step.hash == GOLDEN["shell operation"]
    assert step.out["b"].hash == GOLDEN["shell file"]
    assert step.stdouts[1].hash == GOLDEN["shell stdout"]


def test_traces() -> None:
    key = trace_key(digest("task", "a"), [("0", True, content_digest(b"1"))])
    assert key.hex() == GOLDEN["trace"]


GOLDEN = {
    "digest": "69271f980dd3185ac17772cbc4ce1d69bf72f1a08b79ab514b0c569a9307754e",
    "int": "9d3dce1a471bc5b16c104662b6e2b2ccf85ab24f976e4c813c0d5e0ecb6e1896",
    "float": "835496cfdf8b815248ae9050aed56d7f74ed60df4015859a132ffb1038255e44",
    "str": "4ec66813d0d291c6ef922c4d9f4af8a66479ea9300d8db8e0922e1057f6a9ab0",
    "bytes": "033cf1943bbe77fe88331c6f5606dedf96a870fa2029a69c797cb1cf2040c2f7",
    "list": "b16886195e0aba8cc371f75125f61a8a52b0985f9640ad39271f582b6e81fa54",
    "dict": "f4ce87920c3396dca1da97bc69b349bfe1730208297936f7412933703df1f670",
    "None": "d11a8d60959ec293b3444952316e631a84d8834f7381d0bc29770d43a36572d4",
    "task by version": "2653fff1aeec5c3402d9439b12eccdbcd285b9ec66c77f71eb17831288a7d938",
    "operation": "da29859c2799d78b807640a947ec625b962c28b77556d6d0cac329492b9802d9",
    "artefact": "6508f3e276dd66767d1422d832d6fb25c6b82f853ea3a294931a8ffb14154607",
    "artefact by code": "150061ab2be2e4de258d246b5bd7581d3d52b86e0af80d569af7283df7bf9ebd",
    "built-in": "76e28af32f5ce778335ca9af40bfbacfe469435d57c54fe33fcf2850dc5c6e2d",
    "first of two": "94b72551c5f7b3ac26fc98486d6942112143992035d0ea4d39b81f4ad30c43d6",
    "second of two": "07d22c30f5926f72ae5cea74589ec2b5ea971a8a866aa0db41f59fe89ff18969",
    "shell task": "9649c48f420d74acfcdfa3c12f3c45ad03bff1ae621ddd0f39155e210029536e",
    "shell operation": "40a5d8c8e1f3521f1c15bee3d92bcc48347d8c4ff9546354bd4fb2c55a2aaff1",
    "shell file": "03864c8f10aa7a960f182c5d55fa3b42b588c9d53b7129ee280c927042ef496d",
    "shell stdout": "5d792602f34a35553555e38089971c47d5c30452f9b9953ef93647be946739a5",
    "trace": "147de790250d72624a1a4b4bc41c4b7705ee0c0e17b64e5d6a3dd8ca634418f4",
}
