"""What `import plantigrade as pg` offers: recordings, their analysis and libraries of them, as tables and
arrays.

`plantigrade/__init__.py` hands these names on when they are asked for. Modules: `reading` opens a recording
by path or identifier, `recording` and `analysis` hold what people work with, `sources` reads no more than
was asked for, `tables` and `arrays` make the pandas and xarray objects, `library` is the session library.

The names of `__all__` in `plantigrade`, their arguments and the columns of their tables stay as they are
within a major version; everything else in the package may change.
"""
