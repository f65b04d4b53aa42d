"""Power-on of the virtual board: put the virtual chip in place, mount the flash, run boot.py and main.py.

Runs as `micropython -X heapsize=... -i boot.py`; the `sim` and `boards` folders lie beside it. The scripts
run in `__main__`, as on a chip, and whatever ends them leads to the prompt.
"""

import sys

from sim import boot_steps as _steps

_scripts = _steps.start_board()
for _name in _scripts:
    try:
        with open(_name) as _file:
            _source = _file.read()
    except OSError:
        continue
    _steps.allow_ctrl_c()
    try:
        exec(compile(_source, _name, "exec"), globals())
    except SystemExit:
        _steps.soft_reset()
    except BaseException as _error:
        sys.print_exception(_error)
        del _error
    _source = None
_steps.prompt_reached()
