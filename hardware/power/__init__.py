"""The power budget: what each part draws in each mode, and how long a battery lasts."""
