"""Updates of a virtual insole's firmware: how fast, and how long until a bad one is taken back."""
