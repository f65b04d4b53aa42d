"""Reference sets: what a group of people has, by parameter, speed, age and instrument."""
