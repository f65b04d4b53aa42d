"""`plantigrade service`: start the always-on bridge at log-in, and tell the running one what to do."""

import click

from plantigrade.cli import Invocation, data_option, pass_invocation
from plantigrade.service.control import MAX_MINUTES, MAX_SECONDS, Action, Order, send
from plantigrade.service.notify.commands import notify_test
from plantigrade.service.publish.commands import published


@click.group(short_help="Start the service at log-in, and tell the running one what to do.")
def service() -> None:
    """Start the service (`plantigrade run`) at log-in, and tell the running one what to do.

    \b
    Examples:
      plantigrade service install
      plantigrade service live 10
      plantigrade service record --seconds 60 --title stairs
    """


service.add_command(notify_test)
service.add_command(published)


@service.command()
@click.option("--dry-run", is_flag=True, help="Show what would be written and run, and do nothing.")
@data_option
@pass_invocation
def install(invocation: Invocation, dry_run: bool) -> None:
    """Start the service now and whenever you log in.

    It uses what the system has for this: a systemd user unit on Linux, a launch agent on macOS, a scheduled
    task on Windows. No administrator's rights are needed.

    On Linux a user's services end when the user logs out; `loginctl enable-linger` lets them go on.

    \b
    Examples:
      plantigrade service install
      plantigrade --data /srv/insoles service install
    """
    from plantigrade.service.install import actions

    actions.install(invocation.data_dir(), dry_run)


@service.command()
@data_option
@pass_invocation
def uninstall(invocation: Invocation) -> None:
    """Stop the service and start it no longer.

    Recordings stay.

    \b
    Example:
      plantigrade service uninstall
    """
    from plantigrade.service.install import actions

    actions.uninstall(invocation.data_dir())


@service.command()
@click.argument("minutes", type=click.FloatRange(min=1, max=MAX_MINUTES), default=10.0)
@data_option
@pass_invocation
def live(invocation: Invocation, minutes: float) -> None:
    """Stream live for some minutes, by default 10.

    Then the insoles go back to daily mode, which saves their batteries.

    \b
    Example:
      plantigrade service live 5
    """
    click.echo(send(invocation.data_dir(), Order(Action.LIVE, minutes=minutes)))


@service.command()
@data_option
@pass_invocation
def daily(invocation: Invocation) -> None:
    """End live mode now.

    \b
    Example:
      plantigrade service daily
    """
    click.echo(send(invocation.data_dir(), Order(Action.DAILY)))


@service.command()
@data_option
@pass_invocation
def pause(invocation: Invocation) -> None:
    """Let go of the insoles; they keep logging.

    Another program or a phone can connect to them then.

    \b
    Example:
      plantigrade service pause
    """
    click.echo(send(invocation.data_dir(), Order(Action.PAUSE)))


@service.command()
@data_option
@pass_invocation
def resume(invocation: Invocation) -> None:
    """Look after the insoles again.

    What they logged meanwhile is fetched.

    \b
    Example:
      plantigrade service resume
    """
    click.echo(send(invocation.data_dir(), Order(Action.RESUME)))


@service.command()
@click.option(
    "--seconds",
    type=click.FloatRange(min=1, max=MAX_SECONDS),
    help="End after this time; by default until `--stop`.",
)
@click.option("--title", default="", help="Title of the recording.")
@click.option("--stop", is_flag=True, help="End the recording that is being made.")
@data_option
@pass_invocation
def record(invocation: Invocation, seconds: float | None, title: str, stop: bool) -> None:
    """Make a recording of its own.

    It is made with the insoles that the service looks after, in live mode.

    \b
    Examples:
      plantigrade service record --seconds 60 --title stairs
      plantigrade service record --stop
    """
    order = (
        Order(Action.STOP_RECORDING) if stop else Order(Action.START_RECORDING, seconds=seconds, title=title)
    )
    click.echo(send(invocation.data_dir(), order))


@service.command()
@data_option
@pass_invocation
def stop(invocation: Invocation) -> None:
    """End the running service in order.

    One that was installed starts again at the next log-in.

    \b
    Example:
      plantigrade service stop
    """
    click.echo(send(invocation.data_dir(), Order(Action.STOP)))
