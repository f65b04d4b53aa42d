"""Write `codec_viper.py` of insole_protocol from `kernels.py`: the same loops with viper's types."""

import argparse
import re
import sys
from pathlib import Path

from insole_protocol import kernels as _loops

PACKAGE = Path(__file__).resolve().parent.parent / "shared" / "insole_protocol"
TYPES = {'"Bytes"': "ptr8", '"Words"': "ptr16", '"Params"': "ptr32"}
HEAD = '''# Generated from kernels.py by tools/make_viper.py: do not edit.
# pyright: basic, reportMissingImports=false, reportMissingModuleSource=false, reportUndefinedVariable=false
# ruff: noqa: F821, PLR0915
"""The encoder's inner loops as machine code, for MicroPython only; `kernels` says what each does."""

import micropython
'''


def viper_source(kernels: str) -> str:
    """The text of codec_viper.py for the text of kernels.py."""
    body = "\n\n" + kernels[kernels.index("def ") :]
    for name, value in vars(_loops).items():
        if name.isupper():  # viper knows no constants of a module
            body = re.sub(rf"\b{name}\b", str(value), body)
    for python, viper in TYPES.items():
        body = body.replace(python, viper)
    body = re.sub(r"\((\w+\[\w+\]) & 65535\)", r"\1", body)  # ptr16 reads without sign
    body = re.sub(r"\) -> None:.*", "):", body)
    body = re.sub(r'\n    """[^"]*"""', "", body)
    return HEAD + re.sub(r"\ndef ", "\n@micropython.viper\ndef ", body)


def main(arguments: list[str] | None = None) -> int:
    """Write the file, or with --check say whether it is current."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="only compare; exit 1 when the file is out of date"
    )
    check = bool(parser.parse_args(arguments).check)
    target = PACKAGE / "codec_viper.py"
    text = viper_source((PACKAGE / "kernels.py").read_text())
    if not check:
        target.write_text(text)
        return 0
    if target.exists() and target.read_text() == text:
        return 0
    print(f"{target.name} is out of date: run python -m tools.make_viper", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
