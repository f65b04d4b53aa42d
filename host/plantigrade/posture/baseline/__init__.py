"""What is usual for one person, and whether two periods differ."""
