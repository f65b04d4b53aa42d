"""`plantigrade posture` on the command line: with files, or with a person's record in the library."""
