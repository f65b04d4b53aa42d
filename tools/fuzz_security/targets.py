"""The parsers under fire, each with well-formed inputs to begin with.

What is under a key must come out as it went in or not at all: a parser that takes a damaged record, message,
proof or file fails the fuzz as one that crashes does.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from insole_protocol import authentication, event_records, host_messages, ids, key_record, messages, replies
from insole_protocol.advert_reader import AdvertisementError
from insole_protocol.authentication import BY_HOST, BY_INSOLE, Guard, InsoleSide, NotGenuineError
from insole_protocol.errors import MessageError, ProtocolError
from insole_protocol.private_advert import private_data
from plantigrade.library.catalogue.insole_keys import InsoleKeys
from plantigrade.library.insole_key_files.content import KeyFileError, build
from plantigrade.library.insole_key_files.content import parse as parse_content
from plantigrade.library.insole_key_files.sealing import parse_sealed, seal_for_library, seal_with_code
from plantigrade.library.keys.typed_code import ONE_TIME_CODE, PAPER_CODE, CodeError, CodeKind
from plantigrade.library.keys.vault import MasterKey
from plantigrade.link.discovery import Recognition

from tools.fuzz_security.mutants import Mutate, damaged_bytes, damaged_code, damaged_json
from tools.fuzz_security.sealed import judge_records, sealed_seeds

KEY: Final = bytes(range(32))
SERIAL: Final = "00000A50477A3F01"
CHANNEL: Final = 2
LIBRARY_KEY: Final = MasterKey.from_bytes(KEY)


class WrongError(AssertionError):
    """A parser took what nobody vouches for."""


@dataclass(frozen=True)
class Target:
    """A parser under fire.

    Attributes:
        name: as it is printed.
        seeds: well-formed inputs to begin with.
        parse: gives how many of a batch it took; named errors are its own affair.
        mutate: makes an input out of a seed.
    """

    name: str
    seeds: tuple[bytes, ...]
    parse: Callable[[list[bytes]], int]
    mutate: Mutate = damaged_bytes

    def batch(self, count: int, chance: random.Random) -> list[bytes]:
        """So many damaged inputs."""
        return [self.mutate(chance.choice(self.seeds), chance) for _ in range(count)]


def _each(parse: Callable[[bytes], object], *refusals: type[Exception]) -> Callable[[list[bytes]], int]:
    """A parser of one input as one of a batch; `refusals` are its named errors."""

    def parse_all(inputs: list[bytes]) -> int:
        taken = 0
        for data in inputs:
            try:
                parse(data)
                taken += 1
            except refusals:
                continue
        return taken

    return parse_all


_GUARDED: Final = Guard(KEY, BY_INSOLE, BY_HOST)
_LONG: Final = _GUARDED.closed(CHANNEL, b"\x83\x05\x00" + bytes(40))
_SHORT: Final = _GUARDED.closed(CHANNEL, b"\x83\x05\x00")


def _open_guarded(data: bytes) -> None:
    Guard(KEY, BY_HOST, BY_INSOLE).open(CHANNEL, data)
    if data not in (_LONG, _SHORT):
        raise WrongError("a guarded message that was changed")


_HOST_KEY: Final = authentication.host_key(KEY, bytes(8))
_PROOF: Final = bytes(24) + authentication.proof(_HOST_KEY, BY_HOST, bytes(16), bytes(16))


def _prove(data: bytes) -> None:
    insole = InsoleSide(KEY)
    insole.begin(int.from_bytes(data[:8], "little"), data[8:24], bytes(16))
    insole.prove(data[24:])
    if data != _PROOF:
        raise WrongError("a proof that was changed")


def _commands() -> tuple[bytes, ...]:
    ask = host_messages.build_command
    return (
        ask(ids.OP_AUTH_BEGIN, 1, 7, value=bytes(16)),
        ask(ids.OP_AUTH_PROVE, 2, value=bytes(16)),
        ask(ids.OP_SERVICE, 3, 1),
        ask(ids.OP_FORGET, 4),
        ask(ids.OP_EVENTS, 5, 0),
    )


def _replies() -> tuple[bytes, ...]:
    event = event_records.pack(7, 3, 5, 1, 60, bytes(6), b"")
    return (
        messages.build_reply(ids.OP_AUTH_BEGIN, 1, tail=bytes(32)),
        messages.build_reply(ids.OP_SERVICE, 3, 1),
        messages.build_reply(ids.OP_EVENTS, 5, 2, tail=event * 3),
        messages.build_refusal(ids.OP_AUTH_PROVE, 2, ids.RESULT_NOT_ALLOWED, "this is not the key"),
    )


def _read_reply(data: bytes) -> None:
    reply = host_messages.parse_reply(data)
    if reply.result != ids.RESULT_OK:
        return
    if reply.op == ids.OP_SERVICE:
        replies.ServiceReply(reply)
    elif reply.op == ids.OP_EVENTS:
        for at in range(0, len(reply.tail), event_records.EVENT_BYTES):
            event_records.unpack(reply.tail[at : at + event_records.EVENT_BYTES])


_ADVERTISED: Final = private_data(KEY, b"once", 0, 50)


def _read_advertisement(data: bytes) -> None:
    Recognition({SERIAL: (KEY,)}).read(data)


_INSOLES: Final = (
    InsoleKeys(SERIAL, KEY, (KEY, bytes(32))),
    InsoleKeys("00000A50477A3F02", None, (bytes(range(100, 132)),)),
)
_SEALED: Final = seal_for_library(build(_INSOLES), LIBRARY_KEY)


def _recover(data: bytes) -> None:
    """A recovery file, as `plantigrade keys recover` takes it from whoever has found one."""
    if parse_content(parse_sealed(data).open_with_key(LIBRARY_KEY)) != _INSOLES:
        raise WrongError("a recovery file that was changed")


def _type(kind: CodeKind) -> Callable[[bytes], None]:
    def read(data: bytes) -> None:
        kind.read(data.decode("utf-8", "replace"))

    return read


def targets() -> tuple[Target, ...]:
    """Every parser."""
    one_time = seal_with_code(build(_INSOLES), bytes(12)).text().encode()
    recovery = _SEALED.text().encode()
    return (
        Target("key files", (one_time, recovery), _each(parse_sealed, KeyFileError), damaged_json),
        Target("keys in files", (build(_INSOLES),), _each(parse_content, KeyFileError), damaged_json),
        Target("recovery files", (recovery,), _each(_recover, KeyFileError), damaged_json),
        _code_target("paper codes", PAPER_CODE),
        _code_target("one-time codes", ONE_TIME_CODE),
        Target("sealed records", sealed_seeds(KEY), judge_records(KEY)),
        Target("guarded messages", (_LONG, _SHORT), _each(_open_guarded, NotGenuineError)),
        Target("proofs", (_PROOF,), _each(_prove, MessageError)),
        Target("commands", _commands(), _each(messages.parse_command, ProtocolError)),
        Target("replies", _replies(), _each(_read_reply, ProtocolError)),
        Target(
            "keys in flash",
            (key_record.build(key_record.LOG, KEY), bytes(key_record.TOTAL_BYTES)),
            _each(lambda data: key_record.read(key_record.LOG, data), key_record.KeyRecordError),
        ),
        Target("advertisements", (_ADVERTISED,), _each(_read_advertisement, AdvertisementError)),
        Target(
            "noted events",
            (event_records.pack(7, 3, 5, 1, 60, bytes(6), b"1.0"),),
            _each(event_records.unpack),
        ),
    )


def _code_target(name: str, kind: CodeKind) -> Target:
    secrets = (bytes(kind.secret_bytes), bytes(range(kind.secret_bytes)))
    codes = tuple(kind.write(secret).encode() for secret in secrets)
    return Target(name, codes, _each(_type(kind), CodeError), damaged_code)
