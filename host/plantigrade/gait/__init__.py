"""Gait: from force samples of one or two feet to contacts, cycles, bouts and summaries.

`signals` says what goes in, `results` what comes out, `engine` joins them. Pure and synchronous; no file is
read here.
"""
