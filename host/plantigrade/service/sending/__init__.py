"""Sends recordings to clinics: in pieces, for weeks, only what the person consented to."""
