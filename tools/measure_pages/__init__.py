"""How fast the pages of recordings are: lists of 10 000, what a first paint needs, a chart of a day."""
