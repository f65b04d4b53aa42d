"""A small virtual machine with an unmodified Linux Bluetooth stack, joined to the virtual radio.

`install` fetches what it needs, `image` makes the boot files, `machine` runs a job in it, `guest/` holds what
runs inside. Emulation in software is enough: no KVM, no Bluetooth hardware, no change to the computer it runs
on.
"""
