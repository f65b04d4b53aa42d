"""A power cut in the middle of things: the library opens and proves, and the thing can be done again."""

from pathlib import Path

import pytest

from tests.host.library.interruptions import ACTIONS, problems
from tests.host.power_cut.plugin import Cut, PowerCut


@pytest.mark.parametrize("name", ACTIONS)
def test_a_cut_at_any_operation_leaves_a_sound_library(
    name: str, power_cut: PowerCut, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    action, data = ACTIONS[name], tmp_path / "data"
    for variable, value in action.environment.items():
        monkeypatch.setenv(variable, value)
    action.begin(data)

    def check(left: Path, cut: Cut) -> None:
        assert problems(action, left, cut.finished, swept=False) == []
        action.act(left)
        assert problems(action, left, finished=True) == []

    report = power_cut(data, lambda: action.act(data), check, most=10)
    print(f"{name}: {report.operations.total()} operations, {report.checked} of {report.states} states")
    assert report.operations["SQL"] >= 15 and report.states >= 9
