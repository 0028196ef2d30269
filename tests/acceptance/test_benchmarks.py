"""The benchmarks measure what they say; how fast it is depends on the machine."""

from __future__ import annotations

import json
import os
import pstats
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(__file__).parents[2] / "benchmarks" / "run.py"
CASES = sorted(file.stem for file in PROGRAM.parent.glob("cases/[!_]*.py"))
SECONDS = 110

pytestmark = pytest.mark.slow


def figures(case: str, n: int, *arguments: str) -> dict[str, float]:
    """Run a case at a small size and read its line."""
    sizes = ["--case", case, "-n", str(n), "--workers", "2", "--repeats", "2"]
    done = subprocess.run(
        [sys.executable, str(PROGRAM), *sizes, *arguments],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    read: dict[str, float] = json.loads(line)
    assert f'"case": "{case}"' in line
    assert read["n"] == n
    return read


@pytest.mark.parametrize("case", CASES)
def test_every_case_runs_at_its_small_size(case: str) -> None:
    done = subprocess.run(
        [sys.executable, str(PROGRAM), "--case", case, "--quick"],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (measured,) = map(json.loads, done.stdout.splitlines())
    assert measured["case"] == case
    asked = {"case", "n", "workers", "repeats", "python", "cores", "load_before", "measured"}
    assert measured.keys() - asked


def points_of(line: Any) -> list[dict[str, Any]]:
    """The points of a case that measures several things in one run."""
    points: list[dict[str, Any]] = line["points"]
    return points


def test_wide_runs_each_operation_once_and_compares_with_plain_rq() -> None:
    # Large enough that the steps take more than what the server uses and frees beside them.
    wide = figures("wide", 200, "--raw-rq-jobs", "6")
    assert wide["operations"] == wide["executions"] == 2 * 201
    assert wide["milliseconds_per_operation"] > wide["build_milliseconds_per_operation"] > 0
    assert wide["server_bytes_per_operation"] > 0
    for role in ("client", "server", "worker"):
        assert wide[f"{role}_cpu_ms_per_operation"] > 0
        assert wide[f"raw_rq_{role}_cpu_ms_per_job"] > 0
    assert wide["server_commands_per_operation"] > 0
    assert wide["ratio_to_raw_rq"] == pytest.approx(
        wide["milliseconds_per_operation"] / wide["raw_rq_ms_per_job"], rel=0.01
    )


def test_chain_runs_each_operation_once() -> None:
    chain = figures("chain", 10, "--raw-rq-jobs", "0")
    assert chain["operations"] == chain["executions"] == 2 * 10
    assert chain["milliseconds_per_operation"] > 0


def test_cached_executes_nothing() -> None:
    cached = figures("cached", 20, "--raw-rq-jobs", "0")
    assert cached["executions"] == 0
    assert cached["engine_seconds"] > 0


def test_incremental_runs_what_an_edit_concerns_and_stops_early() -> None:
    incremental = figures("incremental", 10, "--raw-rq-jobs", "0")
    assert incremental["changed_executions"] == 3
    assert incremental["cut_off_executions"] == 1


def test_build_and_shell_give_figures_and_those_of_a_yardstick() -> None:
    build = figures("build", 20, "--raw-rq-jobs", "0")
    assert build["build_milliseconds_per_operation"] > 0
    assert build["define_milliseconds_per_operation"] > 0
    shell = figures("shell", 5, "--raw-rq-jobs", "2")
    assert shell["milliseconds_per_operation"] > 0
    assert shell["rq_simple_ms_per_job"] > 0
    assert shell["plain_loop_milliseconds"] > 0


def test_bytes_of_all_sizes_go_through_both_stores() -> None:
    points = points_of(figures("data", 2))
    sizes = {(point["store"], point["bytes"]) for point in points}
    assert sizes == {
        (store, n) for store in ("disk", "server") for n in (1024, 1 << 20, 2 << 20)
    }
    for point in points:
        for name in ("copy_and_hash", "put_file", "shell_reads", "shell_copies", "takeout"):
            assert point[f"{name}_milliseconds"] > 0
        assert point["copy_and_hash_ratio"] == 1


def test_graphs_grow_and_the_server_is_pinged_meanwhile() -> None:
    points = points_of(figures("growth", 5))
    assert [point["shape"] for point in points] == ["nested"]
    for point in points:
        assert point["executions"] <= point["operations"]
        assert point["ping_milliseconds_longest"] > 0
        assert set(point["looks"]) == {"progress", "ls", "status", "fsck", "reset", "clean"}


def test_throughput_is_measured_near_and_far() -> None:
    points = points_of(figures("throughput", 20))
    assert {(point["workers"], point["delay_ms"]) for point in points} == {(1, 0), (2, 1)}
    assert {point["task_ms"] for point in points} == {0, 1, 10, 100}
    for point in points:
        assert point["tasks_per_second"] > 0
        # The ideal cannot be surpassed: if it is, a task has not slept, or some have not run.
        assert (point["efficiency"] or 0) <= 1


def test_the_mypy_plugin_is_timed_beside_mypy_alone() -> None:
    mypy = figures("mypy", 200)
    assert mypy["lines"] == 200
    assert mypy["seconds_with_plugin"] > 0
    assert mypy["seconds_without_plugin"] > 0
    assert mypy["cost_percent_min"] <= mypy["cost_percent"]


def test_travel_says_what_it_costs_that_code_gets_to_the_workers() -> None:
    travel = figures("travel", 3)
    assert travel["first_of_all_ms"] > 0
    assert travel["next_ms"] > 0
    assert 0 < travel["payload_bytes"] < 10_000
    assert travel["stored_once_bytes"] > 0


def test_a_large_array_is_read_without_a_copy_in_memory() -> None:
    arrays = figures("arrays", 8)
    for way in ("funsies", "np_save", "pickle"):
        assert arrays[f"two_arrays_{way}_write_ms"] > 0
        assert arrays[f"two_arrays_{way}_read_ms"] > 0
    assert (
        arrays["two_arrays_funsies_read_peak_mb"]
        < 8
        < arrays["two_arrays_np_save_read_peak_mb"]
    )


def test_values_are_measured_beside_what_people_use_for_them() -> None:
    values = figures("values", 1)
    beside = {
        "array": ("pickle", "joblib", "np_save"),
        "frame": ("pickle", "joblib", "arrow"),
        "objects": ("pickle", "joblib", "msgspec"),
        "floats": ("pickle", "joblib", "msgspec"),
    }
    for name, ways in beside.items():
        for verb in ("encode", "decode"):
            ours = values[f"{name}_funsies_{verb}_ms"]
            assert values[f"{name}_funsies_{verb}_peak_mb"] > 0
            for way in ways:
                ratio = ours / values[f"{name}_{way}_{verb}_ms"]
                assert values[f"{name}_{verb}_to_{way}"] == pytest.approx(ratio, rel=0.1)


def test_a_case_that_fails_says_so_in_its_line_and_in_the_exit_code(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(PROGRAM), "--case", "chain", "--case", "mypy", "--quick"],
        env={**os.environ, "FUNSIES_SERVER_PROGRAM": "false", "MYPY_CACHE_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    failed, measured = map(json.loads, done.stdout.splitlines())
    assert done.returncode == 1
    assert failed["case"] == "chain"
    assert "error" in failed
    assert measured["seconds_with_plugin"] > 0


def test_a_profile_tells_of_client_workers_and_server() -> None:
    done = subprocess.run(
        [sys.executable, str(PROGRAM), "--case", "chain", "--quick", "--profile"],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
    )
    client, _, rest = done.stderr.partition("workers: seconds")
    workers, _, server = rest.partition("server: microseconds")
    assert "client: seconds" in client
    assert "digest.py" in client
    assert "in the function itself" in workers
    whole = re.search(r"The whole profiles are in (.+)", workers)
    assert whole
    # What is shown are the functions in which the processes were longest: mostly they wait.
    profiles = list(map(str, Path(whole[1]).glob("worker-*")))
    assert any(Path(file).name == "evaluate.py" for file, *_ in pstats.Stats(*profiles).stats)
    assert "fcall" in server
    assert json.loads(done.stdout)["is_profiled"]
