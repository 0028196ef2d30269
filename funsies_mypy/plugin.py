"""The plugin: which hook answers for which name. Nothing else is decided here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from mypy.plugin import (
    FunctionContext,
    FunctionSigContext,
    Plugin,
)
from mypy.types import FunctionLike, Type
from typing_extensions import override

from . import names
from .guard import guarded
from .hooks import steps

FunctionHook = Callable[[FunctionContext], Type]
SignatureHook = Callable[[FunctionSigContext], FunctionLike]

SIGNATURES: Final[dict[str, SignatureHook]] = {
    names.REDUCE: steps.open_reduce,
    names.MORPH: steps.open_reduce,
    names.PY: steps.open_py,
}

FUNCTIONS: Final[dict[str, FunctionHook]] = {
    names.REDUCE: steps.check_reduce,
    names.MORPH: steps.check_reduce,
    names.PY: steps.check_py,
}


class FunsiesPlugin(Plugin):
    """Looks up hooks by the names of what is called."""

    @override
    def get_function_signature_hook(self, fullname: str) -> SignatureHook | None:
        hook = SIGNATURES.get(fullname)
        return hook and guarded(hook, lambda context: context.default_signature)

    @override
    def get_function_hook(self, fullname: str) -> FunctionHook | None:
        hook = FUNCTIONS.get(fullname)
        return hook and guarded(hook, lambda context: context.default_return_type)


def plugin(version: str) -> type[FunsiesPlugin]:
    """What mypy calls to get the plugin.

    Args:
        version: of mypy.
    """
    del version
    return FunsiesPlugin
