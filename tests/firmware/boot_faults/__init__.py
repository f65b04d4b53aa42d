"""The firmware with one module broken, for every module that the folders hold: does the insole come back?"""
