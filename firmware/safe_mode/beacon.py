"""What an insole in safe mode shows of itself on the air: as in normal mode, as far as that loads."""

from insole_protocol import advert, ids


class OpenBeacon:
    """Of an insole without keys: its name with side and end of serial, to everybody."""

    hidden = False

    def __init__(self, side, serial, bits):
        self.name = advert.device_name(side, serial)
        self.payload = advert.advertisement(bits, 255, serial)
        self.response = advert.scan_response(self.name)

    def begin(self, _now_ms):
        """Always."""
        return True

    def refused(self):
        """Advertising did not begin after all."""

    def is_due(self, _now_ms):
        """Never: what it shows stays."""
        return False


class BareBeacon(OpenBeacon):
    """Of an insole with keys of which nothing loads that hides what it says: what all insoles show, and
    nothing of its own. A host that has bonded knows its address; others find it on a cable."""

    hidden = True

    def __init__(self):
        from insole_protocol import private_advert

        self.name = private_advert.NAME
        self.payload = private_advert.PAYLOAD
        self.response = advert.scan_response(self.name)


def _hiding(device_key, bits):
    from insole.private_beacon import NAME, PrivateBeacon

    class Hiding(PrivateBeacon):
        hidden = True
        name = NAME

    beacon = Hiding(device_key)
    beacon.show(bits, 255)
    return beacon


def of_this_insole(device_key, side, serial, charging, optional):
    """What it shows; `optional` makes something unless it fails."""
    if side not in (ids.SIDE_LEFT, ids.SIDE_RIGHT):
        side = ids.SIDE_UNSET
    bits = advert.state_bits(side, charging, True, False, False)
    if device_key is None:
        return OpenBeacon(side, serial, bits)
    return optional(_hiding, device_key, bits) or BareBeacon()
