"""A small simulation code: the two-dimensional Ising model, by the Metropolis method.

Usage: python3 ising.py INPUT

It reads ``size``, ``temperature``, ``sweeps`` and ``seed`` from a file of lines
``key = value``, and writes ``magnetisation.csv``: the magnetisation after each sweep.
"""

import math
import random
import sys
from pathlib import Path


def read_input(text: str) -> dict[str, float]:
    """Read lines ``key = value``; what follows a # is a comment."""
    pairs = [line.partition("#")[0].split("=") for line in text.splitlines()]
    return {pair[0].strip(): float(pair[1]) for pair in pairs if len(pair) > 1}


def simulate(size: int, temperature: float, sweeps: int, seed: int) -> list[float]:
    """Begin with all spins up; return the magnetisation after each sweep."""
    chance = random.Random(seed).random  # noqa: S311 - physics, not cryptography
    spins = [[1] * size for _ in range(size)]
    accepted = {energy: math.exp(-energy / temperature) for energy in (-8, -4, 0, 4, 8)}
    magnetisations = []
    for _ in range(sweeps):
        for row in range(size):
            above, below = spins[row - 1], spins[(row + 1) % size]
            here = spins[row]
            for column in range(size):
                neighbours = (
                    above[column] + below[column] + here[column - 1] + here[(column + 1) % size]
                )
                if chance() < accepted[2 * here[column] * neighbours]:
                    here[column] = -here[column]
        magnetisations.append(sum(map(sum, spins)) / size**2)
    return magnetisations


def main() -> None:
    """Run one simulation."""
    given = read_input(Path(sys.argv[1]).read_text())
    magnetisations = simulate(
        size=int(given["size"]),
        temperature=given["temperature"],
        sweeps=int(given["sweeps"]),
        seed=int(given["seed"]),
    )
    lines = [f"{sweep},{value:.6f}" for sweep, value in enumerate(magnetisations, 1)]
    Path("magnetisation.csv").write_text("\n".join(["sweep,magnetisation", *lines, ""]))


if __name__ == "__main__":
    main()
