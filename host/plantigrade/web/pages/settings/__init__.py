"""Settings: reading, reminders, who sees what, where one is signed in, taking along and erasing."""
