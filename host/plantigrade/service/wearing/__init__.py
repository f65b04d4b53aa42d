"""How a day becomes recordings: cuts, journals of wearings, provisional and final recordings."""
