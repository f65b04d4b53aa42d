"""What helps: exercises with their cautions, shoes, when to see someone."""
