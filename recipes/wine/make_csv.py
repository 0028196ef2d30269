"""Where wine.csv comes from: the wines that scikit-learn ships, with some dirt.

Usage: python make_csv.py > wine.csv
"""

import sys

import numpy as np
from sklearn.datasets import load_wine

CULTIVARS = ("barolo", "grignolino", "barbera")
MISSING, IMPOSSIBLE, TWICE = 25, 5, 8


def main() -> None:
    """Leave out some numbers, spoil others, write some names and some wines twice."""
    random = np.random.default_rng(1992)
    wines = load_wine(as_frame=True).frame
    names = [CULTIVARS[kind] for kind in wines.pop("target")]
    rows, columns = wines.shape
    for value, count in ((np.nan, MISSING), (-1.0, IMPOSSIBLE)):
        for row, column in zip(
            random.integers(rows, size=count), random.integers(columns, size=count), strict=True
        ):
            wines.iloc[row, column] = value
    wines.insert(0, "cultivar", names)
    for row in random.integers(rows, size=TWICE):
        wines.loc[row, "cultivar"] = f" {names[row].title()}"
    again = wines.iloc[random.integers(rows, size=TWICE)]
    for frame in (wines, again):
        frame.to_csv(sys.stdout, index=False, header=frame is wines)


if __name__ == "__main__":
    main()
