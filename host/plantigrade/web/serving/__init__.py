"""`plantigrade serve`: the pages of a clinic for many homes, parcels from them, workers that file them."""
