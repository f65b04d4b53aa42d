"""What `plantigrade twin soak` prints."""

import json
import sys
import time
from pathlib import Path

import click
from insole_protocol.gap_reasons import title_of

from plantigrade.errors import PlantigradeError
from plantigrade.twin.chip_behaviour import ChipBehaviour
from plantigrade.twin.seeds import seed_in_error
from plantigrade.twin.soak.run import UNKIND, InsoleLedger, SoakResult, command, run_soak
from plantigrade.twin.soak.time_stamps import ALLOWED_US, TimeStamps

PROGRESS_PERIOD_S = 2.0


class SoakFailedError(PlantigradeError):
    """The slot counts of a soak do not balance, or its recording is not what was sampled."""


def soak_and_report(
    hours: float, seed: int, json_file: Path | None, chip: ChipBehaviour = UNKIND, card: bool = True
) -> None:
    """Run a soak, show how far it is, and say what it found.

    Raises:
        SeededError: something was lost without a reason, or the soak could not go on; says how to repeat it.
    """
    with seed_in_error(seed, command(hours, seed, chip, card)):
        _soak_and_report(hours, seed, json_file, chip, card)


def _soak_and_report(
    hours: float, seed: int, json_file: Path | None, chip: ChipBehaviour, card: bool
) -> None:
    shown = 0.0

    def show(at_s: float) -> None:
        nonlocal shown
        if sys.stderr.isatty() and time.monotonic() - shown > PROGRESS_PERIOD_S:
            shown = time.monotonic()
            click.echo(f"\r{at_s / 3600:.2f} of {hours:g} h", nl=False, err=True)

    result = run_soak(hours, seed, show, chip, card)
    if sys.stderr.isatty():
        click.echo("\r", nl=False, err=True)
    if json_file is not None:
        text = json.dumps(result.as_json(), indent=1) + "\n"
        if str(json_file) == "-":
            click.echo(text, nl=False)
        else:
            json_file.write_text(text)
    else:
        _print(result)
    if not result.passed:
        raise SoakFailedError(
            f"balanced {result.balanced}, bit exact {result.bit_exact},"
            f" verified {result.verified}, missing with the power on"
            f" {sum(ledger.missing_with_power_on for ledger in result.insoles.values())}"
            f" (lost to the chip {sum(ledger.overrun for ledger in result.insoles.values())})"
        )


def _print(result: SoakResult) -> None:
    click.echo(f"{result.hours:g} h of seed {result.seed} lived through in {result.wall_s:.0f} s")
    faults = ", ".join(f"{kind.replace('_', ' ')} {count}" for kind, count in result.faults.items())
    click.echo(f"faults: {faults}")
    for side, ledger in result.insoles.items():
        reasons = ", ".join(
            f"{title_of(reason)} {count}" for reason, count in ledger.missing_by_reason.items()
        )
        click.echo(
            f"{side}: {ledger.frames_requested} frames requested = {ledger.frames_recorded} recorded"
            f" + {ledger.frames_missing} missing ({reasons or 'none'});"
            f" off {ledger.off_s:.0f} s in {ledger.power_losses} power losses,"
            f" {ledger.frames_sampled_lost} sampled frames lost with them"
        )
        click.echo(f"{side}: {_held(ledger)}")
        click.echo(f"{side}: {_time_stamps(ledger.time_stamps)}")
    click.echo(
        f"slot counts {'balance' if result.balanced else 'DO NOT BALANCE'}, recording is "
        f"{'' if result.bit_exact else 'NOT '}what the sensors showed, bit for bit"
    )


def _time_stamps(found: TimeStamps) -> str:
    """How far time stamps are from their samples, and whether the records say so."""
    return (
        f"time stamps at most {found.unmarked_off_us / 1000:g} ms from their samples where nothing is said,"
        f" {found.off_us / 1000:g} ms where records are marked: {found.off} of {found.samples} samples are"
        f" more than {ALLOWED_US / 1000:g} ms off, {found.marked} in marked records"
    )


def _held(ledger: InsoleLedger) -> str:
    """What the chip cost: slots without a sample, by what held it."""
    lost = ", ".join(
        f"{cause.replace('_', ' ')} {slots}" for cause, slots in ledger.slots_lost_by_cause.items()
    )
    share = 100 * ledger.slots_lost / max(ledger.frames_requested, 1)
    held = ", ".join(
        f"{cause.replace('_', ' ')} {times} times, {ms / 1000:.1f} s"
        for cause, (times, ms) in ledger.chip_held.items()
    )
    return f"{ledger.slots_lost} slots lost to a chip that was held ({lost or 'none'}; {share:.3f} %); {held}"
