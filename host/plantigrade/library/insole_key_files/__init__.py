"""Files with the keys of insoles: to another computer, and as a way back when a library is lost."""
