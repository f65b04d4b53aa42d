"""Now: do both feet arrive, and where is the load?"""
