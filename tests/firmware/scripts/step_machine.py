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
    words = sys.stdin.readline().split()
    if not words:
        break
    try:
        if words[0] == "new":
            machine = names[sys.argv[2]](tape)
            told = " ".join(["%d:%s" % (weight, rule.__name__) for weight, rule in machine.rules])
        elif words[0] == "step":
            tape.numbers = [int(word) for word in words[2:]]
            told = getattr(machine, words[1])()
            machine.check()
        else:
            machine.end()
            told = "ended"
        print("ok", told)
    except Exception as error:
        text = io.StringIO()
        sys.print_exception(error, text)
        print("failed", repr(text.getvalue()))
