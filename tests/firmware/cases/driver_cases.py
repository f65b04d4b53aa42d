"""The circuits on the board: multiplexer and converter, self-test, IMU, services that any client can read."""

import chip  # first: puts its time in place
import machine
from bluetooth import UUID
from array import array
from boards import esp32c3_r1, esp32s3_r1
from workbench import REST, Workbench

from drivers import force_array, lsm6dso
from drivers.force_array import ForceArray
from insole.identity import Identity
from insole.self_test import SelfTest
from insole_protocol import ids


class Board:
    """A board file's constants, with some changed."""

    def __init__(self, **changes):
        for name in dir(esp32s3_r1):
            if name[0].isupper():
                setattr(self, name, getattr(esp32s3_r1, name))
        for name in changes:
            setattr(self, name, changes[name])


def show(counts):
    for index in range(16):
        chip.sensors[index] = counts[index]


class Converter:
    """In the place of the ADC: gives what it is told to, and knows which channel was selected then."""

    def __init__(self, values):
        self.values = list(values)
        self.channels = []

    def __call__(self):
        channel = 0
        for bit in range(4):
            channel |= chip.pins[esp32s3_r1.MUX_SELECT_PINS[bit]] << bit
        self.channels.append(channel)
        return self.values.pop(0) if self.values else 0


def test_a_scan_order_names_each_channel_once():
    for order in ((0,) * 16, tuple(range(1, 17)), tuple(range(15))):
        try:
            ForceArray(Board(SCAN_ORDER=order))
        except ValueError as error:
            assert str(error) == "SCAN_ORDER must name each multiplexer channel once"
            continue
        raise AssertionError(order)


def test_conversions_are_a_power_of_two():
    for number in (0, 3, 5, 6, 7, 9, 12):
        try:
            ForceArray(Board(ADC_OVERSAMPLE=number))
        except ValueError as error:
            assert str(error) == "ADC_OVERSAMPLE must be a power of two"
            continue
        raise AssertionError(number)
    for number, shift in ((1, 4), (2, 5), (4, 6), (8, 7), (16, 8)):
        assert ForceArray(Board(ADC_OVERSAMPLE=number))._shift == shift


def test_a_reading_is_the_mean_of_its_conversions_in_twelve_bits():
    """Eight conversions of 16 bits: their sum over 128. 8 * 16 = 128 gives 1, one less gives 0."""
    for values, expected in (
        ([16] * 8, 1),
        ([16] * 7 + [15], 0),
        ([65535] * 8, 4095),
        ([0, 65535] * 4, 2047),
        ([160, 176] * 4, 10),
    ):
        one = ForceArray(esp32s3_r1)
        one._read = Converter(values * 16)
        row = array("H", [7777] * 18)
        one.scan(row, 1)
        assert list(row) == [7777] + [expected] * 16 + [7777], values[:2]
        assert len(one._read.channels) == 128


def test_channels_are_visited_in_gray_code_and_land_in_layout_order():
    for board in (Board(ADC_OVERSAMPLE=1), Board(ADC_OVERSAMPLE=1, SCAN_ORDER=tuple(range(16)))):
        one = ForceArray(board)
        for _ in range(2):
            one._read = Converter([16 * number for number in range(16)])
            row = array("H", bytes(32))
            one.scan(row, 0)
            visited = one._read.channels
            assert visited == [0, 1, 3, 2, 6, 7, 5, 4, 12, 13, 15, 14, 10, 11, 9, 8]
            assert [visited[row[index]] for index in range(16)] == list(board.SCAN_ORDER)


def test_each_channel_has_time_to_settle():
    slept = []
    sleep_us = force_array.sleep_us
    force_array.sleep_us = slept.append
    try:
        one = ForceArray(esp32s3_r1)
        one.scan(array("H", bytes(32)), 0)
        assert slept == [60] * 16
        slept.clear()
        one.reference()
        assert slept == [60, 60]
    finally:
        force_array.sleep_us = sleep_us


def test_the_sheet_has_current_only_when_it_is_switched_on():
    one = ForceArray(esp32s3_r1)
    assert chip.pins[esp32s3_r1.MUX_ENABLE_PIN] == 0
    one.power(False)
    assert chip.pins[esp32s3_r1.MUX_ENABLE_PIN] == 1
    one.power(True)
    assert chip.pins[esp32s3_r1.MUX_ENABLE_PIN] == 0
    assert [chip.modes[number][0] for number in (4, 5, 6, 7, 17)] == [machine.Pin.OUT] * 5
    assert chip.attenuations[esp32s3_r1.ADC_PIN] == 3


def test_the_amplifier_is_measured_with_no_sensor_connected_and_sensors_are_left_as_they_were():
    one = ForceArray(esp32s3_r1)
    for was in (0, 1):
        chip.pins[esp32s3_r1.MUX_ENABLE_PIN] = was
        enabled = []

        def read():
            enabled.append(chip.pins[esp32s3_r1.MUX_ENABLE_PIN])
            return 331 << 4

        one._read = read
        assert one.reference() == 331
        assert enabled == [1] * 8
        assert chip.pins[esp32s3_r1.MUX_ENABLE_PIN] == was


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


class Bus:
    """An I2C bus that notes what it is asked."""

    def __init__(self, identity=0x6C):
        self.identity = identity
        self.asked = []
        self.error = None

    def readfrom_mem(self, address, register, count):
        self.asked.append((address, register, count))
        if self.error:
            raise self.error
        return bytes((self.identity,)) * count

    def readfrom_mem_into(self, address, register, buffer):
        self.asked.append((address, register, len(buffer)))
        if self.error:
            raise self.error
        for i in range(len(buffer)):
            buffer[i] = i + 1

    def writeto_mem(self, address, register, data):
        self.asked.append((address, register, data))


def test_the_imu_is_set_up_as_its_data_sheet_says():
    """CTRL3_C 0x44 (block data update, address counts up), CTRL1_XL 0x48 (104 Hz, 4 g), CTRL2_G 0x4C (104 Hz,
    2000 degrees/s)."""
    bus = Bus()
    assert lsm6dso.probe(bus, 0x6B).errors == 0
    assert bus.asked == [(0x6B, 0x0F, 1), (0x6B, 0x12, b"\x44"), (0x6B, 0x10, b"\x48"), (0x6B, 0x11, b"\x4c")]
    for identity in (0x6B, 0x6D, 0):
        assert lsm6dso.probe(Bus(identity), 0x6A) is None
    bus = Bus()
    bus.error = OSError(19)
    assert lsm6dso.probe(bus, 0x6A) is None


def test_acceleration_goes_before_angular_rate_and_a_refused_read_repeats_the_values():
    """Bytes 1 to 12: rate 0x0201, 0x0403, 0x0605, then acceleration 0x0807, 0x0a09, 0x0c0b."""
    bus = Bus()
    imu = lsm6dso.probe(bus, 0x6A)
    expected = [0x0807, 0x0A09, 0x0C0B, 0x0201, 0x0403, 0x0605]
    motion = array("h", [0] * 18)
    imu.read_into(motion, 6)
    assert list(motion) == [0] * 6 + expected + [0] * 6
    assert bus.asked[-1] == (0x6A, 0x22, 12)
    assert imu.answers() is True
    assert bus.asked[-1] == (0x6A, 0x0F, 1)
    bus.error = OSError(5)
    imu.read_into(motion, 12)
    assert list(motion[12:]) == expected and imu.errors == 1
    assert imu.answers() is False
    bus.error, bus.identity = None, 7
    assert imu.answers() is False


def test_values_are_signed():
    bus = Bus()
    imu = lsm6dso.probe(bus, 0x6A)
    raw = b"\xff\x7f\x00\x80\xff\xff\x00\x00\x01\x80\xfe\xff"

    def read(address, register, buffer):
        buffer[:] = raw

    bus.readfrom_mem_into = read
    motion = [0] * 6
    imu.read_into(motion, 0)
    assert motion == [0, -32767, -2, 32767, -32768, -1]


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
