"""Taking in journals that were written elsewhere, such as by a phone."""
