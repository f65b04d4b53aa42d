"""`plantigrade service published`: what leaves this computer, and taking it away from the broker."""

import click

from plantigrade.cli import Invocation, data_option, pass_invocation


@click.command("published", short_help="Show what goes to other programs; take it away.")
@click.option("--remove", is_flag=True, help="Take states and discovery away from the MQTT broker.")
@data_option
@pass_invocation
def published(invocation: Invocation, remove: bool) -> None:
    """Show what the service passes on to other programs, as the settings say.

    With --remove everything that was left at the MQTT broker is taken away, as when you stop publishing for
    good. The service should not run then: it would leave it there again.

    \b
    Examples:
      plantigrade service published
      plantigrade service published --remove
    """
    from plantigrade.service.publish import actions

    if remove:
        actions.remove(invocation.data_dir())
    else:
        actions.show(invocation.data_dir())
