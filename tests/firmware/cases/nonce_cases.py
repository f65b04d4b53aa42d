"""No two records of an insole share what its counter blocks begin with, wherever the power is lost
(PROTOCOL.md section 1.5): under one key that would show both."""

import workbench
from workbench import Workbench, power_cut

from insole.live import LiveQueue

NONCE_AT, NONCE_END = 4, 18


class Listening:
    """Every record that is made, whether it gets into the log or not: a host may have heard it."""

    def __init__(self):
        self.made = []
        self.hears = True
        self._publish = LiveQueue.publish

    def __enter__(self):
        listening = self

        def publish(queue, record, length):
            if listening.hears:
                listening.made.append(bytes(record[NONCE_AT:NONCE_END]))
            listening._publish(queue, record, length)

        LiveQueue.publish = publish
        return self

    def __exit__(self, *_):
        LiveQueue.publish = self._publish


def cut_through(action, least):
    """Cut an action at every operation of either flash; what is made afterwards was never used before."""
    with Listening() as before:
        first = Workbench()
        first.slots(200)

        def check(cut):
            used = set(before.made[: cut.promised])
            with Listening() as after:
                Workbench(fresh=False).slots(200)
            assert len(after.made) >= 2
            assert len(set(after.made)) == len(after.made)
            assert not used & set(after.made), "a nonce comes twice"

        def everything():
            action(first)
            before.hears = False  # what is made after a cut is not what was made before

        cuts = power_cut(everything, check, lambda: len(before.made))
        assert len(before.made) >= 4 and len(set(before.made)) == len(before.made)
    assert cuts.operations >= least, cuts.operations


def test_while_samples_are_logged():
    cut_through(lambda bench: bench.slots(1500), 6)


def test_while_an_insole_starts():
    def starts(bench):
        bench.insole.stop()
        Workbench(fresh=False).slots(200)

    cut_through(starts, 4)


def test_while_the_log_is_erased():
    def erases(bench):
        for page in bench.insole.recorder.erase():
            if page % 16 == 0:
                bench.slots(80)

    cut_through(erases, 60)


def test_a_number_that_is_used_again_is_seen():
    """The check is worth something only if it fails where numbers begin anew."""
    with Listening() as listening:
        Workbench().slots(200)
        once = set(listening.made)
        workbench.clear_flash()
        Workbench().slots(200)
    assert len(once) < len(listening.made)
    assert len(set(listening.made)) < len(listening.made)
