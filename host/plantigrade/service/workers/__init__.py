"""What is computed after a wearing, in a process of its own: the loop that holds the radio never waits."""
