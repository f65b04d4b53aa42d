"""The phone alone: a page that talks to the insoles by itself, and what a computer does for it."""
