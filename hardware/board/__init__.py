"""The main board: design as code, schematic, placement, routing, checks and production files."""
