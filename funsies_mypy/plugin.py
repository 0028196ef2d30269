"""The plugin: which hook answers for which name. Nothing else is decided here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from mypy.nodes import MypyFile
from mypy.options import Options
from mypy.plugin import (
    AnalyzeTypeContext,
    AttributeContext,
    FunctionContext,
    FunctionSigContext,
    MethodContext,
    MethodSigContext,
    Plugin,
    ReportConfigContext,
)
from mypy.types import FunctionLike, Type
from typing_extensions import override

from . import codecs, names
from .configuration import read_configuration
from .guard import guarded, guarded_all
from .hooks import (
    annotated,
    containers,
    fan_out,
    gathers,
    lifting,
    narrowing,
    parametric,
    pointers,
    result_tests,
    shell,
    shell_inputs,
    steps,
    task_calls,
    tasks,
    template,
)
from .hooks.keywords import keywords_known, only_keywords, open_keywords, queues_known
from .hooks.misuse import HookT, watched
from .hooks.unused import check_fun, used

FunctionHook = Callable[[FunctionContext], Type]
FunctionSignatureHook = Callable[[FunctionSigContext], FunctionLike]
MethodHook = Callable[[MethodContext], Type]
MethodSignatureHook = Callable[[MethodSigContext], FunctionLike]
TypeHook = Callable[[AnalyzeTypeContext], Type]
AttributeHook = Callable[[AttributeContext], Type]

FUNCTION_SIGNATURES: Final[dict[str, FunctionSignatureHook]] = {
    names.REDUCE: steps.open_reduce,
    names.MORPH: steps.open_reduce,
    names.PY: steps.open_py,
    names.MAP_EACH: fan_out.open_map_each,
    names.SAC: fan_out.open_sac,
    names.SHELL: shell.open_shell,
    names.GATHER: gathers.open_gather,
    names.TASK_DECORATOR: tasks.open_decorator,
    **dict.fromkeys((names.TEMPLATE, *names.TAKE_NO_OPTIONS), open_keywords),
}

FUNCTIONS: Final[dict[str, FunctionHook]] = dict.fromkeys(
    names.TAKE_NO_OPTIONS, only_keywords
) | {
    names.REDUCE: used(keywords_known(steps.check_reduce)),
    names.MORPH: used(keywords_known(steps.check_reduce)),
    names.PY: used(keywords_known(steps.check_py)),
    names.MAP_EACH: used(keywords_known(fan_out.check_map_each)),
    names.SAC: used(keywords_known(fan_out.check_sac)),
    names.SHELL: used(keywords_known(shell.check_shell)),
    names.TEMPLATE: used(keywords_known(template.check_template)),
    names.GATHER: used(keywords_known(gathers.check_gather)),
    names.PARTIAL: task_calls.check_partial,
    names.PUT: keywords_known(pointers.check_put),
    names.STR: pointers.check_text,
    **dict.fromkeys(names.FUN, check_fun),
    names.BOOL: pointers.check_condition,
    names.ANY: pointers.check_conditions,
    names.ALL: pointers.check_conditions,
    names.FILTER: pointers.check_filter,
    names.JSON_DUMP: pointers.check_json,
    names.JSON_DUMPS: pointers.check_json,
    names.ISINSTANCE: result_tests.check_isinstance,
    names.TASK_DECORATOR: keywords_known(tasks.check_decorator),
    names.STRICT_DECORATOR: tasks.check_strict,
    names.LENIENT_DECORATOR: tasks.check_lenient,
    names.OPEN_DECORATOR: tasks.check_open,
    names.RECALL: parametric.check_recall,
    names.REGISTER_CODEC: codecs.check_register_codec,
}

METHOD_SIGNATURES: Final[dict[str, MethodSignatureHook]] = {
    names.MAP: containers.open_container,
    names.BIND: containers.open_container,
    names.LASH: containers.open_container,
    names.TASK_CALL: task_calls.open_call,
    names.OUTPUT_FILE: shell.open_output,
}

METHODS: Final[dict[str, MethodHook]] = {
    names.MAP: used(keywords_known(containers.check_map)),
    names.BIND: used(keywords_known(containers.check_bind)),
    names.LASH: used(keywords_known(containers.check_lash)),
    names.TASK_CALL: used(task_calls.check_call),
    names.INPUT_FILE: shell_inputs.check_input,
    names.OUTPUT_FILE: shell.check_output,
    f"{names.SUCCESS}.unwrap": narrowing.unwrapped,
    f"{names.FAILURE}.failure": narrowing.failed,
    names.STR_FORMAT: pointers.check_format,
    names.DICT_ITEM: parametric.check_output,
}

OPERATORS: Final[dict[str, MethodHook]] = {
    "__eq__": pointers.check_comparison,
    "__ne__": pointers.check_comparison,
}
"""Of any class."""

ATTRIBUTES: Final[dict[str, AttributeHook]] = (
    {
        f"{names.SHELL_OUTPUT}.{single}": shell.check_one_command(single, several)
        for single, several in names.ONE_COMMAND.items()
    }
    | {
        f"{names.SHELL_OUTPUT}.{several}": shell.check_each_command
        for several in names.ONE_COMMAND.values()
    }
    | {
        f"{names.SUCCESS}._inner_value": narrowing.matched_value,
        f"{names.FAILURE}._inner_value": narrowing.matched_error,
    }
)
ATTRIBUTES[f"{names.SHELL_OUTPUT}.inp"] = shell_inputs.check_inputs


class FunsiesPlugin(Plugin):
    """Looks up hooks by the names of what is called."""

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self._configuration = read_configuration(options.config_file)
        functions = dict(FUNCTIONS)
        if self._configuration.queues is not None:
            known = self._configuration.queues
            taking: dict[str, FunctionHook] = dict.fromkeys(
                (names.OPTIONS, names.OPTIONS_CLASS), only_keywords
            )
            taking |= {each: functions[each] for each in names.TAKE_OPTIONS}
            functions |= {each: queues_known(hook, known) for each, hook in taking.items()}
        self._function_signatures = guarded_all(FUNCTION_SIGNATURES, _signature)
        self._functions = _all_watched(functions, _return_type)
        self._method_signatures = guarded_all(METHOD_SIGNATURES, _signature)
        self._methods = _all_watched(METHODS, _return_type)
        self._attributes = _all_watched(ATTRIBUTES, _attribute_type)
        self._lift = guarded(lifting.open_lifting, _signature)
        self._operators = guarded_all(OPERATORS, _return_type)
        self._look_on = guarded(watched(_return_type), _return_type)
        self._look_at = guarded(watched(_attribute_type), _attribute_type)

    @override
    def get_type_analyze_hook(self, fullname: str) -> TypeHook | None:
        return annotated.keep_metadata if fullname in names.ANNOTATED else None

    @override
    def get_additional_deps(self, file: MypyFile) -> list[tuple[int, str, int]]:
        annotated.keep_metadata_of_aliases(file)
        return []

    @override
    def get_function_signature_hook(self, fullname: str) -> FunctionSignatureHook | None:
        return self._function_signatures.get(fullname) or self._lifting(fullname)

    @override
    def get_function_hook(self, fullname: str) -> FunctionHook | None:
        return self._functions.get(fullname, self._any_function(fullname))

    @override
    def get_method_signature_hook(self, fullname: str) -> MethodSignatureHook | None:
        return self._method_signatures.get(fullname) or self._lifting(fullname)

    @override
    def get_method_hook(self, fullname: str) -> MethodHook | None:
        return self._methods.get(fullname, self._any_method(fullname))

    @override
    def get_attribute_hook(self, fullname: str) -> AttributeHook | None:
        return self._attributes.get(fullname, self._any_attribute(fullname))

    def _lifting(self, fullname: str) -> Callable[[Any], FunctionLike] | None:
        is_lifting = lifting.is_lifting(self.lookup_fully_qualified(fullname))
        return self._lift if is_lifting else None

    def _any_function(self, fullname: str) -> FunctionHook | None:
        return self._look_on if _is_looked_on(fullname) else None

    def _any_attribute(self, fullname: str) -> AttributeHook | None:
        return self._look_at if fullname.startswith(names.PACKAGE) else None

    def _any_method(self, fullname: str) -> MethodHook | None:
        operator = self._operators.get(fullname.rpartition(".")[2])
        return operator or (self._look_on if _is_looked_on(fullname) else None)

    @override
    def report_config_data(self, ctx: ReportConfigContext) -> Any:
        return self._configuration.fingerprint()


def _is_looked_on(fullname: str) -> bool:
    return fullname.startswith(names.PACKAGE) or fullname in names.COMMON


def _all_watched(
    hooks: Mapping[str, Callable[[HookT], Type]], fallback: Callable[[HookT], Type]
) -> dict[str, Callable[[HookT], Type]]:
    """Guard all hooks of a table, and let them report conditions, too."""
    return guarded_all({name: watched(hook) for name, hook in hooks.items()}, fallback)


def _signature(context: FunctionSigContext | MethodSigContext) -> FunctionLike:
    return context.default_signature


def _return_type(context: FunctionContext | MethodContext) -> Type:
    return context.default_return_type


def _attribute_type(context: AttributeContext) -> Type:
    return context.default_attr_type


def plugin(version: str) -> type[FunsiesPlugin]:
    """What mypy calls to get the plugin.

    Args:
        version: of mypy.
    """
    del version
    return FunsiesPlugin
