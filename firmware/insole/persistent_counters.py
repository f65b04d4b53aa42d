"""Slot and boot numbers that outlive the log: what was used must not be used again, even where no log says
so.

A small file on another partition than the log. In good times it is written at each boot and every five
minutes, and nobody needs it: the log knows better. When the log refuses to write, cannot be opened at boot or
has been replaced by a blank or older one, numbers go on from here.

Writing it may erase flash, which costs four slots. Beside a log on the SD NAND, where nothing else does, the
file therefore speaks for a day, and is written before sampling begins.
"""

from insole import files
from insole_protocol import ids

PATH = "/numbers.json"
VERSION = 1  # of the file; a newer one names in `min_reader` the least reader that understands it
AHEAD_OF_CARD = 1 << 23  # slots (23 h) while the SD NAND takes the log
AHEAD = 1 << 16  # slots (11 min) that a file speaks for: the most that is passed over when it is needed


class PersistentCounters:
    """Attributes: `boot`, the last one; `to_seq`, no slot from here on was used; `unlogged`, whether the log
    does not know how far numbers were used; `erased`, whether a WIPE has erased the log since the file was
    saved."""

    def __init__(self, path=PATH):
        self._path = path
        self.boot = self.to_seq = 0
        self.unlogged = self.erased = False
        try:
            content = files.read_json(path) or {}
            if content.get("min_reader", VERSION) > VERSION:
                return  # of a newer firmware that no older one understands: the log knows
            boot, to_seq = content.get("boot", 0), content.get("to_seq", 0)
            if type(boot) is int and type(to_seq) is int and 0 <= boot < 1 << 16 and 0 <= to_seq < ids.NO_SEQ:
                self.boot, self.to_seq = boot, to_seq
                self.unlogged = content.get("unlogged") is True
                self.erased = content.get("erased") is True
        except ValueError:
            return  # damaged: the log knows

    def save(self, recorder):
        """Write down what is used, if the file does not speak for it any more.

        Raises:
            OSError: this partition refuses, too.
        """
        unlogged = recorder.full and recorder.stop_reason == ids.GAP_STORAGE
        on_card = getattr(recorder, "on_card", False)
        left = self.to_seq - recorder.next_seq
        enough = AHEAD_OF_CARD // 8 if on_card else AHEAD // 2
        if recorder.boot == self.boot and unlogged == self.unlogged and left > enough:
            return
        self.boot, self.unlogged = recorder.boot, unlogged
        self.to_seq = min(recorder.next_seq + (AHEAD_OF_CARD if on_card else AHEAD), ids.NO_SEQ - 1)
        self.erased = False
        files.write_json(self._path, self._content())

    def note_erased(self):
        """Write down that every slot before `to_seq` was erased on command: a log that begins blank at the
        next boot gives that reason for them. It lasts until the next `save`.

        Raises:
            OSError: this partition refuses.
        """
        self.erased = True
        files.write_json(self._path, self._content())

    def _content(self):
        content = {"min_reader": VERSION, "boot": self.boot, "to_seq": self.to_seq, "unlogged": self.unlogged}
        if self.erased:
            content["erased"] = True
        return content
