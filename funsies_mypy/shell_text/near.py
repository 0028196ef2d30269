"""Names that are so like each other that one of them is a slip of the pen."""

from __future__ import annotations

import re
from typing import Final

_EXTENSIONS: Final = """
    a aux avi bai bam bcf bed bib bin bmp bz2 c cc cfg chk cif com conf cpp crai cram csi
    csv cxx d dat db dict doc eps err fa fai fas faa fastq fchk ffn fna fq gbk gbw gff gff3
    gif gro gtf gz gzi h hdf hdf5 hh hpp html idx ini inp int ipynb itp jpeg jpg js json key
    ks la lib lis log lock lua mae md mdp mp3 mp4 mol mol2 nc npy npz o obj old opt out pdb
    pdf pem pgm pkl pl png pnm ppm ps psf py qza r rds res root rst sam sdf sh so sql sub
    svg tar tbi tbl tex tgz tif tiff toc toml top tpr trr tsv txt vcf vtk wav xls xlsx xml
    xtc xyz xz yaml yml zip zst
"""
"""Of two names that differ in the extension, one whose extension is in use is no slip."""

_KNOWN: Final = frozenset(_EXTENSIONS.split())

_LABEL: Final = 2
"""Parts of names up to this length, as in ``run_a``, are names of their own."""

_LONG: Final = 8
"""From this length on two differences may be a slip."""


def is_near(name: str, other: str, *, differences: int = 1) -> bool:
    """Whether a name may have been meant to be another one.

    Args:
        name: what is declared.
        other: what is in the text.
        differences: up to how many letters more, less, other or exchanged.

    >>> is_near("sorted.tx", "sorted.txt"), is_near("result.csv", "results.csv")
    (True, True)
    >>> is_near("run_1.txt", "run_2.txt"), is_near("mol.bai", "mol.bam")
    (False, False)
    """
    if name == other or _without_digits(name) == _without_digits(other):
        return False
    if differences > 1 and min(len(name), len(other)) < _LONG:
        differences = 1
    if distance(name, other, differences) > differences:
        return False
    stem, extension = _split(name)
    other_stem, other_extension = _split(other)
    if stem == other_stem:
        return _is_slip_of_extension(extension, other_extension)
    return extension == other_extension and not _are_labels(stem, other_stem)


def _is_slip_of_extension(extension: str, other: str) -> bool:
    return extension.lower() == other.lower() or (
        extension.lower() not in _KNOWN and distance(extension, other, 1) <= 1
    )


def _are_labels(stem: str, other: str) -> bool:
    """Whether two stems differ in what tells files of a kind apart: ``run_a`` and ``run_b``."""
    parts, others = (re.findall(r"[^\W_]+", each) for each in (stem, other))
    if len(parts) != len(others):
        return abs(len(parts) - len(others)) > 1 or min(len(stem), len(other)) <= _LABEL
    return all(
        _is_label(*pair) for pair in zip(parts, others, strict=True) if len(set(pair)) > 1
    )


def _is_label(part: str, other: str) -> bool:
    is_short = max(len(part), len(other)) <= _LABEL
    return is_short or (len(part) == len(other) and part[:-1] == other[:-1])


def _without_digits(name: str) -> str:
    return re.sub(r"\d+", "0", name)


def _split(name: str) -> tuple[str, str]:
    stem, dot, extension = name.rpartition(".")
    return (stem, extension) if dot and stem else (name, "")


def distance(one: str, other: str, limit: int) -> int:
    """How many letters more, less, other or exchanged lead from one text to another.

    Args:
        one: a text.
        other: a text.
        limit: beyond it, any larger number will do.

    >>> distance("sorted", "sroted", 2), distance("a", "abc", 2), distance("a", "abcd", 2)
    (1, 2, 3)
    """
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    before, row = list[int](), list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, each in enumerate(other, 1):
            cost = min(before[j] + 1, row[-1] + 1, before[j - 1] + (letter != each))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == each:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
    return row[-1]
