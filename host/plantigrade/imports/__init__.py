"""Reading recordings that others wrote: one file per format.

`read(path)` in `imports.formats` finds out what a file is from its content and returns a `gait.signals.Walk`.
Each format module has two functions: `recognises(head)` and `read(source)`. Everything that is wrong with a
file is said as a `plantigrade.errors.FileError`; what is odd but readable ends up in the note of the walk's
source.
"""
