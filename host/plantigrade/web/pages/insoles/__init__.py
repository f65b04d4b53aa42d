"""Insoles: are the devices well, and what can be done with them?"""
