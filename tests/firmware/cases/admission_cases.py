"""Who may stay connected to an insole that was given keys: window, strangers, pauses against floods."""

import chip
from blinking import lit
from keyed import BUTTON, KNOWN, NEWCOMER, PROVED, Peer, hold_button, owner_of, pass_ms, workbench
from workbench import Central

from insole_protocol import ids

CLAIMS_TO_BE_KNOWN_MS, PAIRING_MS, PROOF_MS, LONGEST_PAUSE_MS = 5000, 20000, 20000, 8000


def test_without_the_button_a_stranger_goes_after_a_second_and_gets_nothing():
    bench = workbench()
    stranger = Peer(bench, 1, b"\xc0stran").connect().pair()
    assert not stranger.link.secure
    pass_ms(bench, 800)
    assert not stranger.was_sent_away
    pass_ms(bench, 1200)
    assert stranger.was_sent_away
    stranger.leave()
    assert bench.radio._bonds.peers() == 0 and not stranger.connect().encrypt()


def test_a_stranger_that_only_listens_goes_as_well():
    bench = workbench()
    stranger = Peer(bench, 1, b"\xc0quiet").connect()
    pass_ms(bench, 2000)
    assert stranger.was_sent_away


def test_the_first_peer_needs_the_button_and_gets_in_with_it():
    bench = workbench()
    hold_button(bench)
    assert bench.radio.window.is_open
    peer = Peer(bench, 1, b"\xc0first").connect()
    pass_ms(bench, 5000)
    assert not peer.was_sent_away, "a person may have to confirm"
    peer.pair()
    assert peer.link.secure and peer.standing == NEWCOMER
    assert peer.prove().standing == PROVED
    pass_ms(bench, 90000)
    assert not peer.was_sent_away
    peer.leave()
    assert peer.connect().encrypt() and peer.standing == KNOWN
    assert peer.prove().standing == PROVED
    pass_ms(bench, 90000)
    assert not peer.was_sent_away


def test_the_button_has_to_be_held_for_three_seconds_at_a_stretch():
    for held_ms, opens in ((2800, False), (4000, True)):
        bench = workbench()
        hold_button(bench, held_ms)
        assert bench.radio.window.is_open == opens, held_ms
    bench = workbench()
    for _ in range(5):
        hold_button(bench, 1500)
    assert not bench.radio.window.is_open


def test_a_button_that_is_stuck_opens_no_window_at_the_start_and_no_second_one():
    bench = workbench()
    chip.pins[BUTTON] = 0
    try:
        pass_ms(bench, 10000)
        assert not bench.radio.window.is_open, "held since the start"
        chip.pins[BUTTON] = 1
        pass_ms(bench, 1000)
        chip.pins[BUTTON] = 0
        pass_ms(bench, 4000)
        assert bench.radio.window.is_open
        pass_ms(bench, 60000)
        assert not bench.radio.window.is_open
        pass_ms(bench, 60000)
        assert not bench.radio.window.is_open, "a short circuit leaves no door open"
    finally:
        chip.pins[BUTTON] = 1


def test_the_window_closes_after_a_minute_and_with_it_the_door():
    bench = workbench()
    hold_button(bench)
    waiting = Peer(bench, 1, b"\xc0waits").connect()
    pass_ms(bench, PAIRING_MS + 1000)
    assert waiting.was_sent_away, "others want to pair as well"
    waiting.leave()
    pass_ms(bench, 60000)
    assert not bench.radio.window.is_open
    late = Peer(bench, 1, b"\xc0late1").connect().pair()
    assert not late.link.secure
    pass_ms(bench, 2000)
    assert late.was_sent_away


def test_the_led_blinks_as_long_as_the_window_is_open():
    """Even where the wearer wants it dark, and slower than to show which insole it is."""
    bench = workbench()
    window, indicator = bench.radio.window, bench.insole.indicator
    indicator._led.enabled = False
    hold_button(bench)
    blinks = lit(indicator, 6000, ((4000, window.close),))
    assert 5 <= len(blinks) <= 7 and blinks[-1][1] <= 4400, blinks
    assert all(end - start == 150 for start, end in blinks)
    starts = [start for start, _ in blinks]
    assert all(500 <= later - sooner <= 700 for sooner, later in zip(starts[1:], starts[2:])), starts
    window.close()
    indicator.identify(1)
    window.close()
    assert lit(indicator, 500), "what is not its own it leaves"


def test_one_newcomer_at_a_time():
    bench = workbench()
    hold_button(bench)
    first = Peer(bench, 1, b"\xc0first").connect()
    second = Peer(bench, 2, b"\xc0secnd").connect()
    assert second.was_sent_away and not first.was_sent_away
    first.pair()
    second.leave()
    assert first.prove().standing == PROVED and bench.radio._bonds.trust(first.kind, first.address)


def test_who_was_there_before_the_button_goes_when_the_window_opens():
    bench = workbench()
    pass_ms(bench, 1000)
    chip.pins[BUTTON] = 0
    pass_ms(bench, 2800)
    before = Peer(bench, 1, b"\xc0early").connect()
    pass_ms(bench, 1200)
    chip.pins[BUTTON] = 1
    assert bench.radio.window.is_open and before.was_sent_away
    before.begin_pairing()
    bench.air.emit(28, (1, 1, 0, 1, 16))
    bench.radio.serve()
    assert not before.link.secure


def test_who_claims_to_be_known_has_a_little_longer_and_no_more():
    bench = workbench()
    owner = owner_of(bench)
    thief = Peer(bench, 2, owner.address).connect()
    pass_ms(bench, CLAIMS_TO_BE_KNOWN_MS - 400)
    assert not thief.was_sent_away, "a host may take its time to encrypt"
    pass_ms(bench, 1400)
    assert thief.was_sent_away
    thief.leave()
    thief.connect().pair(b"evil")
    pass_ms(bench, 2000)
    assert thief.was_sent_away, "encrypted, and not with the owner's key"


def test_nothing_is_served_to_a_stranger():
    bench = workbench()
    bench.insole.modes.set(ids.MODE_LIVE)
    stranger = Central(bench)  # encrypted at once, as after pairing
    for op in (ids.OP_HELLO, ids.OP_LOG_INFO, ids.OP_WIPE):
        assert stranger.ask_raw(bytes((op, 1, 1, 1))).result == ids.RESULT_NOT_ALLOWED
    bench.slots(200)
    assert stranger.receive() == []


def test_strangers_that_come_again_and_again_find_pauses_that_grow_and_end():
    bench = workbench()
    pauses = []
    for _ in range(60):
        waited = 0
        while not bench.air.advertising:
            pass_ms(bench, 200)
            waited += 200
        if waited >= 1000:  # else the stack has refused to begin
            pauses.append(waited)
        bench.air.advertising = None
        Peer(bench, 1, b"\xc0flood").connect()
        pass_ms(bench, 2000)
        bench.air.emit(2, (1, 1, b"\xc0flood"))
        bench.radio.serve()
    expected = [1000, 2000, 4000] + [LONGEST_PAUSE_MS] * (60 // 3 - 1 - 3)
    assert len(pauses) == len(expected)
    late = [pause - least for pause, least in zip(pauses, expected)]
    assert all(-400 <= one <= 1000 for one in late), pauses
    pass_ms(bench, 70000)
    assert bench.radio.strangers == 0 and bench.air.advertising


def test_the_owner_gets_in_during_a_flood():
    bench = workbench()
    owner = owner_of(bench)
    for round_number in range(12):
        thief = Peer(bench, 2, b"\xc0flood").connect()
        if round_number % 2:
            assert bench.air.advertising, "the other place is still offered"
            assert owner.connect().encrypt() and owner.standing == KNOWN
            owner.leave()
        pass_ms(bench, 2000)
        thief.leave()
        pass_ms(bench, LONGEST_PAUSE_MS + 1000)
        assert bench.air.advertising, "a pause ends, whatever came before it"


def test_two_strangers_do_not_hold_both_places():
    bench = workbench()
    owner_of(bench)
    Peer(bench, 1, b"\xc0thief").connect()
    Peer(bench, 2, b"\xc0thie2").connect()
    assert bench.air.disconnected[-1] == 1, "the one that was there goes at once"


def test_the_button_ends_a_pause():
    bench = workbench()
    for _ in range(3 * 4):
        Peer(bench, 1, b"\xc0flood").connect().leave()
    assert bench.air.advertising is None
    hold_button(bench)
    assert bench.air.advertising


def test_who_is_encrypted_has_to_prove_itself():
    """A bond alone is not enough: whoever was told the key no more goes as well."""
    bench = workbench()
    owner = owner_of(bench)
    owner.connect().encrypt()
    assert owner.link.secure
    pass_ms(bench, PROOF_MS - 400)
    assert not owner.was_sent_away
    pass_ms(bench, 1400)
    assert owner.was_sent_away
    owner.leave()
    hold_button(bench)
    newcomer = Peer(bench, 1, b"\xc0newco").connect()
    pass_ms(bench, PAIRING_MS - 1000)
    newcomer.pair()
    pass_ms(bench, PROOF_MS - 1000)
    assert not newcomer.was_sent_away
    pass_ms(bench, 2000)
    assert newcomer.was_sent_away


def test_the_event_handler_allocates_no_more_than_for_an_insole_without_keys():
    import gc

    from workbench import Workbench

    taken = []
    for make in (Workbench, workbench):
        bench = make()
        address = b"\xc0count"
        events = ((1, (1, 1, address)), (28, (1, 1, 0, 1, 16)), (29, (1, 0, b"key")), (2, (1, 1, address)))
        bench.air.emit(1, (1, 1, address))
        bench.air.emit(2, (1, 1, address))
        bench.radio.serve()
        gc.collect()
        gc.disable()
        before = gc.mem_alloc()
        for event, data in events:
            bench.radio._on_event(event, data)
        taken.append(gc.mem_alloc() - before)
        gc.enable()
    assert taken[1] <= taken[0], taken


def test_a_peer_that_the_task_has_not_seen_yet_is_not_sent_away():
    """The event handler is ahead of the task."""
    bench = workbench()
    chip.advance(50 * 1000000)
    bench.air.emit(1, (1, 1, b"\xc0early"))
    bench.radio.check()
    assert bench.air.disconnected == []
