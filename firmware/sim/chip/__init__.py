"""The one virtual chip: `machine`, `esp32`, `bluetooth` and `time` as MicroPython on an ESP32 has them.

The twin (`sim`), the soak (`sim/soak`) and the firmware's tests (`tests/firmware/fakes`) run on these same
modules. Where they differ (whose clock, what the sensors show, where a packet goes, what a reset does) is a
row of `hardware`, which each of them fills in before it hands the chip to the firmware.
"""
