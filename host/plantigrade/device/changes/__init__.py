"""What makes an insole another one than it was: going back, wiping, forgetting; and who did so before."""
