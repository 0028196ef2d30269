"""Pictures of graphs: complete, readable, and safe whatever steps are called."""

from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

import funsies as f
from funsies.report.diagram import (
    Edge,
    GraphView,
    Node,
    NodeKind,
    collapsed,
    read_graph,
    to_dot,
    to_mermaid,
    to_svg,
)
from funsies.report.diagram.layout import lay_out, layering_of, layers_of
from funsies.report.diagram.model import URGENCY

SVG = "{http://www.w3.org/2000/svg}"


def step(key: str, label: str = "task", status: str = "done") -> Node:
    return Node(key, label, NodeKind.STEP, {status: 1}, task=label)


@st.composite
def graphs(draw: st.DrawFn, *, circles: bool = False) -> GraphView:
    """Graphs of up to a dozen steps with any names, with or without circles."""
    number = draw(st.integers(0, 12))
    names = st.text(max_size=40) | st.sampled_from(["mean", "simulate"])
    states = st.sampled_from([name for name in URGENCY if name != "input"])
    nodes = [step(f"{each:064x}", draw(names), draw(states)) for each in range(number)]
    pairs = [
        (one, other)
        for one in range(number)
        for other in range(number)
        if (circles or one < other)
    ]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    edges = [Edge(nodes[one].key, nodes[other].key, ("0",)) for one, other in chosen]
    return GraphView(tuple(nodes), tuple(edges))


@given(view=graphs())
def test_each_step_is_in_a_layer_below_all_that_it_uses(view: GraphView) -> None:
    depths = {key: depth for depth, layer in enumerate(layers_of(view)) for key in layer}
    assert depths.keys() == {node.key for node in view.nodes}
    assert all(depths[edge.source] < depths[edge.target] for edge in view.edges)


@given(view=graphs(circles=True))
def test_no_two_boxes_overlap(view: GraphView) -> None:
    found = layering_of(view)
    sizes = {node.key: (60.0 + len(node.label), 40.0) for node in view.nodes}
    layout = lay_out(found, sizes, gap=10.0, layer_gap=30.0)
    for one, other in itertools.combinations(sizes, 2):
        apart = abs(layout.along[one] - layout.along[other])
        beside = apart >= (sizes[one][0] + sizes[other][0]) / 2 + 10.0 - 1e-6
        assert beside or abs(layout.across[one] - layout.across[other]) >= 70.0 - 1e-6
    for key, (width, height) in sizes.items():
        assert width / 2 - 1e-6 <= layout.along[key] <= layout.length - width / 2 + 1e-6
        assert height / 2 - 1e-6 <= layout.across[key] <= layout.depth - height / 2 + 1e-6


@given(view=graphs(circles=True))
def test_a_picture_shows_each_step_and_each_arrow_once(view: GraphView) -> None:
    root = ET.fromstring("".join(to_svg(view)))  # noqa: S314 - we have written it
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    boxes = root.findall(f"{SVG}g/{SVG}rect")
    assert len(boxes) == len(view.nodes)
    for box in boxes:
        assert float(box.attrib["x"]) >= 0
        assert float(box.attrib["x"]) + float(box.attrib["width"]) <= width
        assert float(box.attrib["y"]) + float(box.attrib["height"]) <= height
    lines = [path for path in root.iter(f"{SVG}path") if path.attrib["fill"] == "none"]
    assert len(lines) == len(view.edges)
    titles = [each.text or "" for each in root.findall(f"{SVG}g/{SVG}title")]
    for node in view.nodes:
        assert any(node.key in title for title in titles)


@given(view=graphs(circles=True))
def test_no_name_of_a_step_breaks_out_of_its_place(view: GraphView) -> None:
    """One line for each box and arrow, with quotes only around what is quoted."""
    dot = "".join(to_dot(view)).splitlines()
    boxes = [line for line in dot if re.match(r"    n\d+ \[", line)]
    assert len(boxes) == len(view.nodes)
    for line in boxes:
        assert re.fullmatch(r'    n\d+ \[(\w+="(\\.|[^"\\])*"(, )?)+\];', line)
    assert sum(" -> " in line for line in dot if line.startswith("    n")) >= len(view.edges)
    mermaid = "".join(to_mermaid(view)).splitlines()
    boxes = [line for line in mermaid if ":::" in line]
    assert len(boxes) == len(view.nodes)
    for line in boxes:
        assert re.fullmatch(r'    n\d+\("[^"]*<br/>[^"<>]*"\):::\w+', line)


@given(view=graphs())
def test_collapsing_loses_no_step_and_no_arrow(view: GraphView) -> None:
    small = collapsed(view)
    assert small.statuses == view.statuses
    assert sum(node.number for node in small.nodes) == len(view.nodes)
    assert sum(edge.number for edge in small.edges) == len(view.edges)
    assert len({node.label for node in view.nodes}) == len(small.nodes)


def test_what_failed_is_seen_in_a_group_of_thousands() -> None:
    nodes = [step(str(number)) for number in range(2000)] + [step("x", status="failed")]
    (group,) = collapsed(GraphView(tuple(nodes))).nodes
    assert group.status == "failed"
    assert group.number == 2001


def test_a_long_chain_is_drawn() -> None:
    nodes = [step(str(number)) for number in range(2500)]
    edges = [Edge(str(number), str(number + 1)) for number in range(2499)]
    edges.append(Edge("0", "2499"))
    assert len(layers_of(GraphView(tuple(nodes), tuple(edges)))) == 2500


# -- from a store


def half(number: float) -> float:
    return number / 2


def fail(number: float) -> float:
    raise ValueError(number)


@pytest.fixture
def session():
    with f.Fun(f.Server("memory://")) as session:
        yield session


def test_a_graph_says_how_far_each_step_is(session) -> None:
    """A step that never ran, because of an error, is told from one that failed."""
    good = f.reduce(half, 1.0, name="good")
    failed = f.reduce(fail, good, name="bad")
    skipped = f.reduce(half, failed, name="after")
    idle = f.reduce(half, 3.0, name="unasked")
    f.execute(skipped)
    session.save()
    view = read_graph(session.backend, session.backend.graph.all_operations())
    assert {node.label: node.status for node in view.nodes} == {
        "good": "done",
        "bad": "failed",
        "after": "skipped",
        "unasked": "idle",
    }
    assert [(edge.source, edge.target) for edge in view.edges] == [
        (good.producer.hex(), failed.producer.hex()),
        (failed.producer.hex(), skipped.producer.hex()),
    ]
    upwards = read_graph(session.backend, [failed.producer])
    assert [node.label for node in upwards.nodes] == ["good", "bad"]
    assert idle.producer.hex() in "".join(to_svg(view))


def sum_of_halves(number: float) -> f.Artefact[float]:
    return f.reduce(sum, f.gather([f.reduce(half, number), f.reduce(half, 2.0)]), out=float)


def halves_of_nothing(number: float) -> f.Artefact[float]:
    return f.reduce(fail, number, name="inner")


def test_a_dynamic_step_is_linked_to_what_it_built(session) -> None:
    """By dashes, and with everything that belongs to it, whatever is drawn."""
    made = f.reduce(half, 4.0, name="given").bind(sum_of_halves)
    f.execute(made)
    view = read_graph(session.backend, [made.producer])
    labels = {node.key: node.label for node in view.nodes}
    arrows = {(labels[edge.source], labels[edge.target]): edge for edge in view.edges}
    assert {pair for pair, edge in arrows.items() if edge.is_built} == {
        ("sum", "sum_of_halves")
    }
    assert ("half", "gather") in arrows
    assert ("given", "sum_of_halves") in arrows
    assert 'style="dashed"' in "".join(to_dot(view))
    assert "-.->" in "".join(to_mermaid(view))
    assert "".join(to_svg(view)).count("stroke-dasharray") == 2, "the arrow, and the legend"
    assert sum(edge.is_built for edge in collapsed(view).edges) == 1


def test_a_dynamic_step_fails_with_what_it_built(session) -> None:
    """It was run, so that it is not among the skipped ones."""
    made = f.put(1.0).bind(halves_of_nothing)
    after = f.reduce(half, made, name="after")
    f.execute(after)
    view = read_graph(session.backend, [after.producer])
    assert {node.label: node.status for node in view.nodes} == {
        "inner": "failed",
        "halves_of_nothing": "failed",
        "after": "skipped",
    }


def test_what_is_both_an_input_and_the_result_has_one_arrow(session) -> None:
    made = f.reduce(half, 4.0).bind(lambda _: f.reduce(half, 4.0))
    f.execute(made)
    (edge,) = read_graph(session.backend, [made.producer]).edges
    assert (edge.names, edge.is_built) == (("0",), False)


def test_inputs_are_shown_when_asked_for_each_once(session) -> None:
    shared = f.put("shared value")
    steps = [f.reduce(len, shared), f.reduce(str.upper, shared)]
    session.save()
    digests = [each.producer for each in steps]
    assert len(read_graph(session.backend, digests).nodes) == 2
    view = read_graph(session.backend, digests, with_inputs=True)
    inputs = [node for node in view.nodes if node.kind is NodeKind.INPUT]
    assert [node.label for node in inputs] == ["shared value"]
    assert len(view.edges) == 2
    small = collapsed(view)
    assert sum(node.number for node in small.nodes) == 3


def test_an_empty_graph_is_a_picture_too() -> None:
    assert ET.fromstring("".join(to_svg(GraphView()))).tag == f"{SVG}svg"  # noqa: S314 - as above
    assert next(to_dot(GraphView())).startswith("digraph")
    assert next(to_mermaid(GraphView())).startswith("flowchart")
