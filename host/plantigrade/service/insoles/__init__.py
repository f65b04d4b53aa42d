"""Keeping each insole: daily bursts, live on request, back to daily."""
