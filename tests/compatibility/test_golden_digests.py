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
    assert SCHEMA_VERSION == 1
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
    "digest": "a9f08544b5ad7e6494a7536ad34aa77f847483204b233c65b51a413cf2b899b6",
    "int": "ab4a8424e644add5105c00dde2e2b09022f14a366df2bc3675930dcf30f53d98",
    "float": "95305961dc1074136e6c192c123b8ad8b7aebd2d2f5b79630344c27c32449665",
    "str": "92f55ebf810ac8b87bac48917d4971f36b6043c1b32721268d15b145427f487a",
    "bytes": "ac91efff8561a71ded4db847b9abe871bb48b6b1f4fff33becb1774c90211e35",
    "list": "fc0c60bfd81907606df4fe94e87a0bddc96423c995b2f9cebd3d4cfc6f6e26d3",
    "dict": "ee65b7873cf8f8fc3c8ddaef2ceadee917cfa48204ddc0c44b67c96cb8448d8c",
    "None": "6466a441f0698a2b3e1c8aa7d23ce5910c399a4ff91cab1e4a90a3c6c92245ba",
    "task by version": "74c8fd611346f2245bb5094d8b8ce15376e5fbaf3f2a17fc22f4a03ff1cd94c5",
    "operation": "32c4181acbdc15d612aac8f2359d988ca4673df07c7f696e990ffdc603f92601",
    "artefact": "da71509946bc2c972e66840e9e11e9f7ab3aec54875065bbc927d73ec4d9006b",
    "artefact by code": "4e3d6432da1f822de6a40628e1b024141983276ec861c8f7f7b87c895a05ca4a",
    "built-in": "b577aefca96bed850031440eb100b275bce57163c54411f3451528374dff15a0",
    "first of two": "bdb35f23579ea868c0b78fbf5775b8841d340c7cc0140ce99f8673feba0491ab",
    "second of two": "fed89e7b9933bb20333daa2f77bf88ee46700b9ec5501d389205da68f17ee9aa",
    "shell task": "03df1b0c024777013568a051d395be6aa87b4a1e714253b0cb80d1834aef13d0",
    "shell operation": "6eb2487a342dfc6bd9158aad0cec2d4dd9cb01f958a172603534c9d67e2cb25b",
    "shell file": "8518f9186dc72afc79b9a5b23dc09f7a27e72e7a22fa6de898ba54b8e763c98a",
    "shell stdout": "220fa520e98b7d0bc266c0d194a4856f78d02e902d29e99af9f2d206acf2c151",
    "trace": "09033ff6217be0b50c75b0b99923111458a68a6f46ebb1dfe86b5ac70f472842",
}
