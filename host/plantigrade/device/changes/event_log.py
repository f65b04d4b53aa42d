"""The last events of an insole: who updated, erased, paired, and when."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

from insole_protocol import event_records as records
from insole_protocol import ids, replies

from plantigrade.bridge.errors import RefusedError
from plantigrade.bridge.session import Session
from plantigrade.device.changes.settings import MOST_EVENTS

KINDS: Final = {
    records.UPDATE_INSTALLED: "update installed, on trial",
    records.UPDATE_CONFIRMED: "update confirmed",
    records.ROLLED_BACK: "went back to the former firmware",
    records.LOG_ERASED: "log erased",
    records.WIPED: "wiped",
    records.PAIRED: "paired",
    records.BONDS_FORGOTTEN: "paired hosts forgotten",
    records.IDENTITY_WRITTEN: "identity written",
}


class Via(StrEnum):
    """What an order came over."""

    BLUETOOTH = "Bluetooth"
    USB = "USB"
    ITSELF = "by itself"


_VIA: Final = {records.LINK_BLE: Via.BLUETOOTH, records.LINK_USB: Via.USB}


@dataclass(frozen=True)
class DeviceEvent:
    """Something that changed an insole.

    Attributes:
        number: rises by one with each event; one that is missing was overwritten or damaged.
        boot: number of the start in which it happened.
        uptime_s: seconds since that start.
        kind: as a text.
        via: the link that the order came over.
        peer: address of the host on Bluetooth, "" for others.
        detail: version, count, or what could not be done.
    """

    number: int
    boot: int
    uptime_s: int
    kind: str
    via: Via
    peer: str
    detail: str

    def to_json(self) -> dict[str, Any]:
        """For `--json` and pages."""
        return asdict(self)


async def read_events(session: Session) -> list[DeviceEvent] | None:
    """Events that the insole keeps, the newest first; None for a firmware that keeps none.

    Raises:
        BridgeError: the insole does not answer, or refuses for another reason.
    """
    found: list[DeviceEvent] = []
    index = 0
    while index < MOST_EVENTS:
        try:
            answer = await session.command_client.ask(ids.OP_EVENTS, index)
        except RefusedError as error:
            if error.result in (ids.RESULT_UNKNOWN_COMMAND, ids.RESULT_NOT_AVAILABLE):
                return None
            raise
        reply = replies.EventsReply(answer.reply)
        entries = [
            reply.events[at : at + records.EVENT_BYTES]
            for at in range(0, len(reply.events), records.EVENT_BYTES)
        ]
        found += [event for entry in entries if (event := parse(entry)) is not None]
        index += len(entries)
        if not entries or index >= reply.stored:
            break
    return found


def parse(entry: bytes) -> DeviceEvent | None:
    """An entry of the reply to EVENTS; None when it is damaged.

    >>> parse(records.pack(3, 9, records.LOG_ERASED, records.LINK_USB, 60, records.NO_PEER, b"")).kind
    'log erased'
    """
    values = records.unpack(entry)
    if values is None:
        return None
    number, boot, kind, link, uptime_s, peer, detail = values
    return DeviceEvent(
        number=number,
        boot=boot,
        uptime_s=uptime_s,
        kind=KINDS.get(kind, f"event {kind}"),
        via=_VIA.get(link, Via.ITSELF),
        peer="" if peer == records.NO_PEER else peer.hex(":").upper(),
        detail="".join(letter for letter in detail.decode("utf-8", "replace") if letter.isprintable()),
    )


def event_lines(events: Sequence[DeviceEvent]) -> list[str]:
    """Events as a table for people.

    >>> event_lines([DeviceEvent(3, 9, 60, "paired", Via.BLUETOOTH, "01:02", "")])[1].split()
    ['3', '9', '60', 's', 'paired', 'Bluetooth', '01:02']
    >>> event_lines([])
    ['no events']
    """
    if not events:
        return ["no events"]
    lines = [f"{'number':>6}  {'boot':>4}  {'after':>6}  {'what':32}  who"]
    for event in events:
        what = f"{event.kind}{f': {event.detail}' if event.detail else ''}"
        who = f"{event.via}{f' {event.peer}' if event.peer else ''}"
        lines.append(f"{event.number:6}  {event.boot:4}  {event.uptime_s:4} s  {what:32}  {who}")
    return lines
