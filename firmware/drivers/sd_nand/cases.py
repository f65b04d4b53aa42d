"""The SD NAND's driver on a virtual card that answers byte by byte, and refuses as cards refuse."""

import chip  # first: puts its time in place
import micropython

from drivers.sd_nand import SdNand
from sim.chip import behaviour, hardware
from sim.chip.sd_card import SdCard

SECTOR = 512


class Sectors:
    """A card's sectors by number; any other reads as zeros."""

    def __init__(self, sectors):
        self.sectors = sectors
        self.content = {}

    def readblocks(self, sector, buffer):
        buffer[:] = self.content.get(sector, bytes(SECTOR))

    def writeblocks(self, sector, buffer):
        self.content[sector] = bytes(buffer)

    def erase(self, first, last):
        for sector in [one for one in self.content if first <= one <= last]:
            del self.content[sector]

    def ioctl(self, operation, argument):
        return {4: self.sectors, 5: SECTOR}.get(operation)


def with_card(sectors, check):
    """`check(card, store)` with a card on the board's bus, on a chip where calls take time."""
    store = Sectors(sectors)
    card = SdCard(store)
    spend = hardware.spend
    hardware.spend = lambda us, cause="": chip.advance(us)
    hardware.spi_devices[chip.board.SD_CS_PIN] = card
    behaviour.use(behaviour.OFF)
    for name in ("spi_call_us", "sd_busy_us", "sd_start_us", "sd_read_us"):
        behaviour.put(name, [row for row in behaviour.TABLE if row.name == name][0].values[behaviour.TYPICAL])
    try:
        check(card, store)
    finally:
        behaviour.use(behaviour.TYPICAL)
        hardware.spend = spend
        del hardware.spi_devices[chip.board.SD_CS_PIN]


def pattern(number):
    return bytearray((number * 31 + i * 7) & 0xFF for i in range(SECTOR))


def raises(number, function, *arguments):
    try:
        function(*arguments)
    except OSError as error:
        assert error.errno == number, error.errno
        return
    raise AssertionError("no error")


def test_sectors_come_back_whatever_the_size_of_the_card():
    """128 MB has byte addresses, 8 GB sector numbers: the first, the last and one in the middle."""
    for sectors in (1 << 12, 1 << 18, 1 << 22, (1 << 22) + 1024, 1 << 24):

        def check(card, store, sectors=sectors):
            device = SdNand(chip.board)
            assert device.sectors == device.ioctl(4, 0) == sectors, (device.sectors, sectors)
            assert device.ioctl(5, 0) == SECTOR
            for number in (0, 1, sectors // 2 + 3, sectors - 1):
                device.writeblocks(number, pattern(number))
                assert store.content[number] == pattern(number)
                buffer = bytearray(SECTOR)
                device.readblocks(number, buffer)
                assert buffer == pattern(number)
            raises(5, device.writeblocks, sectors, pattern(0))
            assert len(store.content) == 4 and device.restarts == 0

        with_card(sectors, check)


def test_no_card_is_an_error_at_once():
    before = chip.clock.now_us
    raises(19, SdNand, chip.board)

    def check(card, store):
        card.dead = True
        raises(19, SdNand, chip.board)

    with_card(4096, check)
    assert chip.clock.now_us - before < 100000


def test_a_card_that_takes_a_second_to_start_is_waited_for_and_one_that_never_does_is_not():
    def check(card, store):
        behaviour.put("sd_start_us", 900000)
        assert SdNand(chip.board).sectors == 4096
        behaviour.put("sd_start_us", 5000000)
        card.power_on()
        raises(116, SdNand, chip.board)

    with_card(4096, check)


def test_a_write_is_handed_over_and_the_card_is_asked_later():
    """What the caller is held for is the transfer; the card's 1.5 ms pass between two looks."""

    def check(card, store):
        device = SdNand(chip.board)
        before = chip.clock.now_us
        device.begin_write(7, pattern(7))
        taken = chip.clock.now_us - before
        assert 206 < taken < 600, taken  # 512 bytes at 20 MHz, and ten calls of 20 us
        looks = 0
        while not device.ready():
            looks += 1
            chip.advance(100)
        assert 8 <= looks <= 16 and store.content[7] == pattern(7)
        assert device.ready() and device.longest_busy_ms in (1, 2)
        device.begin_write(8, pattern(8))
        device.begin_write(9, pattern(9))  # waits for the one before
        device.finish()
        assert store.content[8] == pattern(8) and store.content[9] == pattern(9)

    with_card(4096, check)


def test_no_single_call_holds_the_chip_for_long():
    """The longest stretch without a bytecode of ours is one sector's transfer, whatever the card does."""
    longest = [0]

    def spend(us, cause=""):
        longest[0] = max(longest[0], us)
        chip.advance(us)

    def check(card, store):
        device = SdNand(chip.board)
        hardware.spend = spend
        behaviour.put("sd_pause_every", 2)
        behaviour.put("sd_pause_us", 250000)
        before = chip.clock.now_us
        for number in range(4):
            device.writeblocks(number, pattern(number))
        assert chip.clock.now_us - before > 500000 and device.longest_busy_ms in (249, 250, 251)
        assert longest[0] < 300, longest

    with_card(4096, check)


def test_a_sector_that_is_refused_is_written_again():
    def check(card, store):
        device = SdNand(chip.board)
        behaviour.put("sd_refuse_every", 3)
        for number in range(20):
            device.writeblocks(number, pattern(number))
        assert len(store.content) == 20 and device.retries >= 8

    with_card(4096, check)


def test_a_command_without_an_answer_is_given_again():
    def check(card, store):
        device = SdNand(chip.board)
        behaviour.put("sd_silent_every", 5)
        buffer = bytearray(SECTOR)
        for number in range(30):
            device.writeblocks(number, pattern(number))
            device.readblocks(number, buffer)
            assert buffer == pattern(number)
        assert device.retries >= 10 and not device.failed

    with_card(4096, check)


def test_sectors_that_are_worn_out_are_an_error_and_the_others_are_not():
    def check(card, store):
        device = SdNand(chip.board)
        card.worn_from = 100
        device.writeblocks(99, pattern(99))
        raises(5, device.writeblocks, 100, pattern(100))
        device.writeblocks(98, pattern(98))
        assert sorted(store.content) == [98, 99]

    with_card(4096, check)


def test_a_card_that_hangs_is_given_up_within_a_second_and_then_at_once():
    """The sampler's ring holds 1.28 s."""

    def check(card, store):
        device = SdNand(chip.board)
        card.stuck = True
        before = chip.clock.now_us
        raises(19, device.writeblocks, 5, pattern(5))
        assert chip.clock.now_us - before < 1100000, chip.clock.now_us - before
        assert device.failed
        before = chip.clock.now_us
        for _ in range(100):
            raises(19, device.writeblocks, 5, pattern(5))
            raises(19, device.readblocks, 5, bytearray(SECTOR))
        assert chip.clock.now_us - before < 1000

    with_card(4096, check)


def test_a_card_that_goes_away_is_given_up():
    def check(card, store):
        device = SdNand(chip.board)
        card.dead = True
        before = chip.clock.now_us
        raises(19, device.readblocks, 5, bytearray(SECTOR))
        assert device.failed and chip.clock.now_us - before < 1000000

    with_card(4096, check)


def test_a_card_that_lost_its_supply_for_a_moment_is_started_again():
    def check(card, store):
        device = SdNand(chip.board)
        device.writeblocks(5, pattern(5))
        card.power_on()
        device.writeblocks(6, pattern(6))
        assert device.restarts == 1 and not device.failed and store.content[6] == pattern(6)

    with_card(1 << 18, check)


def test_a_range_is_erased():
    def check(card, store):
        device = SdNand(chip.board)
        for number in range(10, 20):
            device.writeblocks(number, pattern(number))
        device.erase(12, 17)
        assert sorted(store.content) == [10, 11, 18, 19]

    with_card(1 << 18, check)


class ScriptedBus:
    """In the place of the bus, which on this computer allocates: single bytes come from a script."""

    def __init__(self, answers):
        self.answers = answers
        self.at = 0

    def write(self, data):
        pass

    def readinto(self, into, fill):
        if len(into) == 1:
            into[0] = self.answers[self.at]
            self.at += 1

    def write_readinto(self, data, into):
        into[2] = 0xE5  # accepted


def test_writing_and_reading_allocate_nothing():
    def check(card, store):
        device = SdNand(chip.board)
        data, buffer = pattern(3), bytearray(SECTOR)
        write, busy, read = b"\xff\xff\x00", b"\x00\x00\xff", b"\xff\x00\xff\xfe"
        device._spi = ScriptedBus(write + busy + read)
        sector = (1 << 18) - 1
        micropython.heap_lock()
        try:
            device.writeblocks(sector, data)
            device.readblocks(sector, buffer)
        finally:
            micropython.heap_unlock()
        assert device._spi.at == 10

    with_card(1 << 18, check)
