"""The GATT services an insole offers: our own, Device Information, Battery, Running Speed and Cadence.

The three standard services follow the Bluetooth SIG's assigned numbers, so that any client can read them;
ours is described in shared/PROTOCOL.md, section 6.
"""

import bluetooth
import struct

from insole_protocol import ids

FLAG_READ = 0x0002
FLAG_READ_ENCRYPTED = 0x0202
FLAG_WRITE = 0x0008
FLAG_NOTIFY = 0x0010
FLAG_WRITE_ENCRYPTED = 0x1000

# More than the longest command as one value: what the stack cuts is seen as too long.
CONTROL_BUFFER_BYTES = ids.MAX_COMMAND_BYTES + 4

SENSOR_LOCATION_IN_SHOE = 2  # RSC sensor location
RSC_FEATURE_NONE = 0
RSC_MEASUREMENT = (
    "<BHB"  # flags (no stride length, no distance, walking), speed in 1/256 m/s, cadence in 1/min
)


def _definition(serial_flags):
    uuid = bluetooth.UUID
    return (
        (
            uuid(ids.SERVICE_UUID),
            (
                (uuid(ids.STREAM_UUID), FLAG_NOTIFY),
                (uuid(ids.CONTROL_UUID), FLAG_WRITE | FLAG_NOTIFY | FLAG_WRITE_ENCRYPTED),
                (uuid(ids.LOG_UUID), FLAG_NOTIFY),
            ),
        ),
        (
            uuid(0x180A),  # Device Information
            (
                (uuid(0x2A29), FLAG_READ),  # manufacturer name
                (uuid(0x2A24), FLAG_READ),  # model number
                (uuid(0x2A25), serial_flags),  # serial number
                (uuid(0x2A26), FLAG_READ),  # firmware revision
                (uuid(0x2A27), FLAG_READ),  # hardware revision
            ),
        ),
        (uuid(0x180F), ((uuid(0x2A19), FLAG_READ | FLAG_NOTIFY),)),  # Battery: level
        (
            uuid(0x1814),  # Running Speed and Cadence
            (
                (uuid(0x2A53), FLAG_NOTIFY),  # measurement
                (uuid(0x2A54), FLAG_READ),  # feature
                (uuid(0x2A5D), FLAG_READ),  # sensor location
            ),
        ),
    )


class GattServices:
    """Registers the services with an active `bluetooth.BLE` and keeps their value handles.

    Attributes:
        channels: value handle of each of our channels, by `ids.CHANNEL_*`.
        control: value handle of the control characteristic.
        serial: that of the serial number.
    """

    def __init__(self, ble, identity, board_name):
        self._ble = ble
        ours, information, battery, cadence = ble.gatts_register_services(
            _definition(FLAG_READ_ENCRYPTED if identity.device_key else FLAG_READ)
        )
        stream, self.control, log = ours
        self.channels = {ids.CHANNEL_STREAM: stream, ids.CHANNEL_CONTROL: self.control, ids.CHANNEL_LOG: log}
        ble.gatts_set_buffer(self.control, CONTROL_BUFFER_BYTES)
        texts = (identity.maker, identity.model, identity.serial_text, identity.firmware_version, board_name)
        for i, text in enumerate(texts):
            ble.gatts_write(information[i], text.encode())
        self.serial = information[2]
        self._battery = battery[0]
        self._cadence, feature, location = cadence
        ble.gatts_write(feature, struct.pack("<H", RSC_FEATURE_NONE))
        ble.gatts_write(location, bytes((SENSOR_LOCATION_IN_SHOE,)))
        self._measurement = bytearray(struct.calcsize(RSC_MEASUREMENT))
        self._percent = bytearray(b"\xff")  # nothing shown yet

    def show_battery(self, percent):
        """Put the battery level (0 to 100; 255 unknown is shown as 0) into its characteristic; notify a
        change."""
        value = percent if percent <= 100 else 0
        if self._percent[0] != value:
            self._percent[0] = value
            self._ble.gatts_write(self._battery, self._percent, True)

    def show_cadence(self, cadence_tenths):
        """Notify the RSC measurement, cadence in tenths of steps/min, to every client that subscribed."""
        struct.pack_into(RSC_MEASUREMENT, self._measurement, 0, 0, 0, min(255, (cadence_tenths + 5) // 10))
        self._ble.gatts_write(self._cadence, self._measurement, True)
