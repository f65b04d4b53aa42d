"""The firmware as a board gets it: compiled files and the image of its file system."""
