"""Operations bound to their functions by name, one for one."""

import importlib
import inspect
import pkgutil
from collections.abc import Awaitable, Callable, Mapping
from types import ModuleType
from typing import TYPE_CHECKING

from threads_server.http.responses import EventStream, Response
from threads_server.openapi import Contract, ValidatedRequest

if TYPE_CHECKING:
    from threads_server.operations.services import Services

Function = Callable[[ValidatedRequest, "Services"], Awaitable[Response | EventStream]]

PARAMETERS = ["request", "services"]


class OperationMismatch(Exception):
    """The document and the functions differ; the text names each operation or function without its counterpart."""


def bind(contract: Contract, package: ModuleType | None = None) -> Mapping[str, Function]:
    """Find the function of each operation, by operationId.

    The operation `createThread` with the first tag `threads` is `create_thread(request, services)` in the module
    `threads` of `package` (threads_server.operations unless given). Every public coroutine function there that takes
    `request` and `services` counts as one. Raises OperationMismatch if an operation or a function is left over.
    """
    package = package or importlib.import_module("threads_server.operations")
    functions = {
        (module.__name__.rpartition(".")[2], name): function
        for module in _modules(package)
        for name, function in vars(module).items()
        if _does_an_operation(module, name, function)
    }
    bound: dict[str, Function] = {}
    problems: list[str] = []
    for operation in (endpoint.operation for endpoint in contract.endpoints.values()):
        function = functions.pop((operation.tag, operation.function), None)
        if function is None:
            problems.append(f"{operation.id} has no function {operation.tag}.{operation.function}")
        else:
            bound[operation.id] = function
    problems += [f"the function {module}.{name} belongs to no operation" for module, name in functions]
    if problems:
        raise OperationMismatch(f"openapi.yaml and the server's operations differ: {'; '.join(problems)}")
    return bound


def _modules(package: ModuleType) -> list[ModuleType]:
    names = [info.name for info in pkgutil.iter_modules(package.__path__)]
    return [importlib.import_module(f"{package.__name__}.{name}") for name in names]


def _does_an_operation(module: ModuleType, name: str, function: object) -> bool:
    return (
        not name.startswith("_")
        and inspect.iscoroutinefunction(function)
        and function.__module__ == module.__name__
        and list(inspect.signature(function).parameters) == PARAMETERS
    )
