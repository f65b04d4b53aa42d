"""Known vulnerabilities: what is expected when pip-audit finds some, finds none, and could not ask."""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from plantigrade import support

from tools.sbom import audit
from tools.sbom.audit import KNOWN, NOT_ASKED, Answer, ask, lines, pinned
from tools.sbom.errors import SbomError

FINE = {"name": "fine", "version": "1", "vulns": []}
HOLED = {"name": "holed", "version": "2", "vulns": [{"id": "PYSEC-2026-1", "fix_versions": ["2.1"]}]}
SKIPPED = {"name": "skipped", "skip_reason": "Dependency not found on PyPI and could not be audited"}


def in_its_place(folder: Path, dependencies: list[dict[str, Any]] | None) -> tuple[str, ...]:
    """A pip-audit that answers this, and says what it says on standard error in any case."""
    text = "" if dependencies is None else json.dumps({"dependencies": dependencies, "fixes": []})
    script = folder / "pip_audit.py"
    script.write_text(
        f"import sys\nprint('No known vulnerabilities found', file=sys.stderr)\nprint({text!r}, end='')\n"
    )
    return (sys.executable, str(script))


@pytest.mark.parametrize(
    ("dependencies", "requirements", "code", "expected"),
    [
        ([FINE], ["fine==1"], 0, "1 packages were looked up, 0 known vulnerabilities"),
        ([FINE, HOLED], ["fine==1", "holed==2"], KNOWN, "holed 2: PYSEC-2026-1, mended in 2.1"),
        ([FINE, SKIPPED], ["fine==1", "skipped==1"], NOT_ASKED, "1 packages could NOT be looked up"),
        ([HOLED, SKIPPED], ["holed==2", "skipped==1"], KNOWN, "1 packages could NOT be looked up"),
        ([FINE], ["fine==1", "lost==1"], NOT_ASKED, "lost==1: pip-audit did not mention it"),
        ([], [], NOT_ASKED, "0 packages were looked up"),
    ],
    ids=["nothing known", "one is known", "could not ask", "both", "forgotten", "nothing asked"],
)
def test_what_is_said(
    tmp_path: Path, dependencies: list[dict[str, Any]], requirements: list[str], code: int, expected: str
) -> None:
    answer = ask(requirements, in_its_place(tmp_path, dependencies))
    assert answer.exit_code == code
    assert any(expected in line for line in lines(answer))


def test_no_answer_is_no_good_news(tmp_path: Path) -> None:
    with pytest.raises(SbomError, match="gave no answer: No known"):
        ask(["fine==1"], in_its_place(tmp_path, None))


def test_all_that_is_installed_of_ours_is_asked_for() -> None:
    names = {line.partition("==")[0] for line in pinned()}
    assert {"numpy", "uvicorn", "pytest"} <= names and "plantigrade" not in names


def test_the_insoles_parts_are_named_for_a_look_up_by_hand() -> None:
    text = "\n".join(lines(Answer(0, (), ())))
    assert "cpe:2.3:a:arm:mbed_tls:" in text and "https://github.com/espressif/esp-nimble" in text


@pytest.mark.parametrize(("days", "warned"), [(60, True), (120, False)])
def test_dates_that_run_out_soon_are_told_with_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], days: int, warned: bool
) -> None:
    until = datetime.now(UTC).date() + timedelta(days=days)
    monkeypatch.setattr(support, "LINES", (support.Support("0.1", until),))
    monkeypatch.setattr(support, "REVIEWED", until)
    monkeypatch.setattr(audit, "ask", lambda _: Answer(1, (), ()))
    assert audit.main() == 0
    assert (f"security updates end on {until}" in capsys.readouterr().out) == warned
