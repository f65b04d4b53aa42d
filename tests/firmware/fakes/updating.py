"""An insole with two slots, and a host that updates it; on the fake chip."""

import chip  # first: puts its time in place
import json
import os
import sys
import vfs
from binascii import crc32

import bundles
import workbench
from insole.update import receiver, trial
from insole_protocol import ids, update_codes as codes
from insole_protocol.host_messages import parse_reply
from insole_protocol.messages import Command
from insole_protocol.replies import UpdateBeginReply, UpdateDataReply, UpdateStatusReply

bundles.put_keys("now", "next")
workbench.flash = chip.Flash(64)  # two slots need more room than other tests

OLD = [("lib/insole/a.mpy", b"old a" * 500), ("lib/same.mpy", b"same" * 700)]
NEW = [("lib/empty.py", b""), ("lib/insole/a.mpy", b"new a" * 900), ("lib/same.mpy", b"same" * 700)]
GOOD_TRIAL = bundles.bundle(NEW)


class Battery:
    """What the insole's says."""

    percent, charging = 80, False


def write(path, content):
    """A file with all folders above it."""
    parts = path.split("/")
    for i in range(2, len(parts)):
        try:
            os.mkdir("/".join(parts[:i]))
        except OSError:
            pass
    with open(path, "wb") as file:
        file.write(content)


def read(path):
    """Content of a file; None where there is none."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def state():
    """Content of the launcher's file."""
    return json.loads(read("/slot.json"))


def put_slot(slot, files, **other):
    """A whole firmware in a slot, as an update leaves it."""
    payload = bundles.index_of(files)
    other.setdefault("version", b"0.1.0")
    write("/slots/%s/payload.bin" % slot, payload)
    write("/slots/%s/manifest.bin" % slot, bundles.manifest_of(payload, **other) + bytes(384))


def at_the_factory(**changes):
    """Slot a alone, and the state that says so."""
    workbench.clear_flash()
    put_slot("a", OLD)
    values = {"active": "a", "trial": 0, "back": 0, "app": "", "floor": 1}
    values.update(changes)
    write("/slot.json", json.dumps(values).encode())


def launcher():
    """The launcher's own module, fresh as at a start."""
    folder = [one for one in sys.path if one.endswith("/firmware")][0] + "/launcher"
    sys.modules.pop("slots", None)
    sys.modules.pop("pack", None)
    sys.path.insert(0, folder)
    try:
        import slots

        return slots
    finally:
        sys.path.remove(folder)


def start():
    """(slot, state, went back) as the launcher decides."""
    return launcher().choose()


def holds(slot, files):
    """Whether a slot has exactly these files, and says that it is whole."""
    entire = read("/slots/%s/manifest.bin" % slot) is not None
    return entire and read("/slots/%s/payload.bin" % slot) == bundles.index_of(files)


class Host:
    """Sends commands to the receiver of an insole that restarted for an update."""

    def __init__(self, battery=None, link=codes.LINK_BLE, value_bytes=244):
        self.fed = 0
        self.receiver = receiver.Receiver(start(), battery or Battery(), self._feed, 0)
        self._link = link
        self._value_bytes = value_bytes

    def _feed(self):
        self.fed += 1

    def ask(self, op, *arguments, value=b""):
        """A command and its reply."""
        command = Command(op, 9, arguments, value)
        return parse_reply(self.receiver.carry_out(command, self._link, self._value_bytes))

    def status(self, text=0):
        """UPDATE_STATUS."""
        return UpdateStatusReply(self.ask(ids.OP_UPDATE_STATUS, text))

    def begin(self, data):
        """UPDATE_BEGIN of this bundle."""
        return UpdateBeginReply(self.ask(ids.OP_UPDATE_BEGIN, len(data), crc32(data[:640])))

    def send(self, data, most=1 << 30):
        """UPDATE_BEGIN, and DATA until nothing is wanted any more; bytes that were sent."""
        begun = self.begin(data)
        at, sent = begun.next_offset, 0
        while at < len(data) and sent < most:
            part = data[at : at + begun.data_bytes]
            at = UpdateDataReply(self.ask(ids.OP_UPDATE_DATA, at, crc32(part), value=part)).next_offset
            sent += len(part)
        return sent

    def end(self):
        """UPDATE_END, and the insole's own time until it has verified; whether it restarts."""
        self.ask(ids.OP_UPDATE_END).check()
        while self.receiver.verifies:
            if self.receiver.step():
                return True
        return False

    def update(self, data):
        """The whole way; whether it restarts into the new firmware."""
        self.send(data)
        return self.end()


def refusal(data, host=None):
    """(result, refusal, text) with which a bundle is refused."""
    from insole_protocol.host_messages import ReplyError

    host = host or Host()
    result = ids.RESULT_OK
    try:
        host.update(data)
    except ReplyError as error:
        result = error.result
    status = host.status()
    return result, status.refusal, status.text


class Part:
    """A part of an insole, with what a trial looks at."""

    def __init__(self, **values):
        for name in values:
            setattr(self, name, values[name])


class Tried:
    """An insole in normal mode, as far as a trial looks at it."""

    def __init__(self):
        self.chosen = start()
        self.sampler = Part(lost=0)
        self.faults = Part(flags=0)
        self.recorder = Part(full=False)
        self.identity = Part(firmware_version="0.2.0")
        self.greeted = 0
        self.events = []
        self.trial = trial.begin(self)

    def note(self, *event):
        """Into the ring of events."""
        self.events.append(event)

    def stop(self):
        """In order."""

    def seconds(self, count, each=lambda: None):
        """So many seconds pass; how many of them until the trial was over or the insole restarted."""
        for second in range(count):
            each()
            chip.events.clear()
            if self.trial.pass_second() or chip.events:
                return second + 1
        return 0


def confirm():
    """What a trial that went well writes down."""
    insole = Tried()
    insole.trial._confirm()


def unmount():
    """Nothing of a slot is mounted."""
    try:
        vfs.umount("/slot")
    except OSError:
        pass
