"""A host finds its own insoles among those that hide who they are, and no others."""

from typing import Any

import pytest
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from insole_protocol import advert_reader, ids
from insole_protocol.advert import BIT_BONDED, BIT_RIGHT
from insole_protocol.private_advert import private_data
from plantigrade.bridge.keyring import KeysInMemory, keys_at_hand
from plantigrade.link.discovery import ForeignInsoleError, Recognition, Sighting, describe
from plantigrade.link.information import read_information
from plantigrade.scan.actions import radios

KEYS = {f"{number:016X}": (bytes([number]) * 32,) for number in range(1, 201)}
"""As many as a clinic has."""
SERIAL = f"{150:016X}"
DEVICE = BLEDevice("7A:00:00:00:00:01", None, None)


def heard(key: bytes, nonce: bytes = b"once", bits: int = BIT_RIGHT | BIT_BONDED) -> AdvertisementData:
    """An advertisement of the insole with this key."""
    data = private_data(key, nonce, bits, 40)
    return AdvertisementData("Plantigrade", {ids.COMPANY_ID: data}, {}, [ids.SERVICE_UUID], None, -71, ())


def test_our_own_says_to_us_what_an_open_one_says_to_all() -> None:
    found = describe(DEVICE, heard(KEYS[SERIAL][0]), False, Recognition(KEYS))
    assert (found.serial, found.serial_end, found.side, found.battery_pct) == (SERIAL, "000096", "right", 40)
    assert found.private and found.bonded and not found.charging


def test_of_two_keys_either_may_be_the_one_that_it_holds() -> None:
    two = {SERIAL: (bytes(32), KEYS[SERIAL][0])}
    for key in two[SERIAL]:
        found = describe(DEVICE, heard(key), False, Recognition(two))
        assert (found.serial, found.battery_pct) == (SERIAL, 40)


def test_one_of_others_is_told_as_such() -> None:
    with pytest.raises(ForeignInsoleError):
        describe(DEVICE, heard(b"other" + bytes(27)), False, Recognition(KEYS))
    with pytest.raises(ForeignInsoleError):
        describe(DEVICE, heard(KEYS[SERIAL][0]), False)


def test_each_key_is_tried_once_however_often_the_same_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = 0
    real = advert_reader.PrivateAdvertisement.is_of

    def is_of(seen: advert_reader.PrivateAdvertisement, key: bytes) -> bool:
        nonlocal tried
        tried += 1
        return real(seen, key)

    monkeypatch.setattr(advert_reader.PrivateAdvertisement, "is_of", is_of)
    recognition = Recognition(KEYS)
    for bits in (0, BIT_RIGHT, BIT_BONDED):  # its state changes, its sign does not
        for _ in range(100):
            assert describe(DEVICE, heard(KEYS[SERIAL][0], bits=bits), False, recognition).serial == SERIAL
    assert tried == 150
    for number in range(50):
        describe(DEVICE, heard(KEYS[SERIAL][0], b"%04d" % number), False, recognition)
    assert tried == 150 * 51


def test_a_scan_looks_for_the_insoles_whose_keys_are_at_hand() -> None:
    token = keys_at_hand.set(KeysInMemory(devices={serial: keys[0] for serial, keys in KEYS.items()}))
    try:
        assert radios()[0].keys() == KEYS
    finally:
        keys_at_hand.reset(token)
    assert radios()[0].keys() == {}


async def test_nobody_connects_to_one_that_hides_only_to_read_what_is_known_already() -> None:
    insole = describe(DEVICE, heard(KEYS[SERIAL][0]), False, Recognition(KEYS))
    never: Any = None  # a radio would be asked for its client
    assert await read_information(Sighting(insole, DEVICE), never) == insole
