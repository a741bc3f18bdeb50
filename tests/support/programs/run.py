"""Python programs, run in this process: each process would import the client anew."""

import io
import runpy
import sys
import warnings
from contextlib import redirect_stdout

import pytest


def python(*arguments: str, typed: str = "") -> str:
    """Standard output of `python` with these arguments. Raises what the program raises, and AssertionError if it fails.

    `typed` is its standard input. Warnings are errors, as in every test.
    """
    output = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings(), redirect_stdout(output):
        warnings.filterwarnings("ignore", category=RuntimeWarning, module="runpy")  # a test may have imported it too
        patch.setattr(sys, "stdin", io.StringIO(typed))
        try:
            match arguments:
                case "-c", source:
                    exec(compile(source, "<string>", "exec"), {"__name__": "__main__"})
                case "-m", module, *rest:
                    patch.setattr(sys, "argv", [module, *rest])
                    runpy.run_module(module, run_name="__main__", alter_sys=True)
                case path, *rest:
                    patch.setattr(sys, "argv", [path, *rest])
                    runpy.run_path(path, run_name="__main__")
        except SystemExit as end:
            if end.code:
                raise AssertionError(output.getvalue()) from end
    return output.getvalue()
