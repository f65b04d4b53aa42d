"""Each wearer's frames analysed as they come, with the person's own rules and days."""
