"""A plug-in of Plantigrade; pyproject.toml names its parts. Keep this empty: they are imported one by one."""
