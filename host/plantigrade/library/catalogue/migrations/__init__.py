"""Steps of the catalogue's tables from each version to the next (Alembic)."""
