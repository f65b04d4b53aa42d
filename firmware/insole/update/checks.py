"""Whether a bundle is for this insole and by somebody whom it trusts: each refusal has number and words."""

import sys

from insole.update import slots
from insole.update.conditions import Refused
from insole_protocol import bundle_layout as layout
from insole_protocol import update_codes as codes
from insole_protocol.layout_id import LAYOUT_ID

_ARCHITECTURE_SHIFT = 10
_WORD_BITS = 0xFFFF


def check_manifest(head, total_bytes, board_name, active):
    """The fields of a manifest, if it is one for this insole; the signature is not looked at.

    Raises:
        Refused: it is not.
    """
    found = layout.fields(head)
    kind = found[layout.KIND]
    if head[:4] != layout.MAGIC or found[1] != layout.FORMAT or kind not in (1, 2):
        raise Refused(codes.REFUSAL_NOT_A_BUNDLE, "this is no bundle that this firmware knows")
    promised = layout.PAYLOAD_AT + found[layout.PAYLOAD_BYTES]
    if promised != total_bytes:
        text = "the bundle has %d bytes, its manifest says %d" % (total_bytes, promised)
        raise Refused(codes.REFUSAL_TRUNCATED, text)
    most = layout.MAX_FILES_BYTES if kind == layout.KIND_FILES else layout.MAX_APP_BYTES
    if found[layout.PAYLOAD_BYTES] > most:
        raise Refused(codes.REFUSAL_TOO_LARGE, "%d bytes, a slot takes %d" % (total_bytes, most))
    if found[layout.PRODUCT_TEXT].rstrip(b"\0") != layout.PRODUCT:
        raise Refused(codes.REFUSAL_PRODUCT, "this is for another product")
    wanted = layout.text_of(found[layout.BOARD_TEXT])
    if wanted and wanted != board_name:
        raise Refused(codes.REFUSAL_BOARD, "this is for the board %s, not %s" % (wanted, board_name))
    if not found[layout.LOWEST_LAYOUT] <= LAYOUT_ID <= found[layout.HIGHEST_LAYOUT]:
        text = "this is for sensor layouts %d to %d, not %d"
        raise Refused(
            codes.REFUSAL_LAYOUT,
            text % (found[layout.LOWEST_LAYOUT], found[layout.HIGHEST_LAYOUT], LAYOUT_ID),
        )
    _check_interpreter(found, active)
    _check_floor(found)
    return found


def _check_interpreter(found, active):
    """Firmware and MicroPython must fit: both halves of an insole, whichever of them the bundle brings."""
    word = getattr(sys.implementation, "_mpy", 0) & _WORD_BITS
    if found[layout.MPY_WORD] >> _ARCHITECTURE_SHIFT != word >> _ARCHITECTURE_SHIFT:
        raise Refused(codes.REFUSAL_ARCHITECTURE, "this is compiled for another processor")
    files_of, version = found, bytes(sys.implementation.version[:3])
    if found[layout.KIND] != layout.KIND_FILES:
        files_of, version = slots.manifest_fields(active), found[layout.LOWEST_MICROPYTHON]
    fits = found[layout.MPY_WORD] == word and (
        files_of is None
        or files_of[layout.LOWEST_MICROPYTHON] <= version <= files_of[layout.HIGHEST_MICROPYTHON]
    )
    if not fits:
        text = "firmware and MicroPython %d.%d.%d do not fit: update the other one first" % tuple(version)
        raise Refused(codes.REFUSAL_MICROPYTHON, text)


def floor_name(kind):
    """What the state calls the lowest counter that is taken."""
    return "floor" if kind == layout.KIND_FILES else "app_floor"


def _check_floor(found):
    floor = slots.read_state().get(floor_name(found[layout.KIND]), 0)
    if found[layout.SECURITY_COUNTER] < floor:
        text = "security counter %d, this insole takes %d and above" % (found[layout.SECURITY_COUNTER], floor)
        raise Refused(codes.REFUSAL_FLOOR, text)


def check_signature(head):
    """Whether a key of the launcher has signed the manifest.

    Raises:
        Refused: none has, or a test key that this launcher does not take.
    """
    import keys  # the launcher's
    from insole.update import signature

    key = head[layout.KEY_ID_AT]
    is_release = min(keys.KEYS) < layout.TEST_KEYS_FROM
    if key >= layout.TEST_KEYS_FROM and (is_release or key not in keys.KEYS):
        raise Refused(codes.REFUSAL_TEST_KEY, "signed by a test key, which everybody has")
    if key not in keys.KEYS:
        raise Refused(codes.REFUSAL_SIGNATURE, "signed by key %d, which this insole does not know" % key)
    view = memoryview(head)
    message, signed = view[: layout.MANIFEST_BYTES], view[layout.MANIFEST_BYTES : layout.PAYLOAD_AT]
    if not signature.is_right(keys.KEYS[key], signed, message):
        raise Refused(codes.REFUSAL_SIGNATURE, "the signature is not that of key %d: altered or forged" % key)
