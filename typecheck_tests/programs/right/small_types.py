"""Small types of the standard library, as results and parameters."""

from __future__ import annotations

import array
import ipaddress
import re
from datetime import timedelta, timezone

import funsies as f


# %% with annotations
def network(text: str) -> ipaddress.IPv4Network:
    return ipaddress.IPv4Network(text)


def size(net: ipaddress.IPv4Network, changed: bytearray) -> int:
    return net.num_addresses + len(changed)


def pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


def matches(expression: re.Pattern[str], zone: timezone) -> str:
    return f"{expression.match('ABC') is not None} {zone}"


with f.Fun():
    one = f.reduce(size, f.reduce(network, "10.0.0.0/24"), bytearray(b"xy"))
    two = f.reduce(matches, f.reduce(pattern, "a"), timezone(timedelta(hours=2)))
    f.execute(one, two).wait()
    assert f.take(one) == 258
    assert f.take(two) == "True UTC+02:00"


# %% where the annotation says nothing
from typing import Any


@f.task
def several() -> list[Any]:
    return [array.array("d", [1.0, 2.0]), ipaddress.ip_address("::1"), bytearray(b"z")]


with f.Fun():
    step = several()
    f.execute(step).wait()
    assert f.take(step) == [
        array.array("d", [1.0, 2.0]),
        ipaddress.IPv6Address("::1"),
        bytearray(b"z"),
    ]
