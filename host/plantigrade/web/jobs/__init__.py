"""What takes longer than a page may: reports, exports and imports, each in a process of its own."""
