"""Compare: did it change beyond chance?"""
