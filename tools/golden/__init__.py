"""Golden recordings: every figure of six recordings, kept in one file, so that no figure changes unnoticed.

`recordings` are the six, `figures` makes a plain tree of an analysis, `store` keeps trees as TOML,
`comparison` finds what changed beyond the tolerance of its kind, `changelog` adds the row that says why.
"""
