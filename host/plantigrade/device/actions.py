"""From `plantigrade device ...` to an insole and back to text or JSON."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import click
from insole_protocol import diagnostic_names, ids, replies
from insole_protocol.declarations import BY_OP, values_of
from insole_protocol.layout import SENSOR_NAMES

from plantigrade.bridge.errors import BridgeError, RefusedError
from plantigrade.bridge.hint import give_hint
from plantigrade.bridge.insole import Identity
from plantigrade.bridge.session import Session
from plantigrade.device import health, targets
from plantigrade.device.fault_names import fault_names
from plantigrade.device.provision.factory_keys import known_makers
from plantigrade.device.provision.shown import identity_section
from plantigrade.firmware_image.signing import PublicKey
from plantigrade.json_output import write_json
from plantigrade.support import support_of

MODES = {ids.MODE_IDLE: "idle", ids.MODE_DAILY: "daily", ids.MODE_LIVE: "live"}
SELF_TEST_S = 20.0


class FaultFoundError(BridgeError):
    """The self-test of an insole found a fault."""


def list_ports(json_file: Path | None) -> None:
    """Insoles on USB ports."""
    found = asyncio.run(targets.usb_insoles())
    if json_file is not None:
        insoles = [
            {
                "port": insole.port,
                "virtual": insole.virtual,
                **({} if insole.identity is None else asdict(insole.identity)),
            }
            for insole in found
        ]
        write_json({"schema": "plantigrade.ports/1", "insoles": insoles}, json_file)
    if json_file is None or str(json_file) != "-":
        click.echo("\n".join(_port_line(insole) for insole in found) or "no insoles on USB ports")


def info(target: str | None, json_file: Path | None, data_dir: Path) -> None:
    """Identity, state, settings and log of an insole.

    Args:
        target: which one.
        json_file: where it goes as JSON.
        data_dir: has the public keys of factories whose insoles are genuine.

    Raises:
        LinkError: it cannot be reached, or refuses.
        KeyFileError: a factory's key cannot be read.
    """
    makers = known_makers(data_dir)
    answer = asyncio.run(_with(target, partial(_read_info, makers)))
    if json_file is not None:
        write_json({"schema": "plantigrade.device/1", **answer}, json_file)
    if json_file is None or str(json_file) != "-":
        click.echo("\n\n".join(_part(title, values) for title, values in answer.items()))


def selftest(target: str | None, json_file: Path | None) -> None:
    """Have an insole test itself.

    Raises:
        FaultFoundError: it found a fault.
        LinkError: it cannot be reached, or refuses.
    """
    answer = asyncio.run(_with(target, _self_test))
    if json_file is not None:
        write_json({"schema": "plantigrade.selftest/1", **answer}, json_file)
    if json_file is None or str(json_file) != "-":
        click.echo(_section("level of each sensor, counts", answer["levels"]))
        click.echo(f"\n{answer['text'] or 'no remarks'}")
    if answer["faults"]:
        raise FaultFoundError(f"the insole found a fault: {', '.join(answer['faults'])}")


def identify(target: str | None, seconds: int) -> None:
    """Let an insole blink.

    Raises:
        LinkError: it cannot be reached, or refuses.
    """

    async def blink(session: Session) -> None:
        await session.command_client.ask(ids.OP_IDENTIFY, seconds)

    asyncio.run(_with(target, blink))
    click.echo(f"blinking for {seconds} s")


def hint(target: str | None, seconds: int) -> None:
    """Let an insole blink gently, as it does for a wearer who wants to be reminded that way.

    Raises:
        LinkError: it cannot be reached, or refuses.
    """

    async def blink(session: Session) -> None:
        await give_hint(session, seconds)

    asyncio.run(_with(target, blink))
    click.echo(f"a hint for {seconds} s")


def service(target: str | None, is_open: bool) -> None:
    """Open or lock the interpreter's prompt of an insole, until it restarts.

    Raises:
        LinkError: it cannot be reached, or refuses.
    """

    async def ask(session: Session) -> bool:
        answer = await session.command_client.ask(ids.OP_SERVICE, int(is_open))
        return bool(replies.ServiceReply(answer.reply).open)

    if asyncio.run(_with(target, ask)):
        text = "until it restarts" if is_open else "as always: this insole has no keys"
        click.echo(f"the prompt is open {text}")
    else:
        click.echo("the prompt is locked")


def console(port: str | None) -> None:
    """The interpreter's prompt, until Ctrl-].

    Raises:
        NoTargetError: no port, or more than one, is meant.
        LinkError: the port cannot be opened.
    """
    from plantigrade.device.console import run_console

    run_console(port or asyncio.run(targets.only_port()))


async def _with(target: str | None, job: Any) -> Any:
    async with targets.conversation(await targets.find(target)) as session:
        return await job(session)


async def _read_info(makers: Sequence[PublicKey], session: Session) -> dict[str, Any]:
    identity = session.insole.identity
    assert identity is not None
    status = await session.fetch_status()
    answer: dict[str, Any] = {"insole": _identity(identity), "support": _support(identity.firmware)}
    if (made := await identity_section(session, makers)) is not None:
        answer["identity"] = made
    answer["state"] = _state(status)
    answer["settings"] = await targets.read_settings(session)
    for declared in BY_OP.values():
        if not declared.section or declared.section in answer:
            continue
        try:
            reply = (await session.command_client.ask(declared.op)).reply
        except RefusedError as error:
            if error.result != ids.RESULT_UNKNOWN_COMMAND:  # an older firmware has fewer sections
                answer[declared.section] = {"note": str(error)}
        else:
            answer[declared.section] = values_of(reply, declared.op)
            if declared.op == ids.OP_DIAGNOSTICS:
                counters = replies.DiagnosticsReply(reply).counters
                answer[declared.section] = diagnostic_names.named(counters)
    crashes = await health.read_crashes(session)
    if crashes is not None:
        answer["crashes"] = [asdict(crash) for crash in crashes]
    return answer


async def _self_test(session: Session) -> dict[str, Any]:
    async with asyncio.timeout(SELF_TEST_S):
        answer = replies.SelfTestReply((await session.command_client.ask(ids.OP_SELF_TEST)).reply)
    return {
        "faults": fault_names(answer.faults),
        "levels": dict(zip(SENSOR_NAMES, answer.levels, strict=True)),
        "text": answer.text,
    }


def _identity(identity: Identity) -> dict[str, Any]:
    return asdict(identity)


def _support(firmware: str) -> dict[str, Any]:
    """How long this firmware gets security updates."""
    support, today = support_of(firmware), datetime.now(UTC).date()
    return {
        "line": support.line or None,
        "security_updates": support.text(today),
        "until": None if support.until is None else support.until.isoformat(),
    }


def _state(status: replies.StatusReply) -> dict[str, Any]:
    answer = dict(vars(status))
    answer["mode"] = MODES.get(status.mode, str(status.mode))
    answer["faults"] = fault_names(status.faults)
    return answer


def _port_line(insole: targets.UsbInsole) -> str:
    who = (
        ": ".join(filter(None, ("does not answer", insole.problem)))
        if insole.identity is None
        else (f"{insole.identity.side}  {insole.identity.serial}  firmware {insole.identity.firmware}")
    )
    return f"{insole.port}  {who}{'  (virtual)' if insole.virtual else ''}"


def _part(title: str, values: Any) -> str:
    if title == "crashes":
        return "\n".join(health.crash_lines([health.Crash(**one) for one in values]))
    if title == "diagnostics" and "note" not in values:
        return "\n".join(health.counter_lines(values))
    return _section(title, values)


def _section(title: str, values: dict[str, Any]) -> str:
    width = max((len(name) for name in values), default=0)
    lines = [f"  {name.replace('_', ' '):{width}}  {_text(value)}" for name, value in values.items()]
    return "\n".join([title, *lines])


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"  # pyright: ignore[reportUnknownArgumentType]
    return "unknown" if value is None else str(value)
