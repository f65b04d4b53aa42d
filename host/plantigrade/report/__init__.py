"""Figures and pages. `page` puts the panels of `curves` and `feet` on one sheet for `analyze --plot`."""
