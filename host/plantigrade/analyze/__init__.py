"""`plantigrade analyze`: any recording that we can read becomes gait parameters, tables and a page.

`commands` is the command line, `full_analysis` runs import, engine and balance, `document` makes the JSON,
`tables` the CSV files, `terminal` what the person sees, `norms` the published ranges that stand beside the
figures.
"""
