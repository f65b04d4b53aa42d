"""Today: is there something to do, and how is today against usual?"""
