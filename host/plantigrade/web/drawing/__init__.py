"""Drawings in SVG, made on the server, so that they need no script: classes of the style sheet alone."""
