"""What an insole says about an update by numbers, as text for people."""

from typing import Final

from insole_protocol import update_codes as codes

REFUSALS: Final[dict[int, str]] = {
    codes.REFUSAL_NOT_A_BUNDLE: "it is no update bundle",
    codes.REFUSAL_SIGNATURE: "its signature is not by a key that this insole trusts",
    codes.REFUSAL_TEST_KEY: "it is signed by a test key, which this insole does not take",
    codes.REFUSAL_TRUNCATED: "it is truncated",
    codes.REFUSAL_ALTERED: "what arrived is not what the manifest names (hash)",
    codes.REFUSAL_PRODUCT: "it is for another product",
    codes.REFUSAL_BOARD: "it is for another board",
    codes.REFUSAL_LAYOUT: "it is for another layout of sensors",
    codes.REFUSAL_ARCHITECTURE: "it is compiled for another processor or another .mpy version",
    codes.REFUSAL_MICROPYTHON: "firmware and MicroPython do not fit; update the other one first",
    codes.REFUSAL_FLOOR: "it is older than the lowest version that this insole still takes",
    codes.REFUSAL_BATTERY: "the battery is below 30 %; connect a charger",
    codes.REFUSAL_STORAGE_FULL: "the insole's file system is full",
    codes.REFUSAL_STORAGE_FAILED: "the insole's flash refuses to be written",
    codes.REFUSAL_ON_TRIAL: "the firmware that runs is still on trial; try again when it is confirmed",
    codes.REFUSAL_NOT_IDLE: "the insole is not idle",
    codes.REFUSAL_TOO_LARGE: "it is larger than a slot",
    codes.REFUSAL_PATH: "it names a file outside its slot",
    codes.REFUSAL_DUPLICATE: "it names a file twice",
    codes.REFUSAL_INDEX: "the index of its files is damaged",
    codes.REFUSAL_NOT_BEGUN: "no update was begun",
    codes.REFUSAL_INCOMPLETE: "a part of it is missing",
    codes.REFUSAL_NO_OTHER: "there is no other firmware to go back to",
    codes.REFUSAL_NO_APP_SLOTS: "the insole's flash has no second place for MicroPython",
    codes.REFUSAL_IMAGE: "it is no image of MicroPython that this chip starts",
}
BACK: Final[dict[int, str]] = {
    codes.BACK_STARTS_FAILED: "it did not start three times in a row",
    codes.BACK_NEW_FAULT: "its self-test found a fault that was not there before",
    codes.BACK_SLOTS_LOST: "it lost slots",
    codes.BACK_NO_HELLO: "no host could reach it over the link that brought it",
    codes.BACK_TIME_OUT: "it was not confirmed in time",
    codes.BACK_BOOT_LOADER: "the chip's boot loader did not accept it",
    codes.BACK_ASKED: "somebody asked for it",
    codes.BACK_INCOMPLETE: "its files were not complete",
}
WAITS: Final[dict[int, str]] = {
    codes.WAITS_SELF_TEST: "self-test",
    codes.WAITS_SLOTS: "60 s without a lost slot",
    codes.WAITS_HELLO: "a host that reaches it",
}


def refusal(code: int, insole_says: str = "") -> str:
    """Why an insole refused a bundle.

    >>> refusal(codes.REFUSAL_FLOOR)
    'it is older than the lowest version that this insole still takes'
    >>> refusal(200, "no idea")
    'no idea'
    """
    return REFUSALS.get(code) or insole_says or f"reason {code}"


def went_back(code: int) -> str:
    """Why an insole left a firmware.

    >>> went_back(codes.BACK_NEW_FAULT)
    'its self-test found a fault that was not there before'
    """
    return BACK.get(code, f"reason {code}")


def waits_for(flags: int) -> str:
    """What a firmware on trial still has to show.

    >>> waits_for(codes.WAITS_SLOTS | codes.WAITS_HELLO)
    '60 s without a lost slot, a host that reaches it'
    """
    return ", ".join(text for flag, text in WAITS.items() if flags & flag)
