"""Run by Alembic for every migration, on the connection and in the transaction that the library holds."""

from alembic import context

from plantigrade.library.catalogue.sending_tables import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
