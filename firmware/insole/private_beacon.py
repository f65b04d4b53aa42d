"""What an insole that was given keys shows in place of its name and serial (PROTOCOL.md section 6.1).

A new nonce goes with each new private address, and never without one: else the old address and the new one
would be seen to be the same insole's. The stack changes the address when advertising begins and the address
is `_ADDRESS_MS` old; about that moment advertising does not begin at all.
"""

import sys
from micropython import const
from os import urandom
from time import ticks_diff

import insole_protocol

NAME = "Plantigrade"
_NONCE_BYTES = const(4)
_ADDRESS_MS = const(900000)
_UNCERTAIN_MS = const(2000)  # before and after, in which nobody can say which address it will be


class PrivateBeacon:
    """Attributes: `payload` and `response` of now, once `begin` has said so."""

    def __init__(self, device_key):
        self.payload = self.response = b""
        self._key = device_key
        self._shown = 0, 255
        self._just_begun = False
        self.renew()

    def show(self, bits, percent):
        """Set the state that is shown, from the next beginning on."""
        self._shown = bits, percent
        self._made = False

    def renew(self):
        """Another nonce, from the next beginning on."""
        self._nonce = urandom(_NONCE_BYTES)
        self._since_ms = None  # when it was first shown
        self._made = False
        self.response = b""

    def begin(self, now_ms):
        """Advertising is about to begin: whether it may."""
        self._just_begun = self._since_ms is None
        if not self._just_begun:
            age_ms = ticks_diff(now_ms, self._since_ms)
            if age_ms > _ADDRESS_MS + _UNCERTAIN_MS:
                self.renew()
                return self.begin(now_ms)
            if age_ms >= _ADDRESS_MS - _UNCERTAIN_MS:
                return False
        if not self._made:
            self._make()
        if not self.response:
            return False  # no room to make it: soon again
        if self._just_begun:
            self._since_ms = now_ms
        return True

    def _make(self):
        """Once in some minutes: what makes it leaves the heap again."""
        try:
            from insole_protocol import private_advert

            self.payload = private_advert.PAYLOAD
            self.response = private_advert.scan_response(self._key, self._nonce, *self._shown)
            self._made = True
        except MemoryError:
            return  # what was shown with this nonce goes on being shown
        del sys.modules["insole_protocol.private_advert"]
        delattr(insole_protocol, "private_advert")

    def refused(self):
        """Advertising did not begin after all."""
        if self._just_begun:
            self._since_ms = None

    def is_due(self, now_ms):
        """Whether advertising has to begin anew for another address."""
        return self._since_ms is not None and ticks_diff(now_ms, self._since_ms) > _ADDRESS_MS + _UNCERTAIN_MS
