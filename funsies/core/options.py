"""How an operation is run. Options are never part of its identity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import msgspec

from .digest import Digest, content_digest
from .durations import LONGEST_DELAY_SECONDS
from .errors import OptionError
from .former_names import former_keywords, former_members

DEFAULT_QUEUE: Final = "default"

INFINITE: Final = -1
"""``timeout=INFINITE`` of ``options``: no limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How an operation is run.

    Attributes:
        queue: name of the queue; workers say which queues they serve.
        priority: operations of higher priority start first.
        timeout_seconds: longest run time of the step's own code, or commands, in one attempt;
            None for no limit.
        retries: how often an operation that failed by itself is started again.
        retry_delay_seconds: pause before such a retry.
        lost_retries: how often it is started again after its worker was lost.
        distributed: False runs it in the process that executes it, without workers.
        evaluate: False takes a result that is at hand and computes nothing.
        reset: True forgets earlier results when it is executed.
        isolated: True has a worker run it in a fresh process of its own. A program that runs
            steps itself, as with ``memory://``, runs it in its own process.
        fresh_directory: True runs a Python step in an empty directory, as shell steps always
            are; it is removed afterwards. False runs it where the worker was started, or the
            program that runs it itself.
        env: variables added to the environment, not part of the identity: for secrets and
            thread counts.
        max_output_bytes: longest standard output or error kept of a shell command; more is an
            error.
        copy_inputs: True gives a shell step copies of large input files that it may change;
            otherwise they may be links to the data store's own, which are read-only.
    """

    queue: str = DEFAULT_QUEUE
    priority: int = 0
    timeout_seconds: float | None = None
    retries: int = 0
    retry_delay_seconds: float = 0.0
    lost_retries: int = 2
    distributed: bool = True
    evaluate: bool = True
    reset: bool = False
    isolated: bool = False
    fresh_directory: bool = False
    env: Mapping[str, str] = field(default_factory=dict)
    max_output_bytes: int | None = None
    copy_inputs: bool = False

    def __post_init__(self) -> None:
        """Check every value, and keep a copy of the environment.

        Raises:
            OptionError: if a value makes no sense.
        """
        check_queue(self.queue)
        _check_number("priority", self.priority, int)
        _check_number("timeout_seconds", self.timeout_seconds, float, above=0)
        _check_number("retries", self.retries, int, least=0, most=_MOST_RETRIES)
        _check_number("retry_delay_seconds", self.retry_delay_seconds, float, least=0)
        _check_number("lost_retries", self.lost_retries, int, least=0, most=_MOST_RETRIES)
        _check_number("max_output_bytes", self.max_output_bytes, int, least=0, most=_MOST)
        for name in _TRUTHS:
            _check_truth(name, getattr(self, name))
        object.__setattr__(self, "env", _checked_environment(self.env))

    @property
    def timeout(self) -> float:
        """The same as ``timeout_seconds``, but -1 for no limit, as in funsies 0.8."""
        return INFINITE if self.timeout_seconds is None else self.timeout_seconds

    @property
    def retry_delay_ms(self) -> int:
        """Pause before a retry, milliseconds."""
        return round(1000 * min(self.retry_delay_seconds, LONGEST_DELAY_SECONDS))

    def __hash__(self) -> int:
        """Hash by content, the environment included."""
        return hash(encode_options(self))


_FORMER_OPTIONS: Final = {
    "timeout": "write timeout_seconds; options(timeout=...) takes it, too",
    **dict.fromkeys(
        ("ttl", "result_ttl", "failure_ttl"), "leave it out: no request and no result expires"
    ),
    "serializer": "leave it out: RQ gets JSON only",
}

former_members(
    Options,
    "Options",
    {name: edit for name, edit in _FORMER_OPTIONS.items() if name != "timeout"}
    | dict.fromkeys(
        ("job_args", "task_args", "queue_args"),
        "leave it out; options are looked at as fields: options.queue, options.distributed",
    )
    | {
        "pack": "write dataclasses.asdict(options)",
        "unpack": "write Options(**fields), with what dataclasses.asdict(options) gave",
    },
)

if not TYPE_CHECKING:
    Options.__init__ = former_keywords(1, **_FORMER_OPTIONS)(Options.__init__)


_TRUTHS: Final = (
    "distributed",
    "evaluate",
    "reset",
    "isolated",
    "fresh_directory",
    "copy_inputs",
)


def _check_number(
    name: str,
    value: Any,
    kind: type[int | float],
    *,
    least: float | None = None,
    above: float | None = None,
    most: float | None = None,
) -> None:
    if value is None and name in _MAY_BE_NONE:
        return
    accepted = (int,) if kind is int else (int, float)
    if isinstance(value, bool) or not isinstance(value, accepted):
        wanted = "a whole number" if kind is int else "a number"
        raise OptionError(f"{name} is {wanted}, not {value!r}")
    if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124 - NaN differs
        raise OptionError(f"{name} is a finite number, not {value!r}{_no_limit(name)}")
    if kind is float and isinstance(value, int) and value > _MOST:
        raise OptionError(f"{name} is at most {_MOST}, not {value!r}{_no_limit(name)}")
    if most is not None and value > most:
        raise OptionError(f"{name} is at most {most}, not {value!r}{_no_limit(name)}")
    if least is not None and value < least:
        raise OptionError(f"{name} is {least} or more, not {value!r}")
    if above is not None and value <= above:
        raise OptionError(f"{name} is more than {above}, not {value!r}{_no_limit(name)}")


_MOST: Final = 2**63 - 1
_MOST_RETRIES: Final = 1_000_000_000

_MAY_BE_NONE: Final = ("timeout_seconds", "max_output_bytes")


def _no_limit(name: str) -> str:
    return "; None means no limit" if name in _MAY_BE_NONE else ""


def _check_truth(name: str, value: object) -> None:
    if not isinstance(value, bool):
        raise OptionError(f"{name} is True or False, not {value!r}")


def _checked_environment(env: object) -> Mapping[str, str]:
    if not isinstance(env, Mapping):
        raise OptionError(f"env is a mapping of names to texts, not {env!r}")
    for name, value in env.items():
        if not isinstance(name, str) or not name or "=" in name or "\0" in name:
            raise OptionError(f"{name!r} in env= cannot name an environment variable")
        if not isinstance(value, str) or "\0" in value:
            raise OptionError(f"the value of {name!r} in env= must be a text without NUL")
        if not (name + value).isascii():
            try:
                (name + value).encode()
            except UnicodeEncodeError:
                raise OptionError(f"{name!r} in env= is not valid Unicode") from None
    return dict(env)


MAX_REMEMBERED: Final = 1000

_encoded: dict[int, tuple[Options, bytes, Digest]] = {}
"""Options with their encoding and its address, by identity: the options are kept, so that no
other has it."""


def encode_options(options: Options) -> bytes:
    """Encode options as JSON, with sorted keys.

    The last ones are remembered: most steps of a workflow share the same options.
    """
    return encoded_options(options)[0]


def encoded_options(options: Options) -> tuple[bytes, Digest]:
    """The same, and the address under which they are stored."""
    known = _encoded.get(id(options))
    if known is not None and known[0] is options:
        return known[1:]
    data = msgspec.json.encode(options, order="sorted")
    address = options_digest(data)
    if len(_encoded) >= MAX_REMEMBERED:
        _encoded.clear()
    _encoded[id(options)] = (options, data, address)
    return data, address


def decode_options(data: bytes) -> Options:
    """Read options back.

    Raises:
        msgspec.MsgspecError: if the bytes are not those of options.
    """
    return msgspec.json.decode(data, type=Options)


def options_digest(data: bytes) -> Digest:
    """Address under which encoded options are stored."""
    return content_digest(data)


LONGEST: Final = 100
"""Characters of a name."""


def check_queue(name: object) -> str:
    """Return the name of a queue if it can be one.

    Args:
        name: as the user gives it.

    Raises:
        OptionError: if it cannot.

    >>> check_queue("gpu")
    'gpu'
    """
    if not isinstance(name, str):
        raise OptionError(f"queue is a name, not {name!r}")
    if len(name) > LONGEST:
        raise OptionError(
            f"the name of a queue has at most {LONGEST} characters, not {len(name)}"
        )
    if not name or name.startswith("-") or "@" in name or " " in name or not is_plain(name):
        raise OptionError(
            f"{name!r} cannot name a queue; take letters, digits, dots and dashes, and begin "
            "with no dash"
        )
    return name


def is_plain(name: str) -> bool:
    """True for a name without blanks and control characters."""
    return name.isprintable() and not any(each.isspace() for each in name)
