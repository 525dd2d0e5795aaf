"""Equity of accounts at the end of each trading day."""

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"


def upgrade() -> None:
    op.create_table(
        "equity_days",
        sa.Column("account_id", sa.Text, primary_key=True),
        sa.Column("began", sa.BigInteger, primary_key=True),
        sa.Column("day", sa.BigInteger, primary_key=True),
        sa.Column("equity", sa.Text, nullable=False),
        sa.Column("gross_value", sa.Text, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("equity_days")
