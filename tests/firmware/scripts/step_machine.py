"""One machine of a case file, stepped from outside: a line each of "new", "step RULE NUMBERS...", "end" on
standard input, "ok WORDS" or "failed TRACEBACK" on standard output.

micropython step_machine.py CASE_FILE CLASS
"""

import sys

names = {"__name__": "case"}
with open(sys.argv[1]) as file:  # before the files of the insole take the place of the computer's
    source = file.read()
exec(compile(source, sys.argv[1], "exec"), names)

import io  # noqa: E402
from walk import Tape  # noqa: E402

tape = Tape()
machine = None
while True:
    fields = sys.stdin.readline().split()
    if not fields:
        break
    try:
        if fields[0] == "new":
            machine = names[sys.argv[2]](tape)
            shown = " ".join(["%d:%s" % (weight, rule.__name__) for weight, rule in machine.rules])
        elif fields[0] == "step":
            tape.numbers = [int(word) for word in fields[2:]]
            shown = getattr(machine, fields[1])()
            machine.check()
        else:
            machine.end()
            shown = "ended"
        print("ok", shown)
    except Exception as error:
        text = io.StringIO()
        sys.print_exception(error, text)
        print("failed", repr(text.getvalue()))
