"""Advertisements of insoles with keys, byte by byte (PROTOCOL.md section 6.1). Runs on both interpreters."""

from insole_protocol import advert_reader, ids, private_advert
from paper import refused

KEY = bytes(range(32))
SERIAL = b"\x00\x00\x24\x6f\x28\x7a\x3f\x01"
NONCE = b"once"
# HMAC-SHA256(KEY, "advertisement" "once"), by `openssl dgst -sha256 -mac HMAC`, bytes 0 to 4
TOKEN, MASK = b"\x51\x46\x9e", b"\x5c\x52"


def test_the_payload_is_flags_and_service_alone() -> None:
    uuid = bytes(reversed(bytes.fromhex(ids.SERVICE_UUID.replace("-", ""))))
    payload = private_advert.PAYLOAD
    assert payload == b"\x02\x01\x06\x11\x07" + uuid


def test_the_scan_response_is_the_name_of_all_and_what_the_key_hides() -> None:
    data = bytes((0x80 | ids.HIGHEST_VERSION,)) + NONCE + TOKEN + bytes((0x09 ^ MASK[0], 64 ^ MASK[1]))
    expected = b"\x0c\x09Plantigrade" + b"\x0d\xff\xff\xff" + data
    assert private_advert.scan_response(KEY, NONCE, 0x09, 64) == expected
    seen = advert_reader.PrivateAdvertisement(data)
    assert (seen.version, seen.sign) == (ids.HIGHEST_VERSION, NONCE + TOKEN)
    assert seen.is_of(KEY) and not seen.is_of(bytes(32))
    known = seen.read(KEY, SERIAL)
    assert (known.side, known.battery_pct, known.logging, known.serial_tail) == (1, 64, True, "7A3F01")


def test_a_battery_that_is_unknown_and_each_bit_come_back() -> None:
    for bits in (0x00, 0x01, 0x02, 0x04, 0x08, 0x10, 0x80, 0x9F):
        for percent in (0, 100, 255):
            data = private_advert.private_data(KEY, NONCE, bits, percent)
            seen = advert_reader.PrivateAdvertisement(data).read(KEY, SERIAL)
            plain = advert_reader.Advertisement(bytes((1, bits, percent)) + SERIAL[-3:])
            assert (seen.side, seen.charging, seen.fault, seen.logging, seen.bonded, seen.battery_pct) == (
                plain.side,
                plain.charging,
                plain.fault,
                plain.logging,
                plain.bonded,
                plain.battery_pct,
            )


def test_what_is_too_short_or_not_private_is_refused() -> None:
    complete = private_advert.private_data(KEY, NONCE, 0, 50)
    error = advert_reader.AdvertisementError
    for length in range(len(complete)):
        text = str(length) + " bytes of manufacturer data that are not private"
        refused(error, text, advert_reader.PrivateAdvertisement, complete[:length])
    text = "10 bytes of manufacturer data that are not private"
    refused(error, text, advert_reader.PrivateAdvertisement, b"\x02" + complete[1:])
    text = "it takes the insole's key to read this manufacturer data"
    refused(error, text, advert_reader.Advertisement, complete)
    assert advert_reader.PrivateAdvertisement(complete + b"more").is_of(KEY)


def test_what_is_changed_on_the_air_is_nobody_s() -> None:
    complete = private_advert.private_data(KEY, NONCE, 0, 50)
    for at in range(1, 8):
        for bit in range(8):
            changed = complete[:at] + bytes((complete[at] ^ 1 << bit,)) + complete[at + 1 :]
            assert not advert_reader.PrivateAdvertisement(changed).is_of(KEY), (at, bit)
