"""`/people/CODE/visit`: what is done in the room, step by step, until it is one report."""
