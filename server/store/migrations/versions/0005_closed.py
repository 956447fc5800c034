"""When a case was closed and a hash of its kind, so that files of every closed case are found.

What was closed before gets its moment from the register or from the last entry of its log.
"""

import json
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("closed_at", sa.DateTime(timezone=True)))
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("cases", sa.Column("kind_term", kind))
    op.drop_index("ix_cases_committee_id_custody", "cases")
    name = "ix_cases_committee_id_custody_closed_at"
    op.create_index(name, "cases", ["committee_id", "custody", "closed_at"])
    sealed = "SELECT sealed_at FROM register WHERE register.case_id = cases.id"
    op.execute(f"UPDATE cases SET closed_at = ({sealed}) WHERE state = 'sealed'")  # noqa: S608
    _close_what_ended()


def _close_what_ended() -> None:
    database = op.get_bind()
    ended = sa.text("SELECT id FROM cases WHERE state = 'ended'")
    last = sa.text("SELECT body FROM session_log WHERE case_id = :id ORDER BY seq DESC LIMIT 1")
    cases = sa.table("cases", sa.column("id"), sa.column("closed_at", sa.DateTime(timezone=True)))
    for (case,) in database.execute(ended).all():
        body = database.execute(last, {"id": case}).scalar()
        if body is not None:
            at = datetime.fromisoformat(json.loads(body)["at"]).astimezone(UTC)
            moment = at.replace(tzinfo=None) if database.dialect.name == "sqlite" else at
            database.execute(cases.update().where(cases.c.id == case).values(closed_at=moment))


def downgrade() -> None:
    op.drop_index("ix_cases_committee_id_custody_closed_at", "cases")
    op.create_index("ix_cases_committee_id_custody", "cases", ["committee_id", "custody"])
    op.drop_column("cases", "kind_term")
    op.drop_column("cases", "closed_at")
