"""What can go wrong, as messages for the person who has to do something about it.

The text of every `PlantigradeError` is one line: what happened, to which file or insole, and what to do. The
command line prints that line on stderr and exits 1; everything else is a defect of ours and shows as one.
"""

from pathlib import Path


class PlantigradeError(Exception):
    """A failure that the person can understand and act on. `str(error)` is one line."""


class FileError(PlantigradeError):
    """A file that cannot be read or written as asked.

    Args:
        path: the file in question.
        problem: what is wrong, and what to do.
    """

    def __init__(self, path: Path | str, problem: str) -> None:
        super().__init__(f"{path}: {problem}")
        self.path = Path(path)
        self.problem = problem


class MissingPartError(PlantigradeError):
    """An optional part of Plantigrade is needed but not installed.

    Args:
        purpose: what needs it, as the subject of a sentence ("the demo").
        extra: name of the optional dependency group.
        module: the module that could not be imported.
    """

    def __init__(self, purpose: str, extra: str, module: str) -> None:
        super().__init__(
            f"{purpose} needs the Python module {module}, which is not installed; "
            f"install it with: pip install 'plantigrade[{extra}]'"
        )
        self.extra = extra
        self.module = module
