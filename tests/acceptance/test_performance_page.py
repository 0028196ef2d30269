"""The page about performance shows what was measured, and other engines are asked the same."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BENCHMARKS = ROOT / "benchmarks"
PAGE = ROOT / "docs" / "performance.md"

pytestmark = pytest.mark.slow


def report(results: Path, document: Path, pictures: Path) -> None:
    """Write tables and pictures."""
    places = ["--document", str(document), "--pictures", str(pictures)]
    command = [sys.executable, str(BENCHMARKS / "report.py"), str(results), *places]
    subprocess.run(command, check=True)


def line(case: str, n: int, milliseconds: float, **more: object) -> str:
    """What run.py prints for a case."""
    names = [f"{role}_cpu_ms_per_operation" for role in ("client", "server", "worker")]
    names += [f"milliseconds_per_operation{end}" for end in ("", "_min", "_max")]
    figures = {"server_commands_per_operation": 14.0, "server_bytes_per_operation": 1024}
    machine = {"python": "3.11.7", "cores": 2, "load_before": 0.1, "workers": 2}
    known = {"case": case, "n": n, **dict.fromkeys(names, milliseconds), **figures, **machine}
    return json.dumps(known | more)


def grown(shape: str, milliseconds: float) -> dict[str, object]:
    """What case ``growth`` says of a shape."""
    looks = {name: {"seconds": 0.5} for name in ("progress", "status", "ls")}
    seen = {"blocked_milliseconds_longest": 12.0, "calls_over_10_ms": {"step": 1}}
    memory = {"client_bytes_per_operation": 1000, "worker_peak_mib": 50}
    figures = json.loads(line("growth", 0, milliseconds))
    return figures | {"shape": shape, "looks": looks} | seen | memory


def test_the_page_shows_the_results_that_are_kept_beside_it(tmp_path: Path) -> None:
    page = shutil.copy(PAGE, tmp_path / "docs.md")
    report(BENCHMARKS / "results.jsonl", page, tmp_path / "pictures" / "performance")
    assert page.read_text() == PAGE.read_text()
    shown = ROOT / "docs" / "pictures" / "performance"
    made = tmp_path / "pictures" / "performance"
    assert {each.name for each in shown.iterdir()} == {each.name for each in made.iterdir()}


def test_tables_and_pictures_are_made_of_results(tmp_path: Path) -> None:
    results = tmp_path / "results.jsonl"
    yardsticks = {
        "raw_rq_ms_per_job": 12.5,
        "ratio_to_raw_rq": 0.02,
        "rq_simple_ms_per_job": 2.5,
    }
    lines = [
        line("wide", 1000, 0.99, ratio_to_rq_simple=0.4, **yardsticks),
        line("wide", 1000, 0.25, ratio_to_rq_simple=0.1, **yardsticks),
        line("growth", 1000, 1, points=[grown("dag", 0.26), grown("wide", 0.77)]),
        line("growth", 1000, 1, points=[grown("wide", 0.27)]),
        line("growth", 10_000, 1, points=[grown("dag", 0.28)]),
        line("wide", 300, 22, peer="redun", version="0.44.1"),
        json.dumps({"case": "wide", "n": 1000, "peer": "luigi", "cannot": True})[:-1]
        + ', "python": "3.11.7", "cores": 2}',
        line("throughput", 1, 1, points=[{"workers": 4, "task_ms": 10, "efficiency": 0.9}]),
    ]
    results.write_text("\n".join(lines))
    document = tmp_path / "page.md"
    names = ("engines", "growth", "goals")
    old = "\n\n".join(f"<!-- {name} -->old<!-- end of {name} -->" for name in names)
    document.write_text(f"# Title\n\n{old}\n\nText.\n")
    report(results, document, tmp_path / "pictures")
    text = document.read_text()
    assert "old" not in text
    assert text.startswith("# Title\n")
    assert text.endswith("\nText.\n")
    assert "**0.250**" in text
    assert "0.990" not in text, "what was measured later counts"
    assert "| dag | 1,000 | 0.260 |" in text
    assert "| wide | 1,000 | 0.270 |" in text
    assert "| wide, ms an operation | 0.250 | 0.250 | reached |" in text
    assert (
        "| longest call of the server without very many inputs, ms | 10.0 | 12.0 | 1.20 of it |"
        in text
    )
    assert "12.5 (ours is 0.020 of it)" in text
    assert "22.0 (n = 300)" in text
    assert "cannot" in text
    for name in ("growth.svg", "efficiency.svg"):
        assert "</svg>" in (tmp_path / "pictures" / name).read_text()


PEER = """\
from contextlib import nullcontext
import sys
import adapter

class Stub:
    distribution = "pytest"
    cases = ("wide", "cached", "incremental")
    largest = 5
    has_workers = False

    def running(self, workers, directory):
        return nullcontext()

    def wide(self, n, first):
        return sum(range(first, first + n)) + {wrong}

    def incremental(self, texts):
        return sum(2 * int(text) for text in texts)

adapter.main(Stub())
"""


@pytest.mark.parametrize(
    ("case", "operations"), [("wide", 6), ("cached", 6), ("incremental", 11)]
)
def test_an_engine_is_asked_for_as_much_as_it_can_do(
    tmp_path: Path, case: str, operations: int
) -> None:
    answer = json.loads(ask(tmp_path, PEER.format(wrong=0), case).stdout)
    assert answer["n"] == 5
    assert answer["operations"] == operations
    assert len(answer["taken"]) == 2
    assert all(taken["wall"] > 0 for taken in answer["taken"])


def test_an_engine_with_a_wrong_result_has_no_figure(tmp_path: Path) -> None:
    done = ask(tmp_path, PEER.format(wrong=1), "wide")
    assert done.returncode != 0
    assert "the result is" in done.stderr


def test_what_an_engine_cannot_do_is_said(tmp_path: Path) -> None:
    assert json.loads(ask(tmp_path, PEER.format(wrong=0), "shell").stdout) == {"cannot": True}


def ask(place: Path, program: str, case: str) -> subprocess.CompletedProcess[str]:
    """Run an adapter as run.py does."""
    (place / "on_stub.py").write_text(program)
    paths = [str(BENCHMARKS / "peers" / "adapters"), str(BENCHMARKS)]
    return subprocess.run(
        [sys.executable, "-P", str(place / "on_stub.py"), case, "1000", "2", "2", "60"],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(paths),
            "FUNSIES_BENCHMARK_PEER": place.name,
        },
        capture_output=True,
        text=True,
        check=False,
    )
