"""The registry of parameters: one row for each figure that an analysis can hold.

A row says everything about a parameter but how it is computed: name, title, unit, what it needs, definition,
usual range, where it is shown, what is derived from it.

Units, usual ranges, the columns of the strides' table, the tables of terminal and report and
docs/reference/parameters.md are made from these rows; docs/how-to/add-a-parameter.md shows how to add one.
The package imports nothing else of the project but the settings of the gait engine.
"""
