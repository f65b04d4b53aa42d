"""Live samples of the service on the Lab Streaming Layer, as `plantigrade record --lsl` has them."""

from plantigrade.bridge.insole import Insole, StampedFrames
from plantigrade.exports.lsl import LslStreams
from plantigrade.library.catalogue.details import calibration_of
from plantigrade.library.catalogue.library import Library
from plantigrade.service.publish.settings import LslSettings


class LslPublisher:
    """Offers each insole as a stream from its first live frames on.

    Args:
        settings: how far the streams reach.
        library: has the insoles' calibrations.

    Raises:
        MissingPartError, LslError: LSL cannot be used on this computer.
    """

    def __init__(self, settings: LslSettings, library: Library) -> None:
        self._streams = LslStreams(settings.reach, lambda serial: calibration_of(library, serial))

    def on_frames(self, side: str, insole: Insole, stamped: StampedFrames) -> None:
        """For the hook of `BridgeService`; frames from an insole's log are in the recording and not here."""
        del side
        if not stamped.frames.late:
            self._streams.take(insole, stamped)

    def close(self) -> None:
        """Take all streams away."""
        self._streams.close()
