"""What `plantigrade twin run --live` says, without the radio between."""

import numpy as np
import pytest

pytest.importorskip("bumble", reason="the twin's radio is not installed")

from plantigrade.gait.signals import Foot
from plantigrade.twin.body import Condition, draw_person, make_forces
from plantigrade.twin.electrical import FrontEnd
from plantigrade.twin.feeds import SEEDS
from plantigrade.twin.watch import RATE_HZ, Follower


@pytest.mark.slow
def test_a_flat_foot_is_told_in_patients_words_and_the_end_is_summed_up():
    person = draw_person(4)
    forces = make_forces((Condition("flat-foot", 3, "left"),), person, 270, 4)
    text: list[str] = []
    follower = Follower(person.weight_n, text.append, 0)
    counts = {foot: FrontEnd(SEEDS[foot.value]).counts(getattr(forces, foot.value), RATE_HZ) for foot in Foot}
    for start in range(0, len(forces.left), 500):
        part = slice(start, start + 500)
        for foot in Foot:
            time_s = np.arange(len(counts[foot]))[part] / RATE_HZ
            follower.add(foot, time_s, counts[foot][part])
        follower.step()
    follower.finish()
    alerts = [line for line in text if "low-arch" in line]
    assert len(alerts) == 1
    assert "The inner middle of your left foot carries more load" in alerts[0]
    assert text[-1].startswith(f"{len(text) - 1} alerts in 4.5 min of wear")
