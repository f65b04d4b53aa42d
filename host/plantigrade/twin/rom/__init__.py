"""The virtual chip's ROM: its download mode, to which esptool speaks, and what it says at power-on.

The real esptool is the judge: it is used as it is, with its stub and without. What the protocol is follows
Espressif's description (esptool, docs, "Serial Protocol") and the program itself.

| module | has |
|---|---|
| `slip` | frames on the line, of limited length |
| `registers` | what READ_REG and WRITE_REG reach: fuses, flash controller, watchdog, straps |
| `fuses` | the eFuse file that `espefuse --virt` reads and writes |
| `commands` | the commands of the ROM itself |
| `stub` | what the flasher stub does otherwise |
| `download` | all of it as one mode of a board |
"""
