"""From samples to messages: a place loaded without relief, through bridge, rules, apprise and a broker."""

from dataclasses import replace
from pathlib import Path

import pytest

from tools.measure_alert_path import CASES, walk
from tools.mosquitto.broker import NoBrokerError, mosquitto


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
async def test_a_critical_alert_reaches_phone_and_broker_within_a_second_of_being_known(
    tmp_path: Path,
) -> None:
    """Prescribed: 60 s above the limit. It is known within seconds after them, and returns later."""
    try:
        mosquitto()
    except NoBrokerError as error:
        pytest.skip(str(error))
    case = replace(CASES[-1], neutral_s=10.0, seconds=95.0)
    arrived, snoozed = await walk(case, tmp_path)
    assert {(one.event.rule, one.event.severity) for one in arrived} == {("sustained-pressure", "critical")}
    for one in arrived:
        assert 60.0 <= one.onset_to_known_s <= 75.0
        assert one.to_ntfy_s is not None and 0 < one.to_ntfy_s < 5.0
        assert one.to_mqtt_s is not None and 0 < one.to_mqtt_s < 1.0
    results = list(snoozed.values())
    assert results[0] == "not delivered: weight taken off; listed"
    assert [result.split(",")[0] for result in results[1:]] == ["delivered", "delivered"]
