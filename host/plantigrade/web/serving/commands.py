"""`plantigrade serve` and what belongs to it."""

from pathlib import Path
from typing import Any

import click

from plantigrade.cli import Invocation, pass_invocation
from plantigrade.library.options import library_options
from plantigrade.web.commands import DEFAULT_PORT

_FILE = click.Path(dir_okay=False, exists=True, path_type=Path)


@click.group(
    invoke_without_command=True, short_help="The pages of a clinic for many homes, and parcels from them."
)
@click.option("--port", type=click.IntRange(0, 65535), default=DEFAULT_PORT, show_default=True, help="Port.")
@click.option(
    "--name",
    "names",
    multiple=True,
    metavar="HOST",
    help="Name by which browsers and homes ask for it; may be given again [default: this computer alone].",
)
@click.option("--certificate", type=_FILE, help="Certificate with its chain, PEM; with --private-key.")
@click.option("--private-key", type=_FILE, help="Private key of the certificate, PEM.")
@click.option("--behind-proxy", is_flag=True, help="A proxy on this computer speaks TLS and passes on.")
@click.option("--clinic", default="The clinic", show_default=True, help="Name that homes are shown.")
@click.option(
    "--origin",
    "origins",
    multiple=True,
    metavar="URL",
    help="Origin of pages elsewhere that may send, such as https://phone.example; may be given again.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=2,
    show_default=True,
    help="Processes that file and analyse.",
)
@click.option("--quiet", is_flag=True, help="Print no sign-in link: where the output goes to a log.")
@library_options
@click.pass_context
def serve(
    context: click.Context,
    port: int,
    names: tuple[str, ...],
    certificate: Path | None,
    private_key: Path | None,
    behind_proxy: bool,
    clinic: str,
    origins: tuple[str, ...],
    workers: int,
    quiet: bool,
    url: str | None,
    key_file: Path | None,
) -> None:
    """Serve the pages of a clinic for many homes, and take in what they send.

    Homes and phones are invited with `plantigrade serve invite`; what they send is encrypted for this clinic,
    verified, filed for its person and analysed by worker processes. What cannot be filed is put aside:
    `plantigrade serve parcels` says why. The library has to be encrypted (`plantigrade sessions keys
    new`); PostgreSQL is recommended. docs/how-to/clinic-server.md leads through a whole server with
    systemd, back-up, restore and upgrades.

    \b
    Examples:
      plantigrade --data /srv/clinic serve                       for this computer, to try it
      plantigrade serve --library postgresql:///clinic --name clinic.example --behind-proxy --quiet
      plantigrade serve invite P001 --address https://clinic.example
    """
    if context.invoked_subcommand is not None:
        return
    if (certificate is None) != (private_key is None):
        raise click.UsageError("--certificate and --private-key belong together")
    from plantigrade.web.server import Tls
    from plantigrade.web.serving import actions

    actions.serve(
        actions.Serving(
            data=context.ensure_object(Invocation).data_dir(),
            url=url,
            key_file=key_file,
            port=port,
            names=names,
            tls=None if certificate is None or private_key is None else Tls(certificate, private_key),
            behind_proxy=behind_proxy,
            clinic=clinic,
            origins=origins,
            workers=workers,
            quiet=quiet,
        )
    )


@serve.command()
@click.argument("person")
@click.option(
    "--address",
    default=f"http://127.0.0.1:{DEFAULT_PORT}",
    show_default=True,
    metavar="URL",
    help="Of this server, as the home reaches it.",
)
@library_options
@pass_invocation
def invite(invocation: Invocation, person: str, address: str, **where: Any) -> None:
    """Invite a device of PERSON (a code).

    Prints a link, also as QR code, that works once.

    \b
    Examples:
      plantigrade serve invite P001 --address https://clinic.example
    """
    from plantigrade.web.serving import actions

    actions.invite(invocation.data_dir(), where, person, address)


@serve.command()
@click.option("--end", type=int, metavar="N", help="End the credential of a device, by its number.")
@library_options
@pass_invocation
def devices(invocation: Invocation, end: int | None, **where: Any) -> None:
    """List the devices that send.

    Says when each was heard of, and who wishes that their data be erased.

    \b
    Examples:
      plantigrade serve devices
      plantigrade serve devices --end 3
    """
    from plantigrade.web.serving import actions

    if end is not None:
        actions.end_device(invocation.data_dir(), where, end)
    else:
        actions.show_devices(invocation.data_dir(), where)


@serve.command()
@library_options
@pass_invocation
def parcels(invocation: Invocation, **where: Any) -> None:
    """Count the parcels that were sent here.

    Those that were put aside or are odd are listed, with the reason.

    \b
    Examples:
      plantigrade serve parcels
    """
    from plantigrade.web.serving import actions

    actions.show_parcels(invocation.data_dir(), where)


@serve.command()
@click.argument("number", type=int)
@library_options
@pass_invocation
def retry(invocation: Invocation, number: int, **where: Any) -> None:
    """Open parcel NUMBER again that was put aside.

    Do it after an update, or when a key is back.

    \b
    Examples:
      plantigrade serve retry 17
    """
    from plantigrade.web.serving import actions

    actions.retry(invocation.data_dir(), where, number)


@serve.command()
@click.argument("number", type=int)
@library_options
@pass_invocation
def discard(invocation: Invocation, number: int, **where: Any) -> None:
    """Remove parcel NUMBER that was put aside, for good.

    \b
    Examples:
      plantigrade serve discard 17
    """
    from plantigrade.web.serving import actions

    actions.discard(invocation.data_dir(), where, number)
