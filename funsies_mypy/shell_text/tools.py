"""Programs whose use of files is known from their arguments: POSIX's, and a few beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

Operands: TypeAlias = Literal["none", "read", "write", "make", "in out", "copy", "pack"]
"""What a program does with its operands.

They are read, or written; ``make``: they are directories afterwards;
``in out``: the first is read, the second written; ``copy``: the last becomes the others;
``pack``: each gets another name.
"""


@dataclass(frozen=True, slots=True)
class Tool:
    """How a program reads its arguments.

    An option that is not listed makes all of the command unknown: it may take a value, or
    write a file.

    Attributes:
        operands: what becomes of what is not an option.
        flags: options of one letter without a value.
        valued: options of one letter with a value.
        long: long options; those with a value end in ``=``.
        reads: options (of either kind) whose value is a file that is read.
        writes: options whose value is a file that is written.
        skipped: the number of operands at the beginning that are no files.
        instead: options whose value takes the place of these operands.
    """

    operands: Operands
    flags: str = ""
    valued: str = ""
    long: str = ""
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    skipped: int = 0
    instead: tuple[str, ...] = ()

    @property
    def long_flags(self) -> frozenset[str]:
        """Long options without a value."""
        return frozenset(each for each in self.long.split() if not each.endswith("="))

    @property
    def long_valued(self) -> frozenset[str]:
        """Long options with a value."""
        return frozenset(each[:-1] for each in self.long.split() if each.endswith("="))

    @property
    def may_write_by_option(self) -> bool:
        """Whether a word that is not known may be an option that writes a file."""
        return bool(self.writes) or self.operands not in {"none", "read"}


_DIGITS: Final = "0123456789"
_SUM: Final = Tool("read", "btz", long="binary text zero tag")
_GREP: Final = Tool(
    "read",
    "EFGPHLVchilnoqsvwxyzaUZ" + _DIGITS,
    "ABCefm",
    "extended-regexp fixed-strings basic-regexp perl-regexp ignore-case invert-match count"
    " word-regexp line-regexp only-matching quiet silent no-filename with-filename"
    " line-number text regexp= file= after-context= before-context= context= max-count="
    " files-with-matches files-without-match no-messages color= null",
    reads=("f", "file"),
    skipped=1,
    instead=("e", "f", "regexp", "file"),
)
_SED: Final = Tool(
    "read",
    "nErsuz",
    "efl",
    "quiet silent regexp-extended expression= file= separate null-data posix sandbox",
    reads=("f", "file"),
    skipped=1,
    instead=("e", "f", "expression", "file"),
)
_AWK: Final = Tool(
    "read",
    "",
    "Fvf",
    "field-separator= assign= file=",
    reads=("f", "file"),
    skipped=1,
    instead=("f", "file"),
)
_PACK: Final = Tool(
    "pack",
    "cdkfnqtv" + _DIGITS,
    "",
    "stdout decompress uncompress keep force best fast quiet verbose no-name test",
)
_CAT: Final = Tool("read", "AbeEnstTuv", long="number number-nonblank squeeze-blank show-all")

_TOOLS: Final[Mapping[str, Tool]] = {
    "cat": _CAT,
    "tac": Tool("read", "br", "s", "before regex separator="),
    "rev": Tool("read"),
    "nl": Tool("read", "p", "abdfhilnsvw"),
    "od": Tool("read", "bcdfhilosxav", "AjNStw"),
    "head": Tool("read", "qvz" + _DIGITS, "nc", "lines= bytes= quiet silent verbose"),
    "tail": Tool("read", "qvz" + _DIGITS, "nc", "lines= bytes= quiet silent verbose"),
    "wc": Tool("read", "clLmw", long="bytes chars lines words max-line-length"),
    "cut": Tool(
        "read",
        "nsz",
        "bcdf",
        "bytes= characters= delimiter= fields= only-delimited complement output-delimiter=",
    ),
    "paste": Tool("read", "sz", "d", "delimiters= serial"),
    "join": Tool("read", "iz", "aejotv12", "header check-order nocheck-order ignore-case"),
    "comm": Tool("read", "123z", long="check-order nocheck-order output-delimiter= total"),
    "cmp": Tool("read", "bls", "in", "silent quiet verbose bytes="),
    "diff": Tool("read", "abBcdeEinpqsuwyZ" + _DIGITS, "CIUW", "brief unified side-by-side"),
    "fold": Tool("read", "bs", "w", "width= spaces bytes"),
    "fmt": Tool("read", "cstu", "wgp", "width="),
    "pr": Tool("read", "adFfmprtT" + _DIGITS, "ehilnosw"),
    "expand": Tool("read", "i", "t", "tabs= initial"),
    "unexpand": Tool("read", "a", "t", "tabs= all first-only"),
    "column": Tool("read", "tnex", "csoN"),
    "strings": Tool("read", "a", "nt"),
    "tsort": Tool("read"),
    "shuf": Tool("read", "rz", "n", "head-count= repeat random-source=", ("random-source",)),
    "base64": Tool("read", "di", "w", "decode wrap= ignore-garbage"),
    "sort": Tool(
        "read",
        "bcCdfghimMnrRsuVz",
        "kotST",
        "output= key= field-separator= unique reverse numeric-sort stable check merge"
        " version-sort general-numeric-sort human-numeric-sort ignore-case parallel="
        " buffer-size= temporary-directory= dictionary-order month-sort random-sort"
        " random-source= zero-terminated",
        reads=("random-source",),
        writes=("o", "output"),
    ),
    "uniq": Tool(
        "in out",
        "cdDiuz",
        "fsw",
        "count repeated unique ignore-case skip-fields= skip-chars= check-chars= all-repeated",
    ),
    "cksum": Tool("read"),
    "sum": Tool("read", "rs"),
    **dict.fromkeys(("md5sum", "sha1sum", "sha224sum", "sha256sum", "sha384sum"), _SUM),
    **dict.fromkeys(("sha512sum", "b2sum"), _SUM),
    **dict.fromkeys(("grep", "egrep", "fgrep", "zgrep"), _GREP),
    "sed": _SED,
    **dict.fromkeys(("awk", "gawk", "mawk"), _AWK),
    "jq": Tool(
        "read",
        "rcsnSejaM",
        "f",
        "raw-output compact-output slurp null-input sort-keys exit-status raw-input"
        " tab from-file=",
        reads=("f", "from-file"),
        skipped=1,
        instead=("f", "from-file"),
    ),
    "bc": Tool("read", "lqsw", long="mathlib quiet"),
    **dict.fromkeys(("zcat", "bzcat", "xzcat", "zstdcat"), Tool("read", "fqv")),
    "tee": Tool("write", "aip", long="append"),
    "touch": Tool("write", "acfhm", "dt", "date= no-create"),
    "truncate": Tool("write", "co", "s", "size="),
    "mkdir": Tool("make", "pv", "m", "parents mode= verbose"),
    "cp": Tool(
        "copy", "fipnuvdLPH", long="force interactive no-clobber preserve verbose update"
    ),
    "mv": Tool("copy", "finuv", long="force interactive no-clobber verbose update"),
    "ln": Tool("copy", "sfnvLPr", long="symbolic force no-dereference relative verbose"),
    **dict.fromkeys(("gzip", "gunzip", "bzip2", "bunzip2"), _PACK),
    **dict.fromkeys(
        ("rm", "rmdir"), Tool("none", "frivRdp", long="force recursive verbose parents")
    ),
    **dict.fromkeys(
        ("chmod", "chown", "chgrp"),
        Tool("none", "Rvfcrwxugoast,=+" + _DIGITS, long="recursive"),
    ),
}

_WITHOUT_FILES: Final = """
    : true false echo printf seq sleep date basename dirname expr pwd nproc hostname uname
    whoami id wait exit set shopt umask ulimit export type read unset shift break continue
    return printenv yes kill tr factor numfmt hash times getopts let declare local readonly
    typeset test [ which logname tty df du
"""
"""They do nothing to files, whatever their arguments are."""

SEES_ALL: Final = frozenset({"ls", "du"})
"""They read what is there without naming it."""

FREE: Final = frozenset(_WITHOUT_FILES.split()) | SEES_ALL
"""Their options need not be known."""

PREFIXES: Final = frozenset({"command", "exec", "nohup", "time"})
"""The command is what comes behind."""

TOOLS: Final[Mapping[str, Tool]] = MappingProxyType(
    {**dict.fromkeys(FREE, Tool("none")), **_TOOLS}
)
