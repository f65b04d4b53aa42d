"""The LED hint: an insole blinks gently because its wearer asked to be reminded that way.

The insole refuses while it is idle or where its own setting `led` keeps it dark. Whether the person wants
hints is a setting of the person, asked before (`service.notify`).
"""

from typing import Final

from insole_protocol import ids

from plantigrade.bridge.errors import BridgeError
from plantigrade.bridge.insole import Identity
from plantigrade.bridge.session import Session

HINT_MAX_S: Final = 30
"""What the protocol allows (PROTOCOL.md section 4, HINT)."""
HINT_S: Final = 12
"""Eight pairs of blinks: long enough to be seen by someone who looks at the shoe now and then."""


class NoHintError(BridgeError):
    """The insole's firmware is too old to give hints."""


def offers_hint(identity: Identity | None) -> bool:
    """Whether an insole can give hints; False before it has introduced itself, and for older firmware.

    Example:
        >>> of = lambda bits: Identity("00000A50477A3F01", "left", "1.0", 1, 1, bits, 10_000)
        >>> offers_hint(of(ids.CAPABILITY_LOG)), offers_hint(of(ids.CAPABILITY_LOG | ids.CAPABILITY_HINT))
        (False, True)
    """
    return identity is not None and bool(identity.capabilities & ids.CAPABILITY_HINT)


async def give_hint(session: Session, seconds: int = HINT_S) -> None:
    """Let the LED of a connected insole blink gently.

    Args:
        session: one that has said hello.
        seconds: for how long, at most `HINT_MAX_S`; 0 ends a hint.

    Raises:
        NoHintError: its firmware knows no hints; nothing was sent.
        RefusedError: it is idle, or its LED is to stay dark.
        BridgeError, LinkError: it does not answer, or has gone.
    """
    identity = session.insole.identity
    if not offers_hint(identity):
        raise NoHintError(
            f"{session.insole.name} cannot give a hint: its firmware is too old;"
            " update it or choose another channel"
        )
    await session.command_client.ask(ids.OP_HINT, seconds)
