"""What a person can set on one insole, kept in flash.

Keys, types, ranges and defaults are in `insole_protocol.settings`. The file is JSON:
{"version": VERSION, "values": {name: value}}. A file that cannot be read, or a value out of range, gives the default
and raises `damaged` until the next setting is stored; it never keeps the insole from starting.
"""

from insole import files
from insole_protocol import errors
from insole_protocol import settings as table

VERSION = 2
PATH = "/settings.json"


def migrate(version, values):
    """Bring the values of an older file to VERSION; names that nobody knows are ignored later.

    Version 1 had one "advertise_ms" for both modes; it becomes the live one.
    """
    if version < 2 and "advertise_ms" in values:
        values["advertise_live_ms"] = values.pop("advertise_ms")
    return values


class Settings:
    """The values in force, by key of `insole_protocol.settings`.

    Attributes:
        damaged: the file was there but could not be used, in whole or for at least one value.
    """

    def __init__(self, path=PATH):
        self._path = path
        self.damaged = False
        self._values = {key: table.default(key) for key in table.keys()}
        self._load()

    def _load(self):
        try:
            content = files.read_json(self._path)
            if content is None:
                return
            if content["version"] > VERSION:
                raise ValueError("settings of a newer firmware")
            stored = migrate(content["version"], content["values"])
            items = [(key, stored[table.name(key)]) for key in table.keys() if table.name(key) in stored]
        except (ValueError, KeyError, TypeError, AttributeError):
            self.damaged = True
            return
        for key, value in items:
            try:
                table.check(key, value)
                self._values[key] = value
            except errors.ValueRangeError:
                self.damaged = True

    def __getitem__(self, key):
        return self._values[key]

    def store(self, key, value):
        """Put a value in force and into flash.

        Raises:
            ValueRangeError: unknown key or value out of range; nothing changed.
            OSError: flash refused; the value is in force until the next boot only.
        """
        table.check(key, value)
        self._values[key] = value
        names = {table.name(one): self._values[one] for one in self._values}
        files.write_json(self._path, {"version": VERSION, "values": names})
        self.damaged = False
