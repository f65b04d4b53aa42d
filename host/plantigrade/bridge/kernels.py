"""Kernels of the bridge, compiled before anything must keep time."""

from plantigrade.bridge import decode
from plantigrade.bridge.clock import slewer


def load_kernels() -> None:
    """Have decoding and stamping ready.

    The very first call on a computer compiles them, which takes a second or two and would hold up the first
    frames for so long; every later start reads them from a file.
    """
    decode.load_kernel()
    slewer.load_kernel()
