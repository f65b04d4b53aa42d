"""A walk as a file: which kinds there are, what each is for, and making one with progress."""
