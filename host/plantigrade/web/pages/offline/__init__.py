"""What the installed app shows while the computer behind it cannot be reached."""
