"""What the circuits on the board add up to: pins, self-test, services that any client can read."""

import chip  # first: puts its time in place
from bluetooth import UUID
from boards import esp32c3_r1, esp32s3_r1
from workbench import REST, Workbench

from drivers.force_array import ForceArray
from insole.identity import Identity
from insole.self_test import SelfTest
from insole_protocol import ids


def show(counts):
    for index in range(16):
        chip.sensors[index] = counts[index]


def test_pins_of_both_boards():
    """As drawn in hardware/: a pin that moves here must move there."""
    s3, c3 = esp32s3_r1, esp32c3_r1
    orders = (s3.SCAN_ORDER, c3.SCAN_ORDER)
    assert orders == ((7, 6, 5, 4, 3, 2, 1, 0, 8, 9, 10, 11, 12, 13, 14, 15), tuple(range(16)))
    for board, expected in (
        (s3, ("esp32s3_r1", (4, 5, 6, 7), 17, 60, 10, 8, 3100, 250, 9, 2, 18, 0, 47, 48, 0x6A, 38, 0)),
        (c3, ("esp32c3_r1", (4, 5, 6, 7), 10, 60, 0, 8, 2500, 250, 1, 2, 3, 0, 20, 21, 0x6A, 8, 9)),
    ):
        assert expected == (
            board.BOARD, board.MUX_SELECT_PINS, board.MUX_ENABLE_PIN, board.SETTLE_US, board.ADC_PIN,
            board.ADC_OVERSAMPLE, board.ADC_FULL_SCALE_MV, board.AMPLIFIER_REST_MV, board.BATTERY_ADC_PIN,
            board.BATTERY_DIVIDER, board.CHARGING_PIN, board.I2C_ID, board.I2C_SDA_PIN, board.I2C_SCL_PIN,
            board.IMU_ADDRESS, board.LED_PIN, board.BUTTON_PIN,
        )  # fmt: skip


class Log:
    capacity_pages = 63
    error = None
    takes = True

    def flush(self):
        if self.error:
            raise self.error
        return self.takes


class Imu:
    there = True

    def answers(self):
        return self.there


def tester(imu=None, log=None):
    bench = Workbench()
    bench.insole.faults.flags = 0
    return SelfTest(esp32s3_r1, ForceArray(esp32s3_r1), imu, log or Log(), bench.insole.faults), bench


def test_levels_at_the_edges_of_what_is_good():
    """Rest is 330 counts: 250 and more is connected, 4089 and less is not stuck."""
    for level, text in (
        (250, "all good"),
        (249, "channel 6 low"),
        (4089, "all good"),
        (4090, "channel 6 at full scale"),
    ):
        one, bench = tester()
        show([REST] * 6 + [level] + [REST] * 9)
        result = one.run()
        assert result.text == text, (level, result.text)
        assert result.faults == (0 if text == "all good" else ids.FAULT_SENSOR) == bench.insole.faults.flags
        assert result.levels == (REST,) * 6 + (level,) + (REST,) * 9


def test_the_amplifier_at_the_edges_of_what_is_good():
    """80 counts to either side of 330; with a wrong reference nothing is said of the channels."""
    show([0] * 16)
    for rest, text in (
        (410, None), (411, "reference 411, not 330"), (250, None), (249, "reference 249, not 330")
    ):  # fmt: skip
        chip.supply["rest"] = rest << 4
        try:
            one, _ = tester()
            show([0] * 16)
            result = one.run()
            assert result.faults == ids.FAULT_SENSOR
            expected = text or ", ".join(["channel %d low" % index for index in range(16)])
            assert result.text == expected, (rest, result.text)
        finally:
            chip.supply["rest"] = REST << 4
    show([REST] * 16)


def test_imu_and_log_are_tested_too_and_problems_are_joined():
    one, _ = tester(Imu())
    assert one.run().text == "all good"
    imu, log = Imu(), Log()
    imu.there = False
    one, bench = tester(imu, log)
    result = one.run()
    assert (result.faults, result.text) == (ids.FAULT_IMU, "IMU silent")
    log.takes = False
    result = one.run()
    assert (result.faults, result.text) == (ids.FAULT_IMU | ids.FAULT_LOG, "IMU silent, log refuses")
    imu.there, log.capacity_pages = True, 0
    assert one.run().text == "no log"
    log.error = OSError(5)
    assert one.run().text == "log error 5"
    assert bench.insole.faults.flags == ids.FAULT_LOG
    log.error, log.takes = None, True
    assert one.run().text == "all good"
    assert bench.insole.faults.flags == 0, "what was found before is taken back"


def test_other_faults_are_left_alone_and_told():
    one, bench = tester()
    bench.insole.faults.flags = ids.FAULT_BATTERY | ids.FAULT_WATCHDOG
    assert one.run().faults == ids.FAULT_BATTERY | ids.FAULT_WATCHDOG


def test_the_serial_is_the_chips_identifier_in_eight_bytes():
    for unique_id, serial in (
        (b"\x24\x6f\x28\x7a\x3f\x01", b"\x00\x00\x24\x6f\x28\x7a\x3f\x01"),
        (bytes(range(8)), bytes(range(8))),
        (bytes(range(10)), bytes(range(2, 10))),
        (b"\x0a", bytes(7) + b"\x0a"),
    ):
        one = Identity(bytearray(unique_id))
        assert one.serial == serial
        assert one.serial_text == "".join(["%02X" % byte for byte in serial])
    assert (one.maker, one.model, one.firmware_version) == ("Plantigrade", "Plantigrade insole", "0.1.0")


def test_services_are_those_of_the_bluetooth_sig_and_ours():
    bench = Workbench()
    services = [
        (str(service), [(str(uuid), flags) for uuid, flags in characteristics])
        for service, characteristics in bench.air.definition
    ]
    read, write, notify, encrypted = 2, 8, 16, 0x1000
    expected = [
        (ids.SERVICE_UUID, [
            (ids.STREAM_UUID, notify), (ids.CONTROL_UUID, write | notify | encrypted), (ids.LOG_UUID, notify),
        ]),
        (0x180A, [(number, read) for number in (0x2A29, 0x2A24, 0x2A25, 0x2A26, 0x2A27)]),
        (0x180F, [(0x2A19, read | notify)]),
        (0x1814, [(0x2A53, notify), (0x2A54, read), (0x2A5D, read)]),
    ]  # fmt: skip
    assert services == [
        (str(UUID(service)), [(str(UUID(uuid)), flags) for uuid, flags in characteristics])
        for service, characteristics in expected
    ]
    values = [bench.air.values[handle] for handle in sorted(bench.air.values)]
    assert values[:5] == [b"Plantigrade", b"Plantigrade insole", b"0000246F287A3F01", b"0.1.0", b"esp32s3_r1"]
    assert values[-2:] == [b"\x00\x00", b"\x02"], "no features; in the shoe"
    channels = bench.radio.services.channels
    assert channels[1] < channels[2] < channels[3] and channels[2] == bench.radio.services.control


def test_the_battery_level_is_notified_when_it_changes():
    services = Workbench().radio.services
    updates = chip.hardware.radio.updates
    updates.clear()
    for percent, expected in (
        (64, None),
        (63, b"\x3f"),
        (63, None),
        (100, b"\x64"),
        (255, b"\x00"),
        (0, None),
    ):
        before = len(updates)
        services.show_battery(percent)
        fresh = updates[before:]
        assert fresh == ([] if expected is None else [(services._battery, expected)]), percent
    services.show_battery(101)
    assert len(updates) == 3, "unknown is shown as 0, which it was"


def test_cadence_is_rounded_and_fits_a_byte():
    """Flags 0, speed 0, cadence in whole steps a minute."""
    services = Workbench().radio.services
    for tenths, byte in (
        (0, 0),
        (4, 0),
        (5, 1),
        (1184, 118),
        (1185, 119),
        (2550, 255),
        (2545, 255),
        (9000, 255),
    ):
        services.show_cadence(tenths)
        handle, value = chip.hardware.radio.updates[-1]
        assert (handle, value) == (services._cadence, bytes((0, 0, 0, byte))), tenths
