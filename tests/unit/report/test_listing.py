"""Lists and trees of what is there."""

from __future__ import annotations

import pytest

import funsies as f
from funsies.history.label_facts import shortened
from funsies.report.listing import by_task, list_steps
from funsies.report.numbers import shown_bytes
from funsies.report.provenance import MAX_INPUTS, TreeSummary, as_json, read_origins, tree_lines
from funsies.report.step import PREVIEW_CHARACTERS, inputs_of


def half(number: float) -> float:
    return number / 2


def total(*numbers: float) -> float:
    return sum(numbers)


def fail(number: float) -> float:
    raise ValueError(number)


@pytest.fixture
def session():
    with f.Fun(f.Server("memory://")) as session:
        yield session


def shown(root) -> list[str]:
    return [str(line) for line in tree_lines(root, TreeSummary())]


def test_steps_are_listed_with_status_size_and_time(session) -> None:
    good, bad = f.reduce(half, 3.0), f.reduce(fail, 1.0)
    after = f.reduce(half, bad, name="after")
    f.execute(good, after)
    f.reduce(half, 99.0, name="unasked")
    session.save()
    steps = {step.task: step for step in list_steps(session.backend)}
    assert {name: step.status for name, step in steps.items()} == {
        "half": "done",
        "fail": "failed",
        "after": "skipped",
        "unasked": "idle",
    }
    assert steps["half"].size_bytes == len("1.5")
    assert steps["half"].outputs == (good.hash,)
    assert steps["half"].ended is not None
    assert steps["after"].ended is None
    assert steps["after"].used is None
    assert steps["half"].used is not None
    assert steps["half"].used.seconds > 0
    assert (steps["half"].used.attempts, steps["half"].used.bytes_in) == (1, len("3.0"))
    assert [step.task for step in list_steps(session.backend, ["half"])] == ["half"]
    assert [step.task for step in list_steps(session.backend, (), ["failed"])] == ["fail"]


def test_tasks_are_summed_up(session) -> None:
    f.execute([f.reduce(half, number / 1) for number in range(3)])
    (task,) = by_task(list_steps(session.backend))
    assert (task.task, task.steps, task.statuses) == ("half", 3, {"done": 3})


def test_a_tree_shows_a_shared_step_in_full_once(session) -> None:
    shared = f.reduce(half, 8.0, name="shared")
    root = f.reduce(total, shared, f.reduce(half, shared, name="between"), 1.0)
    f.execute(root)
    lines = shown(read_origins(session.backend, root.producer))
    assert lines[0].startswith("total")
    assert [
        line.split("shared")[1].endswith("(see above)") for line in lines if "shared" in line
    ] == [
        False,
        True,
    ]
    assert sum("8.0" in line for line in lines) == 1
    told = as_json(read_origins(session.backend, root.producer))
    assert [step["task"] for step in told["steps"].values()] == ["total", "shared", "between"]
    assert told["steps"][root.producer.hex()]["inputs"][2]["value"] == "1.0"


def countdown(number: float) -> f.Artefact[float]:
    return f.put(0.0) if number == 0 else f.reduce(less, number).bind(countdown)


def less(number: float) -> float:
    return number - 1


def test_a_tree_tells_what_a_dynamic_step_built(session) -> None:
    root = f.put(2.0).bind(countdown)
    f.execute(root)
    origins = read_origins(session.backend, root.producer)
    names = [line.strip(" │├└─").rsplit("  ", 2)[0] for line in shown(origins)]
    assert names == [
        "countdown",
        "number: 2.0",
        "built: countdown",
        "number: less",
        "number: 2.0",
        "built: countdown",
        "number: less",
        "number: 1.0",
    ]
    steps = as_json(origins)["steps"]
    told = steps[root.producer.hex()]
    assert [each["name"] for each in told["inputs"]] == ["0"]
    assert [each["parameter"] for each in told["inputs"]] == ["number"]
    assert steps[told["built"]]["task"] == "countdown"
    cut = shown(read_origins(session.backend, root.producer, 1))
    assert [line.split()[1] for line in cut[1:3]] == ["number:", "built:"]


def test_dynamic_steps_have_an_age_and_fail_with_what_they_built(session) -> None:
    root = f.put(1.0).bind(lambda number: f.reduce(fail, number))
    f.execute(root)
    steps = {step.operation: step for step in list_steps(session.backend)}
    dynamic = steps[root.producer.hex()]
    assert dynamic.status == "failed"
    assert dynamic.ended is not None


def test_of_very_many_inputs_the_first_are_shown(session) -> None:
    root = f.reduce(total, *(float(number) for number in range(50)))
    session.save()
    lines = shown(read_origins(session.backend, root.producer))
    assert len(lines) == 1 + MAX_INPUTS + 1
    assert lines[1].startswith("├── numbers[0]: 0.0")
    assert lines[MAX_INPUTS].startswith(f"├── numbers[{MAX_INPUTS - 1}]: ")
    assert f"... {50 - MAX_INPUTS} more" in lines[-1]


def test_a_file_that_was_put_is_called_by_its_path_and_not_large(session, tmp_path) -> None:
    small, large = tmp_path / "small.txt", b"x" * 1_000_000
    small.write_bytes(b"few bytes")
    files = {"small": f.put_file(small), "large": f.put(large)}
    counted = f.shell("wc -c small large", inp=files)
    session.save()
    told = as_json(read_origins(session.backend, counted.stdout.producer))
    views = {each.name: each for each in inputs_of(session.backend, counted.stdout.producer)}
    assert {name: each.value for name, each in views.items()} == {
        "small": f"(file {shortened(str(small), PREVIEW_CHARACTERS)})",
        "large": "(large)",
    }
    lines = shown(read_origins(session.backend, counted.stdout.producer))
    for each in views.values():
        assert any(f"{each.name}: {each.value}  {each.artefact[:8]}" in line for line in lines)
        assert each.value in str(told)


def test_the_path_of_a_file_that_was_put_is_shown_on_one_line(session, tmp_path) -> None:
    hostile = tmp_path / "new\nline"
    hostile.write_bytes(b"few bytes")
    counted = f.shell("wc -c file", inp={"file": f.put_file(hostile)})
    session.save()
    (view,) = inputs_of(session.backend, counted.stdout.producer)
    assert view.value.isprintable()
    assert view.value.endswith("new\\nline)")


def test_a_tree_may_be_cut(session) -> None:
    root = f.reduce(half, f.reduce(half, f.reduce(half, 1.0)))
    session.save()
    assert len(shown(read_origins(session.backend, root.producer, 1))) == 3
    assert len(shown(read_origins(session.backend, root.producer))) == 4


def test_a_chain_of_thousands_of_steps_has_a_tree(session) -> None:
    end = f.put(1.0)
    for _ in range(3000):
        end = f.reduce(half, end)
    session.save()
    root = read_origins(session.backend, end.producer)
    assert len(as_json(root)["steps"]) == 3000
    lines = shown(root)
    assert len(lines) == 3001
    assert max(map(len, lines)) < 300  # and not longer the longer the chain is
    assert lines[-2].startswith("   2,999 deep: └── number: half")


def test_of_very_many_steps_the_nearest_are_shown(session) -> None:
    end = f.put(1.0)
    for _ in range(30):
        end = f.reduce(half, end)
    session.save()
    lines = shown(read_origins(session.backend, end.producer, most=10))
    assert len(lines) == 11
    assert lines[-1].endswith("└── ... 1 more")
    wide = f.reduce(total, *(f.reduce(half, float(number)) for number in range(15)))
    session.save()
    summary = TreeSummary()
    lines = [
        str(line)
        for line in tree_lines(read_origins(session.backend, wide.producer, most=10), summary)
    ]
    assert summary.steps == 10
    assert lines[-1] == "└── ... 6 more"


@pytest.mark.parametrize("size_bytes", [0, 999, 1000, 999_949, 999_950, 10**20])
def test_a_size_is_short(size_bytes: int) -> None:
    assert len(shown_bytes(size_bytes).removesuffix(" PB")) <= 9
