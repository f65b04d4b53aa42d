"""Accounts of a library: who may open its pages, how they prove themselves, who shares data with them."""
