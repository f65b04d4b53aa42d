"""The record of a person in the library: typed parts, each dated, exported and erased together."""
