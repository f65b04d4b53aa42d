"""Inside the virtual machine: carries HCI packets between a virtio serial port and /dev/vhci.

The port is a stream, /dev/vhci takes and gives whole packets, so the stream is cut by the lengths in the
packets' headers (Bluetooth Core, volume 4, part A: H4).
"""

import os
import select
import sys

_HEADER = {1: (4, 3, 1), 2: (5, 3, 2), 3: (4, 3, 1), 4: (3, 2, 1), 5: (5, 3, 2)}
"""Packet indicator -> length of the header with indicator, offset and size of the length field."""
_ISO, _ISO_LENGTH_MASK = 5, 0x3FFF
_CREATE_CONTROLLER = b"\xff\x00"
_VENDOR = 0xFF


def packet_length(data: bytes) -> int:
    """Length of the packet that `data` begins with; 0 while its header is incomplete.

    Raises:
        ValueError: no such packet indicator.
    """
    if not data:
        return 0
    if data[0] not in _HEADER:
        raise ValueError(f"packet indicator {data[0]:#04x}")
    header, offset, size = _HEADER[data[0]]
    if len(data) < header:
        return 0
    length = int.from_bytes(data[offset : offset + size], "little")
    return header + (length & _ISO_LENGTH_MASK if data[0] == _ISO else length)


def write_all(descriptor: int, data: bytes) -> None:
    """Write everything, however little the port takes at a time."""
    while data:
        data = data[os.write(descriptor, data) :]


def main() -> None:
    """Carry packets until the port closes."""
    port = os.open(sys.argv[1], os.O_RDWR)
    controller = os.open("/dev/vhci", os.O_RDWR)
    os.write(controller, _CREATE_CONTROLLER)
    poller = select.poll()
    poller.register(port, select.POLLIN)
    poller.register(controller, select.POLLIN)
    received = b""
    while True:
        for descriptor, _ in poller.poll():
            if descriptor == controller:
                packet = os.read(controller, 4096)
                if packet[0] != _VENDOR:
                    write_all(port, packet)
                continue
            data = os.read(port, 4096)
            if not data:
                return
            received += data
            while (length := packet_length(received)) and length <= len(received):
                os.write(controller, received[:length])
                received = received[length:]


if __name__ == "__main__":
    main()
