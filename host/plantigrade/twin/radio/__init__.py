"""The virtual radio: a process of its own that joins the insoles' firmware with any Bluetooth LE host.

`conditions` what can be set; `air` connection events between controllers; `insole` one firmware's end;
`bonds` keys stored by the firmware; `stack` what NimBLE's host does in between; `server` the process;
`client` how this process is started and told what to do.
"""
