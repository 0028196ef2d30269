"""Steps are told apart by their labels, and found by them, in memory and on workers alike."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

import funsies as f
from funsies.core.errors import UnknownHashError
from funsies.history.step_names import labels_here
from funsies.session import Session


@f.task
def align(sample: str, genome: str = "hg38") -> str:
    return f"{sample} on {genome}"


@f.task
def sort(alignment: str) -> str:
    return alignment


@f.task
def merge(left: str, right: str) -> str:
    return left + right


def double(number: int) -> int:
    return 2 * number


def doubled_up_to(number: int) -> f.Artefact[list[int]]:
    steps = [f.reduce(double, each, label=f"twice {each}") for each in range(number)]
    return f.gather(steps)


def shown(session: Session, steps: Sequence[f.Artefact[object]]) -> list[str]:
    makers = [each.producer for each in steps if each.producer is not None]
    labels = labels_here(session.backend, makers)
    return [labels.of(each) for each in makers]


def test_labels_are_made_of_the_call_and_handed_on(place: f.Server) -> None:
    with f.Fun(place) as session:
        aligned = [align(each, "hg19") for each in ("S1", "S2", "S3")]
        ordered = [sort(each) for each in aligned]
        both = [merge(*ordered[:2]), merge(*ordered[1:])]
        f.execute(both).wait(timeout_seconds=60)
        assert shown(session, aligned) == [
            f"align(sample={each})" for each in ("S1", "S2", "S3")
        ]
        assert shown(session, ordered) == [
            f"sort(sample={each})" for each in ("S1", "S2", "S3")
        ]
        assert shown(session, both) == ["merge(left=S1, right=S2)", "merge(left=S2, right=S3)"]
        assert f.take(f.get("sort(sample=S2)")) == "S2 on hg19"
        with pytest.raises(UnknownHashError, match=r"(?s)3 steps .* align\(sample=S3\)"):
            f.get("align")


def test_what_dynamic_steps_make_has_places_in_their_lists(place: f.Server) -> None:
    with f.Fun(place) as session:
        doubled = f.map_each(double, [5, 3], name="g")
        named = f.map_each(
            double, f.reduce(sorted, [7, 6], out=list[int]), name="h", label="h of {item}"
        )
        bound = f.put(3).bind(doubled_up_to)
        f.execute(doubled, named, bound).wait(timeout_seconds=60)
        labels = set(labels_here(session.backend, []).texts.values())
        assert {"g[0]", "g[1]", "h of 6", "h of 7", "twice 0", "twice 1", "twice 2"} <= labels
        assert f.take(f.get("g[1]")) == 6
        assert f.take(f.get("h of 7")) == 14
        assert f.take(f.get("twice 2")) == 4


def test_files_and_commands_tell_shell_steps_apart(
    place: f.Server, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("data").mkdir()
    for each in ("S1", "S2"):
        Path(f"data/{each}.txt").write_text(each)
    with f.Fun(place) as session:
        put = [f.put_file(f"data/{each}.txt") for each in ("S1", "S2")]
        sorting = [f.shell("sort in.txt", inp={"in.txt": each}).stdout for each in put]
        counting = [
            f.shell("wc -c", "cat sorted", inp={"sorted": each}).stdouts[1] for each in sorting
        ]
        seeds = [f.shell(f"echo --seed {each} --quiet").stdout for each in (3, 4)]
        lengths = [f.reduce(len, each) for each in seeds]
        f.execute(sorting, lengths)
        assert shown(session, sorting) == [
            "sort(in.txt=data/S1.txt)",
            "sort(in.txt=data/S2.txt)",
        ]
        session.save()
        assert shown(session, counting) == ["wc(in.txt=data/S1.txt)", "wc(in.txt=data/S2.txt)"]
        assert shown(session, seeds) == ["echo(--seed 3)", "echo(--seed 4)"]
        assert shown(session, lengths) == ["len(--seed 3)", "len(--seed 4)"]


def test_what_is_said_holds_also_for_what_is_there_already(place: f.Server) -> None:
    with f.Fun(place) as session:
        f.execute(align("S1")).wait(timeout_seconds=60)
        step = align.options(label="the first patient")("S1")
        handle = f.execute(step)
        assert handle.operations == ()  # nothing is computed for the sake of a label
        assert shown(session, [step]) == ["the first patient"]
        f.execute(align.options(label="once more")("S1"))
        assert f.get("once more") == step
        with pytest.raises(UnknownHashError, match="Did you mean once more"):
            f.get("once mare")


def test_who_executes_one_step_again_finds_it_by_the_same_label(place: f.Server) -> None:
    with f.Fun(place):
        f.execute([sort(align(each)) for each in ("S1", "S2")]).wait(timeout_seconds=60)
    with f.Fun(place) as session:
        step = f.get("sort(sample=S2)")
        f.reset(step)
        f.execute(step).wait(timeout_seconds=60)
        assert shown(session, [step]) == ["sort(sample=S2)"]
        assert f.get("sort(sample=S2)") == step
    with f.Fun(place) as session:  # of another run that is no part of the first
        step = sort(align("S3"))
        f.execute(step).wait(timeout_seconds=60)
        assert shown(session, [step]) == ["sort"]
        assert f.get("sort") == step


def test_a_graph_that_is_only_written_has_its_labels(redis_server_here: f.Server) -> None:
    with f.Fun(redis_server_here):
        step = f.shell("true", label="cafe")
    with f.Fun(redis_server_here) as session:
        assert shown(session, [step.stdout]) == ["cafe"]
        with pytest.raises(UnknownHashError, match="operation with 3 outputs"):
            f.get("cafe")


def test_hostile_names_are_shown_on_one_line(place: f.Server) -> None:
    with f.Fun(place) as session:
        odd = "a\x1b[31m\nb" * 20
        steps = [f.reduce(double, each, name=odd, label=odd) for each in (1, 2)]
        f.execute(steps).wait(timeout_seconds=60)
        labels = shown(session, steps)
        assert len(set(labels)) == 2
        assert all(each.isprintable() and len(each) <= 60 for each in labels)
        assert [f.take(f.get(each)) for each in labels] == [2, 4]
