"""The people who share with an account: who needs a look today, and the course of one of them."""
