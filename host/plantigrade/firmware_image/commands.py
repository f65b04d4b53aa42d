"""`plantigrade firmware`: update bundles built, signed and verified; the keys that sign them."""

from pathlib import Path

import click

from plantigrade.json_output import json_option

PASSPHRASE_VARIABLE = "PLANTIGRADE_KEY_PASSPHRASE"
_file = click.Path(exists=True, dir_okay=False, path_type=Path)
_new_file = click.Path(dir_okay=False, path_type=Path)
_folder = click.Path(file_okay=False, path_type=Path)
_public = click.option(
    "--public",
    type=_file,
    multiple=True,
    help="A public key beside those of firmware/keys; may be given again.",
)
_keys_folder = click.option(
    "--keys", "keys_folder", type=_folder, help="Folder of the public keys [default: firmware/keys]."
)


@click.group(short_help="Build, sign and verify update bundles; keys that sign them.")
def firmware() -> None:
    """Build, sign and verify update bundles for insoles; look after the keys that sign them.

    \b
    Examples:
      plantigrade firmware build --out release
      plantigrade firmware sign release/plantigrade-0.1.0-xtensawin.pgfw --key release.pem
      plantigrade firmware verify release/plantigrade-0.1.0-xtensawin.pgfw
    """


@firmware.command()
@click.option("--out", "folder", type=_folder, default=Path(), show_default=True, help="Folder for it.")
@click.option(
    "--architecture",
    type=click.Choice(["xtensawin", "x64", "rv32imc"]),
    default="xtensawin",
    show_default=True,
    help="xtensawin is the ESP32-S3 of the insole, x64 the twin, rv32imc an ESP32-C3.",
)
@click.option("--version", "version_text", help="Version [default: that of the sources].")
@click.option(
    "--security-counter", type=click.IntRange(0, 2**32 - 1), help="Raised when a fault of security is closed."
)
@click.option(
    "--floor",
    type=click.IntRange(0, 2**32 - 1),
    help="Lowest counter that insoles take once this version is confirmed.",
)
@click.option(
    "--micropython", type=_file, help="A MicroPython image instead: the bundle brings the interpreter."
)
def build(
    folder: Path,
    architecture: str,
    version_text: str | None,
    security_counter: int | None,
    floor: int | None,
    micropython: Path | None,
) -> None:
    """Build an update bundle, not signed yet. The same sources give the same bytes.

    \b
    Examples:
      plantigrade firmware build --out release
      plantigrade firmware build --architecture x64 --version 0.2.0-lab1
    """
    from plantigrade.firmware_image import actions

    if micropython is not None:
        actions.build_micropython(folder, micropython, version_text)
    else:
        actions.build(folder, architecture, version_text, security_counter, floor)


@firmware.command()
@click.argument("bundle", type=_file)
@click.option("--key", type=_file, required=True, help="Secret key in PEM.")
@click.option(
    "--passphrase",
    envvar=PASSPHRASE_VARIABLE,
    show_envvar=True,
    help="Of the key; asked for when it is needed and not given. On the command line others may see it.",
)
@_public
@click.option("--output", type=_new_file, help="Write the signed bundle here instead.")
def sign(
    bundle: Path, key: Path, passphrase: str | None, public: tuple[Path, ...], output: Path | None
) -> None:
    """Sign a bundle.

    \b
    Example:
      plantigrade firmware sign plantigrade-0.1.0-xtensawin.pgfw --key release.pem
    """
    from plantigrade.firmware_image import actions

    if passphrase is None and b"ENCRYPTED" in key.read_bytes()[:64]:
        passphrase = click.prompt("passphrase", hide_input=True, err=True)
    actions.sign(bundle, key, passphrase or None, public, output)


@firmware.command(short_help="Say what a bundle is and who has signed it.")
@click.argument("bundle", type=_file)
@_public
@click.option("--release", "for_release", is_flag=True, help="Refuse what a test key has signed.")
@json_option
def verify(bundle: Path, public: tuple[Path, ...], for_release: bool, json_file: Path | None) -> None:
    """Say what a bundle is and who has signed it; exit code 1 with the reason when it is not in order.

    \b
    Example:
      plantigrade firmware verify plantigrade-0.1.0-xtensawin.pgfw --release
    """
    from plantigrade.firmware_image import actions

    actions.verify(bundle, public, for_release, json_file)


@firmware.group("keys")
def keys_group() -> None:
    """Look after the keys that sign releases.

    An insole's launcher holds two public keys, that of now and the next one. They lie in firmware/keys; the
    secret halves do not belong there.
    """


def _new_passphrase(no_passphrase: bool, passphrase: str | None) -> str | None:
    if no_passphrase or passphrase:
        return passphrase
    text: str = click.prompt("new passphrase", hide_input=True, confirmation_prompt=True, err=True)
    return text


_secret = click.option("--secret", type=_new_file, required=True, help="File for the secret half, in PEM.")
_name = click.option("--name", required=True, help="For people, such as 'release 2027'.")
_no_passphrase = click.option("--no-passphrase", is_flag=True, help="Leave the secret half unencrypted.")
_new = click.option("--passphrase", envvar=PASSPHRASE_VARIABLE, show_envvar=True, help="For the secret half.")


@keys_group.command("new")
@_secret
@_name
@_no_passphrase
@_new
@_keys_folder
def new_key(
    secret: Path, name: str, no_passphrase: bool, passphrase: str | None, keys_folder: Path | None
) -> None:
    """Make the first key, or the next one.

    \b
    Example:
      plantigrade firmware keys new --secret release-2027.pem --name "release 2027"
    """
    from plantigrade.firmware_image import actions

    actions.new_key(secret, name, _new_passphrase(no_passphrase, passphrase), keys_folder)


@keys_group.command("rotate")
@_secret
@_name
@_no_passphrase
@_new
@_keys_folder
def rotate_keys(
    secret: Path, name: str, no_passphrase: bool, passphrase: str | None, keys_folder: Path | None
) -> None:
    """Go on to the next key, and make one for the time after.

    Insoles that hold the former two take bundles of the key that is now the first one. What they hold changes
    only when they are flashed by cable.

    \b
    Example:
      plantigrade firmware keys rotate --secret release-2028.pem --name "release 2028"
    """
    from plantigrade.firmware_image import actions

    actions.rotate_keys(secret, name, _new_passphrase(no_passphrase, passphrase), keys_folder)


@keys_group.command("show")
@_keys_folder
@json_option
def show_keys(keys_folder: Path | None, json_file: Path | None) -> None:
    """List the public keys.

    \b
    Example:
      plantigrade firmware keys show
    """
    from plantigrade.firmware_image import actions

    actions.show_keys(keys_folder, json_file)
