"""Charts as plain values that templates draw as SVG, and as bytes that a script draws on a canvas."""
