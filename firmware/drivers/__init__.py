"""One folder for each chip or circuit on the board: driver, its fake, its cases, its current, its data sheet.

Only `__init__.py` of a folder, the driver, goes onto a board. How to add one:
docs/how-to/add-a-sensor-driver.md.
"""


def probe(name, i2c, address):
    """The part `name` at this address of the bus, started; None when nothing or something else answers."""
    return __import__("drivers." + name, None, None, (name,)).probe(i2c, address)
