"""The virtual walker beside what healthy people were measured to have."""
