"""The documentation as one site: `make docs`.

`pages` puts every page that readers are led to, and what they link to, into one tree with the pages of the
Python interface, which mkdocstrings makes from docstrings; `notebooks` runs the notebooks; `build` makes
the site of it with MkDocs, strictly: a link or an anchor that leads nowhere stops it. `checked_links` looks
at the finished HTML once more, as a browser would.

MkDocs with Material and mkdocstrings, because our pages are plain Markdown whose links work in the
repository as they stand, and our docstrings are of the style that it reads; Sphinx would need other markup
for both.
"""
