"""A small screening: the program that is shown in the pictures of the documentation."""

import time

import funsies as f

SAMPLES = ["S1", "S2", "S3", "S4", "S5", "S6"]
SECONDS = 1.0
SCALE = 2.0
LARGEST = 11.0


def scaled(number: float) -> float:
    """Called by ``measure``: editing it makes that run again."""
    return SCALE * number


@f.task
def measure(sample: str) -> float:
    """Take a while."""
    time.sleep(SECONDS)
    return scaled(int(sample[1:]))


@f.task
def fit(value: float, degree: int) -> float:
    """Fail for one sample."""
    if value > LARGEST:
        raise ValueError(f"no fit of degree {degree} through {value}")
    return value**degree


@f.task(strict=False)
def table(*values: f.Result[float, f.Error]) -> str:
    """Use what is there."""
    return "\n".join(str(value.value_or("failed")) for value in values)


with f.Fun():
    fits = [fit(measure(sample), degree=2) for sample in SAMPLES]
    header = f.shell("echo fits:")
    f.execute(table(*fits), header.stdout)
