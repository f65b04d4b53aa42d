"""Settings: each row of PROTOCOL.md section 4.4 with its bytes, its bounds on both sides and its refusals.

Runs on both interpreters.
"""

from insole_protocol import errors, settings
from paper import refused

TEXT, U8, U16 = 0, 1, 2
# key, name, kind, default, allowed in words, ((value, bytes), ...) at the bounds, values just outside
ROWS = (
    (1, "side", U8, 255, "0, 1, 255", ((0, "00"), (1, "01"), (255, "ff")), (-1, 2, 254, 256)),
    (2, "boot_mode", U8, 1, "0 to 2", ((0, "00"), (2, "02")), (-1, 3)),
    (3, "live_frames", U8, 5, "1 to 25", ((1, "01"), (25, "19")), (0, 26)),
    (4, "daily_frames", U8, 40, "5 to 50", ((5, "05"), (50, "32")), (4, 51)),
    (5, "log_full", U8, 0, "0 to 1", ((0, "00"), (1, "01")), (-1, 2)),
    (6, "live_advertising_ms", U16, 100, "20 to 10240", ((20, "1400"), (10240, "0028")), (19, 10241)),
    (7, "daily_advertising_ms", U16, 1000, "20 to 10240", ((20, "1400"), (10240, "0028")), (19, 10241)),
    (8, "led", U8, 1, "0 to 1", ((0, "00"), (1, "01")), (-1, 2)),
    (
        9,
        "label",
        TEXT,
        "",
        "text of at most 20 bytes",
        (("", ""), ("Füße", "46c3bcc39f65"), ("x" * 20, "78" * 20), ("ü" * 10, "c3bc" * 10)),
        ("x" * 21, "ü" * 10 + "x"),
    ),
    (
        10,
        "void_phones",
        TEXT,
        "",
        "text of at most 32 bytes",
        (
            ("", ""),
            ("1a2b3c4d", "3161326233633464"),
            ("01234567" * 4, "3031323334353637" * 4),
        ),
        ("x" * 33,),
    ),
    (
        11,
        "acceleration_range_g",
        U8,
        16,
        "2, 4, 8, 16",
        ((2, "02"), (4, "04"), (8, "08"), (16, "10")),
        (0, 1, 3, 15, 17, 32),
    ),
    (
        12,
        "angular_rate_range_deg_s",
        U16,
        2000,
        "250, 500, 1000, 2000",
        ((250, "fa00"), (500, "f401"), (1000, "e803"), (2000, "d007")),
        (0, 125, 249, 2001, 4000),
    ),
)


def test_the_rows_are_these() -> None:
    found = [(row.key, row.name, row.kind, row.default, row.allowed) for row in settings.TABLE]
    assert found == [row[:5] for row in ROWS]
    assert (settings.TEXT, settings.NUMBER_8, settings.NUMBER_16) == (TEXT, U8, U16)


def test_values_at_the_bounds_are_these_bytes() -> None:
    for key, name, _, default, _, inside, _ in ROWS:
        row = settings.find(key)
        assert row.name == name and row.allows(default)
        for value, text in inside:
            assert row.allows(value), (name, value)
            data = bytes.fromhex(text)
            assert settings.encode(row, value) == data, (name, value)
            assert settings.decode(row, data) == value, (name, value)
            assert settings.decode(row, memoryview(data)) == value, (name, value)


def test_values_outside_are_refused_with_what_is_allowed() -> None:
    for key, name, kind, _, allowed, _, outside in ROWS:
        row = settings.find(key)
        text = "%s: allowed is %s" % (name, allowed)  # noqa: UP031
        for value in outside:
            assert not row.allows(value), (name, value)
            refused(errors.ValueRangeError, text, settings.encode, row, value)
            if kind == TEXT:
                refused(errors.ValueRangeError, text, settings.decode, row, value.encode())
            elif 0 <= value < 256**kind:
                refused(errors.ValueRangeError, text, settings.decode, row, value.to_bytes(kind, "little"))


def test_values_of_another_type_are_refused() -> None:
    for row in settings.TABLE:
        for value in (None, 1.0, [], (1,), b"1", True, False, "1" if row.kind else 1):
            assert not row.allows(value), (row.name, value)


def test_bytes_of_another_number_than_the_type_has() -> None:
    for row in settings.TABLE:
        if row.kind:
            for n in (0, 1, 2, 3, 4):
                if n != row.kind:
                    text = "%s has %d bytes, not %d" % (row.name, row.kind, n)  # noqa: UP031
                    refused(errors.MessageLengthError, text, settings.decode, row, bytes(n))


def test_a_label_that_is_not_utf_8() -> None:
    label = settings.find(9)
    for data in (b"\xff\xfe", b"ab\xc3", b"\x80"):
        refused(errors.ValueRangeError, "label is not UTF-8", settings.decode, label, data)


def test_keys_that_are_not_listed() -> None:
    for key in (0, 13, 255):
        refused(errors.ValueRangeError, "there is no setting %d" % key, settings.find, key)  # noqa: UP031


def test_choices_count_before_bounds() -> None:
    row = settings.Setting(77, "odd", U8, 1, 0, 9, (1, 3))
    assert [value for value in range(-1, 11) if row.allows(value)] == [1, 3]
    assert row.allowed == "1, 3"
    row = settings.Setting(78, "plain", U8, 1, 4, 6)
    assert [value for value in range(10) if row.allows(value)] == [4, 5, 6]
    assert row.allowed == "4 to 6" and row.choices == ()
    row = settings.Setting(79, "text", TEXT, "a", 1, 3)
    assert [row.allows("x" * n) for n in range(5)] == [False, True, True, True, False]
    assert row.allowed == "text of at most 3 bytes"
