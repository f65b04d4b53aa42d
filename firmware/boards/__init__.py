"""One file for each board revision: plain constants, nothing that runs."""

import sys


def current():
    """The constants of the board this runs on, chosen by the chip that the interpreter was built for."""
    if "ESP32C3" in getattr(sys.implementation, "_machine", ""):
        from boards import esp32c3_r1

        return esp32c3_r1
    from boards import esp32s3_r1

    return esp32s3_r1
