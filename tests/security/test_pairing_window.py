"""A stranger near by pairs with somebody's insole (threat 1, the part of pairing)."""

from pathlib import Path

import pytest

from tests.security.air_kit import scene

pytestmark = [pytest.mark.micropython, pytest.mark.radio, pytest.mark.untimed]


async def test_without_the_button_nobody_gets_in_not_even_as_the_first(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        stranger = s.host("stranger")
        assert not await stranger.pairs(), "sent away"
        assert not await stranger.is_served(), "its key is known no more"


async def test_with_the_button_one_host_gets_in_and_is_known_from_then_on(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        owner = await s.owner()
        assert await owner.is_served()
        assert not await s.host("second").pairs(), "one press, one host"
        assert await owner.is_served()


async def test_with_the_button_and_without_the_key_nobody_is_served_or_bonded(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        await s.press_button()
        stranger = s.host("stranger")
        assert not await stranger.is_served(pair=True)
        assert not await stranger.is_served(), "not bonded either"
        owner = s.trusted("owner")
        assert await owner.is_served(pair=True), "the window is open still"
        assert await owner.is_served()


async def test_a_short_press_opens_nothing(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        await s.press_button(2.0)
        assert not await s.host("stranger").pairs()
