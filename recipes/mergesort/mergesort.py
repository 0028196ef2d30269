"""Merge sort whose every split and every merge is a step: recursion that errors end.

Usage: funsies run recipes/mergesort/mergesort.py
"""

from collections.abc import Sequence

from returns.result import Result

import funsies as f

LENGTH = 120


def halves(numbers: list[int]) -> list[list[int]]:
    """Split a list in two; one that is too short for that is an error."""
    middle = len(numbers) // 2
    if middle == 0:
        raise ValueError("a list of one number cannot be split")
    return [numbers[:middle], numbers[middle:]]


def merge(left: list[int], right: list[int]) -> list[int]:
    """Merge two sorted lists into one."""
    merged: list[int] = []
    while left and right:
        merged.append((left if left[0] <= right[0] else right).pop(0))
    return merged + left + right


def merge_sorted(parts: Sequence[f.Artefact[list[int]]]) -> f.Artefact[list[int]]:
    """Add the step that merges both halves."""
    left, right = parts
    return f.reduce(merge, left, right)


def merged_or_given(
    merged: Result[list[int], f.Error], given: Result[list[int], f.Error]
) -> list[int]:
    """Take what was merged; where splitting was an error, the list itself is sorted."""
    return merged.value_or(given.unwrap())


def merge_sort(numbers: f.Artefact[list[int]]) -> f.Artefact[list[int]]:
    """Add the steps that sort a list, however long it turns out to be."""
    merged = f.dynamic.sac(halves, merge_sort, merge_sorted, numbers)
    return f.reduce(merged_or_given, merged, numbers, strict=False)


def main() -> None:
    """Sort numbers that are always the same, so that a second run has nothing to do."""
    numbers = [position * 7919 % 1009 for position in range(LENGTH)]
    with f.Fun():
        result = merge_sort(f.put(numbers))
        f.execute(result)
        f.wait_for(result)
        print(*f.take(result))


if __name__ == "__main__":
    main()
