"""Keeps the tree of organisations a tree, also for two who change it at the same time."""

from __future__ import annotations

import pgtrigger
from django.db import connection

# One change of a superior at a time: of two that close a circle together, each alone would be right.
LOCK = "SELECT pg_advisory_xact_lock(hashtext('branches_branch.parent_id'))"
# The walk ends also in a tree that is broken already, since UNION takes no row twice.
_REFUSE_CIRCLE = f"""
    IF NEW.parent_id IS NULL OR NEW.parent_id IS NOT DISTINCT FROM OLD.parent_id THEN RETURN NEW; END IF;
    {LOCK.replace("SELECT", "PERFORM")};
    IF EXISTS (
        WITH RECURSIVE above AS (
            SELECT NEW.parent_id AS id
            UNION
            SELECT branch.parent_id FROM branches_branch AS branch JOIN above ON branch.id = above.id
        )
        SELECT FROM above WHERE id = NEW.id
    ) THEN
        RAISE check_violation USING
            MESSAGE = 'branch_tree: an organisation would stand below itself', CONSTRAINT = 'branch_tree';
    END IF;
    RETURN NEW;
"""  # noqa: S608 - our own constants


def tree_trigger() -> pgtrigger.Trigger:
    """Refuses a superior that stands below the organisation."""
    return pgtrigger.Trigger(
        name="tree",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf("parent_id"),
        func=_REFUSE_CIRCLE,
    )


def tree_hold() -> None:
    """Wait for whoever changes the tree and keep others from it until the transaction ends.

    Taken before any row, or two who wait for each other's rows would never end.
    """
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
