"""The radio's count of a stack's buffers is the virtual chip's, and a key says whether it proves anything."""

import importlib.util
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from bumble import smp
from hypothesis import given
from hypothesis import strategies as st
from plantigrade.twin.radio.stack import (
    FIRST_BLOCK_BYTES,
    StackBehaviour,
    WaitingNotifications,
    authenticated,
)

ROOT = Path(__file__).resolve().parents[3]


def on_the_board() -> ModuleType:
    """`firmware/sim/chip/radio_buffers.py`, which the board counts with."""
    path = ROOT / "firmware" / "sim" / "chip" / "radio_buffers.py"
    spec = importlib.util.spec_from_file_location("radio_buffers", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


BOARD = on_the_board()


@given(
    places=st.integers(1, 12),
    mbufs=st.integers(3, 24),
    steps=st.lists(st.one_of(st.integers(1, 244), st.sampled_from(("sent", "copy", "gone"))), max_size=60),
)
def test_both_ends_agree_whether_a_request_can_be_answered(
    places: int, mbufs: int, steps: list[int | str]
) -> None:
    board = BOARD.RadioBuffers(places, mbufs)
    radio = WaitingNotifications(places, mbufs)
    for step in steps:
        if step == "sent":
            for _ in range(radio.sent()):
                board.sent()
        elif step == "copy":
            radio.put(None)
        elif step == "gone":
            assert radio.clear() == board.waiting()
            board.clear()
        elif board.take(step):
            radio.put(int(step))
        assert radio.can_answer() is board.can_answer()


def test_a_pool_of_twelve_blocks_behind_a_full_controller() -> None:
    """Two short values and two long ones: 2 + 2 + 3 + 3 blocks of 12; one more long one finds no room."""
    board, radio = BOARD.RadioBuffers(1, 12), WaitingNotifications(1, 12)
    for length in (200, 219, 20, 220, 244):
        assert board.take(length)
        radio.put(length)
    assert board.free_blocks == 2 and radio.can_answer()
    assert not board.take(244)
    assert board.take(20)
    radio.put(20)
    assert not radio.can_answer() and not board.can_answer()
    assert FIRST_BLOCK_BYTES == BOARD.FIRST_BLOCK_BYTES == 219


@pytest.mark.parametrize(
    ("method", "stored", "expected"),
    [
        (smp.PairingMethod.JUST_WORKS, True, False),
        (smp.PairingMethod.PASSKEY, False, True),
        (None, True, True),
        (None, False, False),
        (None, None, False),
    ],
)
def test_whether_a_connection_proves_who_the_peer_is_is_a_matter_of_its_key(
    method: smp.PairingMethod | None, stored: bool | None, expected: bool
) -> None:
    sessions = {} if method is None else {7: SimpleNamespace(pairing_method=method)}
    device: Any = SimpleNamespace(smp_manager=SimpleNamespace(sessions=sessions))
    link: Any = SimpleNamespace(handle=7, peer_address="C4:50:0A:00:00:01", authenticated=True)
    bonds: Any = SimpleNamespace(authenticated={} if stored is None else {"C4:50:0A:00:00:01": stored})
    assert authenticated(device, link, bonds) is expected


def test_what_a_board_says_of_itself_goes_before_what_is_usual() -> None:
    assert StackBehaviour.of({}) == StackBehaviour(mbufs=12, key_authenticated=True)
    assert StackBehaviour.of({"ble_mbufs": 8, "ble_key_authenticated": 0}) == StackBehaviour(8, False)
