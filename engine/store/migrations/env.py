"""Alembic's way in: the connection is given by `engine.store.database`, whose transaction all of it runs in."""

from alembic import context

from engine.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
