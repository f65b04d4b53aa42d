"""Recordings and journals encrypted for one clinic before they leave home: docs/reference/parcels.md."""
