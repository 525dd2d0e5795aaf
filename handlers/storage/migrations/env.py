"""Alembic's entry: runs inside the transaction that `open_database` has begun."""

from alembic import context
from sqlalchemy import Connection

from handlers.storage.database import metadata


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])
