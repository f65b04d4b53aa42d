"""The record of a person on the command line."""
