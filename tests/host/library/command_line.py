"""`plantigrade sessions` in this process."""

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from plantigrade.cli import Invocation
from plantigrade.library.commands import sessions


def run(data: Path, *texts: str, answer: str | None = None) -> Result:
    """Run a command on the library in a folder."""
    return CliRunner().invoke(sessions, list(texts), obj=Invocation(data=data), input=answer)


def reported(data: Path, *texts: str, answer: str | None = None) -> str:
    """What a command that succeeds writes to standard output."""
    result = run(data, *texts, answer=answer)
    assert result.exit_code == 0 and result.exception is None, (result.output, result.exception)
    return result.stdout


def document(data: Path, *texts: str) -> dict[str, Any]:
    """The JSON that a command writes, and nothing else."""
    return json.loads(reported(data, *texts, "--json", "-"))


def refused(data: Path, *texts: str) -> str:
    """The words of a failure that was foreseen."""
    from plantigrade.errors import PlantigradeError

    result = run(data, *texts)
    assert isinstance(result.exception, PlantigradeError), (result.output, result.exception)
    return str(result.exception)


def misused(data: Path, *texts: str) -> str:
    """The last line of a command that was used wrongly."""
    result = run(data, *texts)
    assert result.exit_code == 2, result.output
    return result.stderr.splitlines()[-1]
