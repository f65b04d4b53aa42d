"""A test over each channel of a person: does it arrive?"""

from collections.abc import Callable
from time import time_ns

from plantigrade.service.bus import EventBus
from plantigrade.service.notify.channels import AppriseSender, Sender, Sent
from plantigrade.service.notify.delivering import Delivering, Hints
from plantigrade.service.notify.errors import NotifyError
from plantigrade.service.notify.messages import TEST_SUBJECT, test_message
from plantigrade.service.notify.people import LED, People


async def send_test(
    people: People,
    person: str,
    sender: Sender | None = None,
    hints: Hints | None = None,
    bus: EventBus | None = None,
    utc_ns: Callable[[], int] = time_ns,
) -> list[tuple[str, Sent]]:
    """Send a test over every channel of a person, once each, whatever the time of day.

    Args:
        people: the records.
        person: code of the person.
        sender: how a channel is used; by default through apprise.
        hints: the LEDs of connected insoles; None where no service runs.
        bus: where the outcome goes as well.
        utc_ns: the wall clock.

    Returns:
        Name of the channel and what became of it, in the person's order; the LED last where it is wanted.

    Raises:
        NotifyError: the person has set up nothing that could be tested.
        PlantigradeError: the records cannot be read.
    """
    recipient = await people.recipient(person)
    if not recipient.settings.channels and not recipient.settings.led_hint:
        raise NotifyError(f"{person} has no channel yet: nothing can be sent; set one up first")
    delivering = Delivering(bus or EventBus(), people, sender or AppriseSender(), hints, utc_ns)
    message = test_message(recipient.language)
    done = [
        (channel.name, await delivering.attempt(person, channel, message, [TEST_SUBJECT]))
        for channel in recipient.settings.channels
    ]
    hint = await delivering.hint(recipient, "both", TEST_SUBJECT)
    return done if hint is None else [*done, (LED, hint)]
