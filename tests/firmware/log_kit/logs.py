"""Logs to begin a test with. For both interpreters."""

from insole.recorder import Recorder
from log_kit.walks import make_record


def filled(device, records, keep_oldest=False, slots=50):
    log = Recorder(device, keep_oldest)
    log.open()
    for _ in range(records):
        log.append(make_record(log.next_seq, slots, log.boot))
    return log


def boots(device):
    log = Recorder(device)
    log.open()
    return log
