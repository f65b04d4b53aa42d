"""The power fails at every operation of the flash while an app is updated, and while esptool writes.

    python -m tools.boot_power_cuts             all cuts, clean and torn
    python -m tools.boot_power_cuts --every 10  every tenth

Two app updates in a row (ota_0 to ota_1 and back) run on a virtual board: what its interpreter writes and
what its boot loader writes, across resets. After each cut some app must run, the update must be possible once
more, and what it brought must stay. Then esptool writes table, records, identity and keys: after each cut the
chip must let itself be flashed again, with every region as it was meant to be and nothing beside them
changed. The bytes of esptool are recorded once and sent again for each cut, as a cut leaves a real one
waiting for seconds.

Said are cut points, what ran after them, and failures; the exit code is 1 when there is one.
"""
