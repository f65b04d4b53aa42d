"""`plantigrade phone`."""

from pathlib import Path

import click


@click.command(short_help="Write the page for phones into a folder for any web server.")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--clinic",
    default="",
    metavar="ORIGIN",
    help="The one server beside its own that the page may talk to, such as https://clinic.example.",
)
@click.option("--language", default="en", show_default=True, help="Of its texts.")
def phone(folder: Path, clinic: str, language: str) -> None:
    """Write the page for phones into FOLDER, for any web server that has https.

    The page holds nothing of anybody: no account, no key, no data. `plantigrade run` serves the same page at
    /phone. Serve the folder over https, .wasm as application/wasm, with the header "X-Frame-Options: DENY".

    \b
    Example:
      plantigrade phone site/phone --clinic https://clinic.example
    """
    from plantigrade.errors import FileError
    from plantigrade.web.phone.site import write_folder
    from plantigrade.web.words import languages

    if language not in languages():
        raise click.BadParameter(f"one of {', '.join(languages())}", param_hint="--language")
    try:
        written = write_folder(folder, language, clinic)
    except OSError as error:
        raise FileError(folder, f"cannot be written: {error.strerror}") from error
    size = sum(path.stat().st_size for path in written)
    click.echo(f"{folder}: {len(written)} files, {size / 1e3:.0f} kB; open {folder.name}/ over https")
    click.echo(f"it talks to its own server{f' and to {clinic}' if clinic else ''}, and to no other")
