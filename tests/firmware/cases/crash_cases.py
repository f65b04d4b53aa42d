"""What stays of a crash: in RTC memory at once, in a file at the next start, and how hosts read it."""

import chip  # first: puts its time in place
import asyncio
import gc
import json
import machine
import workbench
from insole import crash_file, files, starts
from insole.boot_record import MAX_TEXT
from insole.crash_file import pending
from insole.identity import FIRMWARE_VERSION
from insole.starts import wants_safe_mode
from insole.watchdog import GOOD_CHECKS, PATIENCE, Progress, Watchdog
from insole_protocol import ids, native
from insole_protocol.diagnostic_names import named
from sim.chip import rtc
from workbench import Central, Workbench


def power_on():
    """An insole that has just got its power."""
    workbench.clear_flash()
    rtc.clear()


def started(cause=machine.HARD_RESET):
    """The record of a start after a reset."""
    chip.supply["cause"] = cause
    try:
        return starts.begin()
    finally:
        chip.supply["cause"] = machine.PWRON_RESET


def fallen(depth):
    """An exception from so many functions down."""
    try:
        if depth:
            fallen(depth - 1)
        raise ValueError("at the bottom \xe9")
    except ValueError as error:
        return error


def test_a_crash_survives_the_reset_with_its_traceback():
    power_on()
    record = started()
    record.alive(77, 5)
    record.note(ids.CRASH_TASK, fallen(0))
    found = pending(started())
    assert (found["boot"], found["uptime_s"], found["cause"]) == (5, 77, ids.CRASH_TASK)
    lines = found["text"].splitlines()
    assert lines[0] == FIRMWARE_VERSION and lines[1].startswith("Traceback")
    assert lines[-1] == "ValueError: at the bottom ??", "ASCII, whatever the message is made of"


def test_of_a_long_traceback_the_end_is_kept():
    power_on()
    record = started()
    record.note(ids.CRASH_TASK, ValueError("x" * 3000 + "end"))
    text = pending(started())["text"]
    assert (
        len(text) == MAX_TEXT == 440
        and text.startswith(FIRMWARE_VERSION + "\n")
        and text.rstrip().endswith("xend")
    )


def test_a_watchdog_that_ends_a_stay_in_the_boot_loader_is_no_crash():
    """esptool restarts a chip by its watchdog; `Power` has left the RTC memory blank before."""
    power_on()
    record = started(machine.WDT_RESET)
    assert not record.bitten and not record.after_crash and record.watchdog_resets == 0
    record = started(machine.WDT_RESET)
    assert record.bitten and record.after_crash and record.watchdog_resets == 1


def test_a_full_heap_does_not_hide_the_crash():
    power_on()
    record = started()
    gc.collect()
    hoard = []
    size = 65536
    error = MemoryError("no room")
    while size >= 16:
        try:
            hoard.append(bytearray(size))
        except MemoryError:
            size //= 2
    record.note(ids.CRASH_TASK, error)
    hoard.clear()
    gc.collect()
    found = pending(started())
    assert found["cause"] == ids.CRASH_TASK and "MemoryError: no room" in found["text"], found
    assert started().crashes == 1


def test_three_starts_that_fail_lead_to_safe_mode_and_a_good_one_forgets_them():
    power_on()
    assert starts.MAX_FAILED == 3
    wishes = [wants_safe_mode(started()) for _ in range(4)]
    assert wishes == [False, False, False, True]
    record = started()
    assert not wants_safe_mode(record), "safe mode has died as well: the other one is tried"
    record = started()
    assert wants_safe_mode(record)
    record.safe_started = False
    record.store()
    assert wants_safe_mode(started()), "it runs well: it is where a broken insole goes"
    record = started()
    starts.try_normal(record)
    record = started()
    assert not wants_safe_mode(record)
    assert wants_safe_mode(started()), "one more failure is enough"
    record = started()
    record.good()
    assert not wants_safe_mode(started())
    for _ in range(5):
        started()
    rtc.clear()
    assert not wants_safe_mode(started(machine.PWRON_RESET)), "a power cycle is a fresh start"


def test_what_lies_in_rtc_memory_is_believed_if_it_checks():
    power_on()
    for _ in range(5):
        started()
    content = bytearray(machine.RTC().memory())
    for i in (0, 4, 7, 20, 31):
        broken = bytearray(content)
        broken[i] ^= 0x10
        machine.RTC().memory(broken)
        assert starts.load().failed == 0, i
    for broken in (b"", content[:-1], content + b"x", bytes(len(content)), b"\xff" * len(content)):
        machine.RTC().memory(broken)
        assert starts.load().failed == 0
    machine.RTC().memory(content)
    assert starts.load().failed == 5


def test_the_watchdog_leaves_a_record_too():
    power_on()
    started().alive(300, 9)
    record = started(machine.WDT_RESET)
    found = pending(record)
    assert (found["cause"], found["uptime_s"], found["boot"]) == (ids.CRASH_WATCHDOG, 300, 9)
    assert "main loop stood still" in found["text"]
    assert (record.watchdog_resets, record.after_crash) == (1, True)
    record.note(ids.CRASH_TASK, "stands still: radio")
    assert "radio" in pending(started(machine.WDT_RESET))["text"], "what was noted is not written over"


def test_crashes_go_to_flash_at_the_next_start_and_the_last_few_stay():
    power_on()
    for number in range(7):
        record = started()
        record.alive(number, number)
        record.note(ids.CRASH_TASK, "crash %d" % number)
        assert crash_file.store(started()) and not crash_file.store(started())
    assert [one["text"] for one in crash_file.read()] == [
        "%s\ncrash %d" % (FIRMWARE_VERSION, number) for number in (6, 5, 4, 3, 2)
    ]
    with open(crash_file.PATH) as file:
        content = json.load(file)
    assert (content["version"], content["min_reader"]) == (1, 1)


def test_a_file_of_crashes_that_cannot_be_used_is_empty():
    good = {"boot": 1, "uptime_s": 2, "cause": 1, "text": "x", "more": 7}
    for content, expected in (
        ("{", 0), ("[]", 0), ('{"crashes": 7}', 0), ({"crashes": [1, good]}, 0), ({"crashes": [good]}, 1),
        ({"crashes": [dict(good, boot=1 << 16), good, dict(good, text=5), dict(good, uptime_s=-1)]}, 1),
        ({"version": 9, "min_reader": 1, "crashes": [good]}, 1),
        ({"version": 9, "min_reader": 2, "crashes": [good]}, 0),
    ):  # fmt: skip
        power_on()
        with open(crash_file.PATH, "w") as file:
            file.write(content if isinstance(content, str) else json.dumps(content))
        assert len(crash_file.read()) == expected, content
        record = started()
        record.note(ids.CRASH_TASK, "new")
        assert crash_file.store(started())
        assert "new" in crash_file.read()[0]["text"]


def test_flash_that_refuses_keeps_the_crash_in_rtc_memory():
    power_on()
    started().note(ids.CRASH_TASK, "stays")
    write_json = files.write_json

    def refuse(path, content):
        raise OSError(28)

    files.write_json = refuse
    try:
        record = started()
        assert not crash_file.store(record)
        assert crash_file.reply_fields(record, 0, 0, 80)[1].endswith(b"stays"), "told all the same"
    finally:
        files.write_json = write_json
    assert crash_file.store(started())


def test_a_power_cut_at_every_write_leaves_the_crashes_of_before_or_one_more():
    power_on()
    started().note(ids.CRASH_TASK, "old")
    crash_file.store(started())

    def action():
        started().note(ids.CRASH_TASK, "new")
        crash_file.store(started())

    def check(cut):
        texts = [one["text"].partition("\n")[2] for one in crash_file.read()]
        assert texts == ["new", "old"] or (texts == ["old"] and not cut.finished), texts

    workbench.power_cut(action, check)


def test_the_handler_notes_flushes_and_resets():
    power_on()
    bench = Workbench()
    bench.insole.modes.set(ids.MODE_LIVE)
    bench._since_flush = -1000
    bench.slots(60)
    chip.advance(9000000)
    recorder = bench.insole.recorder
    assert recorder.committed < recorder.used
    bench.firmware.crash(None, {"exception": ValueError("the reason")})
    assert recorder.committed == recorder.used and chip.events == ["reset"]
    found = pending(bench.insole.boots)
    assert "the reason" in found["text"] and found["uptime_s"] == 9 and found["boot"] == recorder.boot

    def refuse():
        raise ValueError("the log is broken, too")

    recorder.flush = refuse
    bench.firmware.crash.end(ids.CRASH_EXCEPTION, None)
    assert chip.events == ["reset", "reset"]


def test_a_host_reads_a_crash_piece_by_piece():
    power_on()
    started().note(ids.CRASH_TASK, fallen(3))
    crash_file.store(started())
    complete = crash_file.read()[0]["text"]
    host = Central(Workbench(fresh=False))
    host.hello()
    text, offset = "", 0
    while True:
        reply = host.ask(ids.OP_CRASH, 0, offset).check()
        stored, _, _, cause, size = reply.fields
        if not reply.tail:
            break
        text += reply.text
        offset += len(reply.tail)
    assert text == complete and (stored, cause, size) == (1, ids.CRASH_TASK, len(complete))
    assert host.ask(ids.OP_CRASH, 1, 0).result == ids.RESULT_RANGE
    power_on()
    host = Central(Workbench())
    host.hello()
    reply = host.ask(ids.OP_CRASH, 0, 0)
    assert reply.fields == (0, 0, 0, 0, 0) and reply.text == ""


def test_counters_are_told_in_the_declared_order():
    power_on()
    bench = Workbench()
    host = Central(bench)
    host.hello()
    boots = bench.insole.boots
    boots.crashes, boots.since_power, boots.reset_cause = 3, 4, 5
    bench.insole.recorder.storage_errors = 0x123456789
    tail = host.ask(ids.OP_DIAGNOSTICS).check().tail
    values = named([int.from_bytes(tail[i : i + 4], "little") for i in range(0, len(tail), 4)])
    assert (values["boots_crashes"], values["boots_since_power"], values["boots_reset_cause"]) == (3, 4, 5)
    assert values["recorder_storage_errors"] == 0x23456789
    assert "insole.diagnostics" not in workbench.sys.modules, "its room goes to the rest"


def test_every_counter_has_a_source_of_that_name():
    from insole.diagnostics import SOURCES
    from insole_protocol.diagnostic_names import TABLE

    assert [source.replace(".", "_") for source in SOURCES] == [name for name, _ in TABLE]


def test_faults_that_the_start_tells():
    power_on()
    assert Workbench().insole.faults.flags == 0
    started().note(ids.CRASH_TASK, "x")
    record = started()
    assembled = workbench.assembly.build_insole(chip.board, record)
    assert assembled.faults.flags & ids.FAULT_CRASHED
    rtc.clear()
    native.note("codec_viper", ValueError("incompatible .mpy file"))
    native.note("other", SyntaxError("no emitter"))
    try:
        assert native.missing == ["codec_viper"]
        assert Workbench().insole.faults.flags == ids.FAULT_NATIVE_CODE
    finally:
        native.missing.clear()


class Crash:
    """Lists what the watchdog asks for."""

    def __init__(self):
        self.ends = []
        self.remembered = 0

    def end(self, cause, text):
        self.ends.append((cause, text))

    def remember(self):
        self.remembered += 1


def watched():
    """A watchdog with a part that a test makes ill."""
    power_on()
    crashes = Crash()
    record = started()
    dog = Watchdog(machine.WDT(timeout=8000), record, crashes)
    ill = []
    dog.watch("the first", lambda: "first" not in ill)
    dog.watch("the second", lambda: "second" not in ill)
    return dog, crashes, record, ill


def test_the_watchdog_is_fed_while_every_part_is_well():
    dog, crashes, _, ill = watched()
    for _ in range(5):
        dog.check()
    assert dog._wdt.fed == 5 and dog.ill() == ""
    ill.append("second")
    for _ in range(PATIENCE - 1):
        dog.check()
    assert dog._wdt.fed == 5 and crashes.ends == [], "a few seconds may be bad"
    ill.clear()
    dog.check()
    ill.append("second")
    for _ in range(PATIENCE):
        dog.check()
    assert crashes.ends == [(ids.CRASH_WATCHDOG, "stands still: the second")]
    assert PATIENCE * 1000 < 8000, "in order, before the watchdog bites"


def test_a_start_is_good_after_half_a_minute_in_which_all_was_well():
    dog, crashes, record, ill = watched()
    assert GOOD_CHECKS == 30
    for _ in range(29):
        dog.check()
    ill.append("first")
    dog.check()
    ill.clear()
    for _ in range(29):
        dog.check()
    assert record.failed == 1
    dog.check()
    assert record.failed == 0 and crashes.remembered == 2


def test_the_watchdog_looks_each_second():
    dog = watched()[0]
    looks = []
    dog.check = lambda: looks.append(chip.clock.now_us)

    async def world():
        asyncio.create_task(dog.run())
        for _ in range(450):
            await asyncio.sleep_ms(0)
            chip.advance(10000)

    chip.clock.now_us = 0
    asyncio.new_event_loop()
    asyncio.run(world())
    asyncio.new_event_loop()
    assert looks == [0, 1000000, 2000000, 3000000, 4000000]


def test_progress_may_pause_and_rest():
    state = [0, False]
    goes_on = Progress(lambda: state[0], lambda: state[1], 2)
    assert [goes_on() for _ in range(5)] == [True, True, True, False, False]
    state[0] = 1
    assert [goes_on() for _ in range(4)] == [True, True, True, False]
    state[1] = True
    assert goes_on() and goes_on()
    assert not Progress(lambda: None)(), "a number that was never there"


def test_a_part_that_stands_still_is_named():
    bench = Workbench()
    bench.firmware.watch()
    dog = bench.firmware.watchdog
    bench.slots(100)
    dog.check()
    for _ in range(8):
        dog.check()
    assert chip.events[0] == "reset"
    assert "stands still: sampling" in pending(bench.insole.boots)["text"]


def test_a_task_that_ends_has_died():
    bench = Workbench()

    async def over():
        pass

    bench.firmware.usb.run = over
    bench.live(0.1)
    assert "task ended: usb" in pending(bench.insole.boots)["text"] and chip.events[0] == "reset"


def test_an_end_in_order_is_a_good_start():
    power_on()
    record = started()
    firmware = workbench.assembly.Firmware(chip.board, machine.WDT(timeout=8000), record)
    assert record.failed == 1
    firmware.insole.stop()
    assert record.failed == 0
