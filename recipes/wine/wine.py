"""A CSV file with some dirt -> a frame -> a grid of models -> the best one, a plot, a report.

Usage: funsies run recipes/wine/wine.py
"""

import io
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal, assert_never

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix
from sklearn.model_selection import StratifiedKFold, cross_val_score, train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

import funsies as f

DATA = Path(__file__).with_name("wine.csv")
REPORT, PLOT, MODEL = Path("report.md"), Path("scores.svg"), Path("model.pkl")
KIND = "cultivar"
SEED = 0

Kind = Literal["neighbours", "logistic", "forest"]
GRID: dict[Kind, list[float]] = {
    "neighbours": [1, 3, 5, 9, 15],
    "logistic": [0.001, 0.01, 0.1, 1],
    "forest": [1, 10, 100],
}


@dataclass(frozen=True)
class Candidate:
    """A kind of model, and the one parameter that is varied."""

    kind: Kind
    parameter: float


@dataclass(frozen=True)
class Score:
    """How often a model was right, in each fold of the cross-validation."""

    candidate: Candidate
    accuracies: NDArray[np.float64]


@f.task
def read(csv: bytes) -> pd.DataFrame:
    """Read the file as it is."""
    return pd.read_csv(io.BytesIO(csv))


@f.task
def clean(raw: pd.DataFrame) -> pd.DataFrame:
    """Write each name in one way, each wine once; no measured number is below zero."""
    wines = raw.assign(**{KIND: raw[KIND].str.strip().str.lower()}).drop_duplicates()
    numbers = wines.drop(columns=KIND)
    return numbers.where(numbers >= 0).assign(**{KIND: wines[KIND]}).reset_index(drop=True)


@f.task
def split(wines: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Put a quarter aside, for the one model that is chosen."""
    train, test = train_test_split(
        wines, test_size=0.25, stratify=wines[KIND], random_state=SEED
    )
    return train, test


def model_of(candidate: Candidate) -> Pipeline:
    """Make a model that is not fitted yet."""
    return make_pipeline(SimpleImputer(), StandardScaler(), _classifier(candidate))


def _classifier(candidate: Candidate) -> object:
    kind, parameter = candidate.kind, candidate.parameter
    if kind == "neighbours":
        return KNeighborsClassifier(n_neighbors=int(parameter))
    if kind == "logistic":
        return LogisticRegression(C=parameter, max_iter=1000)
    if kind == "forest":
        return RandomForestClassifier(n_estimators=int(parameter), random_state=SEED)
    assert_never(kind)


@f.task
def score(candidate: Candidate, wines: pd.DataFrame) -> Score:
    """Cross-validate one model."""
    folds = StratifiedKFold(n_splits=5, shuffle=True, random_state=SEED)
    # One process: the workers are as many as there are processors already.
    found = cross_val_score(
        model_of(candidate), wines.drop(columns=KIND), wines[KIND], cv=folds, n_jobs=1
    )
    return Score(candidate, found)


@f.task
def tabulate(scores: list[Score]) -> pd.DataFrame:
    """Make a line of each model, the best one first."""
    table = pd.DataFrame(
        {
            "model": [each.candidate.kind for each in scores],
            "parameter": [each.candidate.parameter for each in scores],
            "accuracy": [each.accuracies.mean() for each in scores],
            "spread": [each.accuracies.std() for each in scores],
        }
    )
    return table.sort_values("accuracy", ascending=False, kind="stable", ignore_index=True)


@f.task
def best(scores: list[Score]) -> Candidate:
    """Choose the most accurate model; of equals the first in the grid."""
    return max(scores, key=lambda each: each.accuracies.mean()).candidate


@f.task
def fit(candidate: Candidate, wines: pd.DataFrame) -> f.Pickled[Pipeline]:
    """Fit one model to all that it may see."""
    return model_of(candidate).fit(wines.drop(columns=KIND), wines[KIND])


@f.task
def judge(model: f.Pickled[Pipeline], wines: pd.DataFrame) -> pd.DataFrame:
    """Count what the model takes which cultivar for, among wines that it has never seen."""
    found = confusion_matrix(wines[KIND], model.predict(wines.drop(columns=KIND)))
    return pd.DataFrame(found, index=model.classes_, columns=model.classes_)


@f.task
def plot(table: pd.DataFrame) -> bytes:
    """Draw a curve for each kind of model; the same table gives the same bytes."""
    figure = Figure(figsize=(7, 3), layout="constrained")
    panels = figure.subplots(1, table["model"].nunique(), sharey=True)
    for panel, (kind, rows) in zip(panels, table.groupby("model", sort=True), strict=True):
        curve = rows.sort_values("parameter")
        panel.errorbar(curve["parameter"], curve["accuracy"], curve["spread"], marker="o")
        panel.set(xscale="log", xlabel="parameter", title=kind)
    panels[0].set_ylabel("accuracy")
    drawn = io.BytesIO()
    # Names of parts come from the salt, not from chance; the date is left out.
    with rc_context({"svg.hashsalt": "wine", "svg.fonttype": "none"}):
        figure.savefig(drawn, format="svg", metadata={"Date": None})
    return drawn.getvalue()


@f.task
def report(chosen: Candidate, table: pd.DataFrame, confusion: pd.DataFrame) -> str:
    """Write what was found, as Markdown."""
    counts = confusion.to_numpy()
    return f"""# Which cultivar is this wine of?

Chosen: **{chosen.kind}** with the parameter {chosen.parameter:g}. It names {counts.trace()} of
{counts.sum()} wines rightly that it has never seen:

{_markdown(confusion.reset_index(names="is / is taken for"))}

All models, cross-validated:

{_markdown(table.round(3))}

![Accuracy against the parameter]({PLOT})
"""


def _markdown(table: pd.DataFrame) -> str:
    rule: list[object] = ["---"] * len(table.columns)
    lines: list[list[object]] = [[*table], rule, *table.to_numpy().tolist()]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def main() -> None:
    """Build the graph, have it computed, and write what it gives."""
    with f.Fun():
        wines = clean(read(f.put_file(DATA)))
        train, test = f.py(split, wines)
        grid = [Candidate(kind, each) for kind, several in GRID.items() for each in several]
        scores = f.map_each(partial(score, wines=train), grid)
        chosen, table = best(scores), tabulate(scores)
        model = fit(chosen, train)
        written = {
            REPORT: report(chosen, table, judge(model, test)),
            PLOT: plot(table),
            MODEL: model,
        }
        f.execute(*written.values())
        f.wait_for(*written.values())
        for path, artefact in written.items():
            f.takeout(artefact, path)
        print(f.take(table).round(3).to_string(index=False))
        print(f.take(chosen))


if __name__ == "__main__":
    main()
