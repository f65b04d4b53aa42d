"""`plantigrade twin`: virtual insoles for any Bluetooth LE host."""

from pathlib import Path

import click

from plantigrade.errors import MissingPartError
from plantigrade.twin.chip_behaviour import LEVELS, TYPICAL, ChipBehaviour

_chip_option = click.option(
    "--chip",
    "chip_level",
    type=click.Choice(LEVELS),
    default=TYPICAL,
    show_default=True,
    help="How unkind the chip is: with flash that takes its time, timers that lose their phase, and so on.",
)
_card_option = click.option(
    "--card/--no-card",
    default=True,
    show_default=True,
    help="Whether the insoles have their SD NAND; without it the log lies in the chip's own flash.",
)


@click.group()
def twin() -> None:
    """Virtual insoles: the real firmware on virtual boards, with a virtual radio."""


@twin.command()
@click.option(
    "--source",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A recorded walk (gaitpdb text); by default the one that the package carries.",
)
@click.option(
    "--condition",
    "conditions",
    multiple=True,
    metavar="KIND:DEGREE[:SIDE]",
    help="Use a virtual person with this condition instead, such as flat-foot:2:left; may be repeated.",
)
@click.option("--neutral-s", default=0.0, show_default=True, help="Neutral walking before the conditions.")
@click.option("--seed", default=1, show_default=True, help="Which virtual person, and how they walk.")
@click.option(
    "--live", is_flag=True, help="Follow the pair with the bridge and show posture alerts as they come."
)
@click.option(
    "--rules",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="With --live: the patient's rules, as `plantigrade posture edit` stores them.",
)
@click.option("--interval-ms", default=30.0, show_default=True, help="Connection interval of the radio.")
@click.option("--seconds", type=float, help="End after this time; by default run until Ctrl-C.")
@click.option(
    "--directory",
    type=click.Path(path_type=Path, file_okay=False),
    help="Store the insoles' flash here and use it again; by default they start factory-new.",
)
@_chip_option
@_card_option
@click.option(
    "--blank",
    is_flag=True,
    help="Run one board instead, with an erased flash, that waits to be flashed by hand.",
)
@click.option(
    "--flash",
    "flash_mib",
    type=click.Choice(["8", "16"]),
    default="8",
    show_default=True,
    help="Size of the flash in MiB.",
)
@click.option(
    "--hold-boot",
    is_flag=True,
    help="Hold the boot button down at power-on: the chip's ROM waits to be flashed, whatever is in flash.",
)
@click.option(
    "--json",
    "json_file",
    type=click.Path(path_type=Path, allow_dash=True),
    help="Write what is running as JSON.",
)
def run(
    source: Path | None,
    conditions: tuple[str, ...],
    neutral_s: float,
    seed: int,
    live: bool,
    rules: Path | None,
    interval_ms: float,
    seconds: float | None,
    directory: Path | None,
    chip_level: str,
    card: bool,
    blank: bool,
    flash_mib: str,
    hold_boot: bool,
    json_file: Path | None,
) -> None:
    """Run a left and a right virtual insole until Ctrl-C.

    \b
    Other commands of the same user find them automatically:
      plantigrade twin run            in one terminal
      plantigrade scan                in another
    The serial ports shown can be opened with any terminal program, and with mpremote:
      mpremote connect /dev/pts/7 fs ls + reset

    With --blank there is one board as it comes from its maker, still and without load unless --source or
    --condition is given. Its port speaks as the ROM of an ESP32-S3 does, so `plantigrade device flash` and
    esptool itself make an insole of it:

    \b
      plantigrade twin run --blank    in one terminal
      esptool --chip esp32s3 --port /dev/pts/7 --before no-reset flash-id
                                      in another

    A pseudo-terminal has no modem lines, hence `--before no-reset`; `--after watchdog-reset` starts what was
    flashed. With --directory the board lasts, and a board that runs can be flashed again after --hold-boot.
    """
    if rules is not None and not live:
        raise click.UsageError("--rules needs --live: without it nobody judges")
    if live and (blank or hold_boot):
        raise click.UsageError("--live needs insoles that run; leave --blank and --hold-boot out")
    try:
        from plantigrade.twin.pair import PairOptions
        from plantigrade.twin.run import Choices, run_twin
    except ModuleNotFoundError as error:
        raise MissingPartError("the twin", "twin", error.name or "bumble") from error
    chip = ChipBehaviour(chip_level)
    run_twin(
        Choices(
            source, conditions, neutral_s, seed, interval_ms, seconds, directory, json_file, live, rules,
            chip, card, PairOptions(blank=blank, flash_mib=int(flash_mib), hold_boot=hold_boot),
        )
    )  # fmt: skip


@twin.command()
@click.option(
    "--hours",
    default=24.0,
    show_default=True,
    type=click.FloatRange(0.05, 240),
    help="How much time to simulate.",
)
@click.option("--seed", default=1, show_default=True, help="Seed of the day and of its faults.")
@_chip_option
@_card_option
@click.option(
    "--json",
    "json_file",
    type=click.Path(path_type=Path, allow_dash=True),
    help="Write the slot counts as JSON; - for standard output.",
)
def soak(hours: float, seed: int, chip_level: str, card: bool, json_file: Path | None) -> None:
    """Wear two insoles for hours in virtual time.

    Faults are injected, and every slot is checked. The real firmware and the real bridge run, on a virtual
    clock: links break, hosts are killed, power is cut at a write, disks are full, bits flip, clocks drift.
    What the chip does that costs slots is told by cause. Exits with 1 unless the slot counts balance to the
    frame, the recording is what the sensors showed, bit for bit, and a typical chip costs at most one slot in
    a thousand.
    """
    try:
        from plantigrade.twin.soak.report import soak_and_report
    except ModuleNotFoundError as error:
        raise MissingPartError("the soak", "twin", error.name or "numpy") from error
    soak_and_report(hours, seed, json_file, ChipBehaviour(chip_level), card)
