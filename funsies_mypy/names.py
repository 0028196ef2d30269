"""All qualified names that the plugin knows, in one place."""

from __future__ import annotations

from typing import Final

PACKAGE: Final = "funsies."
ARTEFACT: Final = "funsies.builder.artefact.Artefact"
BIND: Final = f"{ARTEFACT}.bind"
LASH: Final = f"{ARTEFACT}.lash"
MAP: Final = f"{ARTEFACT}.map"

PICKLED: Final = "funsies.core.encoding.pickled.Pickled"

REDUCE: Final = "funsies.builder.python.reduce"
MORPH: Final = "funsies.builder.python.morph"
PY: Final = "funsies.builder.several.py"
MAP_EACH: Final = "funsies.builder.fan_out.map_each"
SAC: Final = "funsies.builder.fan_out.sac"
GATHER: Final = "funsies.builder.collect.gather"
TEMPLATE: Final = "funsies.builder.template.template"

SHELL: Final = "funsies.builder.shell.shell"
TASK: Final = "funsies.builder.task.Task"
TASK_CALL: Final = f"{TASK}.__call__"
TASK_DECORATOR: Final = "funsies.builder.task.task"
STRICT_DECORATOR: Final = f"{TASK_DECORATOR}.<strict>"
OPEN_DECORATOR: Final = f"{TASK_DECORATOR}.<strict or lenient>"
LENIENT_DECORATOR: Final = f"{TASK_DECORATOR}.<lenient>"
TAKE_OPTIONS: Final = (
    REDUCE,
    MORPH,
    PY,
    MAP_EACH,
    SAC,
    GATHER,
    TEMPLATE,
    SHELL,
    TASK_DECORATOR,
)

SHELL_OUTPUT: Final = "funsies.builder.shell_output.ShellOutput"
INPUT_FILE: Final = "funsies.builder.shell_output.InputFiles.__getitem__"
OUTPUT_FILE: Final = "funsies.builder.shell_output.OutputFiles.__getitem__"
ONE_COMMAND: Final = {each: f"{each}s" for each in ("stdout", "stderr", "returncode")}
"""Properties that only make sense for one command, and what to use for several."""

SHAPE: Final = "funsies.core.shape.Shape"
ANNOTATED: Final = frozenset({"typing.Annotated", "typing_extensions.Annotated"})
DICT_ITEM: Final = "builtins.dict.__getitem__"
COMMIT: Final = "funsies.parametric.commit"
RECALL: Final = "funsies.parametric.recall"
STEP_OPTIONS_DICT: Final = "funsies.core.own_options.StepOptions"
STEP_OPTIONS: Final = (
    *("queue", "priority", "timeout_seconds", "retries", "retry_delay_seconds", "lost_retries"),
    *("distributed", "evaluate", "reset", "isolated", "fresh_directory"),
    *("max_output_bytes", "copy_inputs"),
)
"""What a step is given by keyword."""

OPTIONS: Final = "funsies.session.fun.options"
OPTIONS_CLASS: Final = "funsies.core.options.Options"
EXECUTE: Final = frozenset({"funsies.client.execution.execute", "funsies.utils.execute_all"})
ASKING: Final = EXECUTE | {
    "funsies.client.execution.wait_for",
    "funsies.client.files.takeout",
    "funsies.client.forgetting.reset",
}
"""Need a server."""
BUILDING: Final = frozenset(
    {REDUCE, MORPH, PY, MAP_EACH, SAC, TEMPLATE, SHELL, "funsies.builder.collect.gather"}
    | {"funsies.builder.artefact.put", "funsies.client.files.put_file"}
    | {"funsies.client.files.put_dir"}
    | {f"funsies.utils.{each}" for each in ("concat", "truncate", "stop_if", "not_empty")}
)
"""Add steps, or constants."""
FUN: Final = frozenset({"funsies.session.fun.Fun", "funsies.local.managed.ManagedFun"})
REGISTER_CODEC: Final = "funsies.core.encoding.registration.register_codec"
ANY_VALUE: Final = "funsies.builder.value.Value"
PUT: Final = "funsies.builder.artefact.put"

TAKE_NO_OPTIONS: Final = (
    *FUN,
    PUT,
    "funsies.client.execution.execute",
    "funsies.client.execution.wait_for",
    "funsies.client.values.take",
)
"""Functions that are sometimes given options of steps."""

ERROR: Final = "funsies.core.errors.Error"
RESULT: Final = "returns.result.Result"
SUCCESS: Final = "returns.result.Success"
FAILURE: Final = "returns.result.Failure"
ANY: Final = "builtins.any"
ALL: Final = "builtins.all"
BOOL: Final = "builtins.bool"
FILTER: Final = "builtins.filter"
ISINSTANCE: Final = "builtins.isinstance"
JSON_DUMP: Final = "json.dump"
JSON_DUMPS: Final = "json.dumps"
PARTIAL: Final = "functools.partial"
STR: Final = "builtins.str"
STR_FORMAT: Final = "builtins.str.format"
MUTABLE: Final = frozenset(
    [f"builtins.{each}" for each in ("list", "dict", "set", "bytearray")]
    + [f"collections.{each}" for each in ("deque", "Counter", "OrderedDict", "defaultdict")]
)
"""Containers that can be changed in place."""

COMMON: Final = frozenset(
    f"builtins.{each}" for each in ("print", "len", "list.append", "list.__getitem__")
)
"""What often stands below something wrong, and belongs to no other plugin."""
