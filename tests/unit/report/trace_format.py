"""What "Trace Event Format" (Google, 2016) asks of a file, as far as we write it.

JSON object format: ``traceEvents`` is required; ``displayTimeUnit`` is "ms" or "ns". Every
event has ``ph``, ``pid``, ``tid`` and ``ts`` in microseconds. Complete events (X) have
``name``, ``cat`` and ``dur``; those of one thread nest, and may come in any order. Metadata
events (M) are of a few names with an argument of their own. Flow events (s, f) are bound by
``cat``, ``name`` and ``id``; one with ``"bp": "e"`` is bound to the slice that encloses it,
as the begin always is.
"""

from __future__ import annotations

import json
from collections import defaultdict
from itertools import pairwise
from typing import Any

METADATA = {
    "process_name": ("name", str),
    "process_sort_index": ("sort_index", int),
    "thread_name": ("name", str),
    "thread_sort_index": ("sort_index", int),
}
RESERVED_COLOURS = {"good", "bad", "terrible"}  # of those of the trace viewer


def check_trace(trace: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Check a trace; return its events by phase."""
    json.dumps(trace, allow_nan=False)
    assert trace["displayTimeUnit"] in {"ms", "ns"}
    assert all(isinstance(each, str) for each in trace["otherData"].values())
    by_phase: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for event in trace["traceEvents"]:
        assert isinstance(event["pid"], int)
        assert isinstance(event["tid"], int)
        assert event["ts"] >= 0
        by_phase[event["ph"]].append(event)
    assert by_phase.keys() <= set("MXsf")
    for event in by_phase["M"]:
        argument, kind = METADATA[event["name"]]
        assert isinstance(event["args"][argument], kind)
    for event in by_phase["X"]:
        assert isinstance(event["name"], str)
        assert isinstance(event["cat"], str)
        assert event["dur"] >= 0
        assert event.get("cname", "good") in RESERVED_COLOURS
    _check_slices(by_phase["X"])
    _check_named(by_phase)
    _check_flows(by_phase)
    return by_phase


def _check_slices(slices: list[dict[str, Any]]) -> None:
    """Those of one thread come one after the other."""
    rows = defaultdict(list)
    for event in slices:
        rows[event["pid"], event["tid"]].append((event["ts"], event["ts"] + event["dur"]))
    for row in rows.values():
        row.sort()
        for (_, end), (start, _) in pairwise(row):
            assert start >= end - 0.01, "slices of a thread overlap"


def _check_named(by_phase: dict[str, list[dict[str, Any]]]) -> None:
    named = {(e["pid"], e["tid"]) for e in by_phase["M"] if e["name"] == "thread_name"}
    assert {(event["pid"], event["tid"]) for event in by_phase["X"]} <= named
    processes = {e["pid"] for e in by_phase["M"] if e["name"] == "process_name"}
    assert {event["pid"] for event in by_phase["X"]} <= processes


def _check_flows(by_phase: dict[str, list[dict[str, Any]]]) -> None:
    begins = {(e["cat"], e["name"], e["id"]): e for e in by_phase["s"]}
    ends = {(e["cat"], e["name"], e["id"]): e for e in by_phase["f"]}
    assert len(begins) == len(by_phase["s"])
    assert begins.keys() == ends.keys()
    for key, begin in begins.items():
        assert ends[key]["bp"] == "e"
        assert ends[key]["ts"] >= begin["ts"]
        for event in (begin, ends[key]):
            assert any(_encloses(each, event) for each in by_phase["X"]), "a flow in the air"


def _encloses(slice_: dict[str, Any], event: dict[str, Any]) -> bool:
    is_same = (slice_["pid"], slice_["tid"]) == (event["pid"], event["tid"])
    return is_same and slice_["ts"] <= event["ts"] <= slice_["ts"] + slice_["dur"]
