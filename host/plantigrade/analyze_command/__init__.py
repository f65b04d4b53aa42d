"""`plantigrade analyze`: one recording of any known format, or of the library, on the command line.

`analysis` does the work and makes JSON and tables, `api.reading` opens the recording as `plantigrade.read`
does.
"""
