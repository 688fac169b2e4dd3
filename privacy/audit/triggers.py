"""Database triggers that refuse UPDATE and DELETE (and TRUNCATE on PostgreSQL) on evidence.

SQLite has a third way to change a row: REPLACE deletes the old one, and no DELETE trigger fires for it
(unless the connection asks for recursive triggers, which another program would not). So a trigger before
INSERT refuses a row whose key is there already. PostgreSQL's ON CONFLICT fires the UPDATE trigger.

They are installed after every migrate, because SQLite drops the triggers of a table that a migration
rebuilds. No setting or session variable lifts them; the test suite does so by name on its own
database.
"""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model

from privacy.audit.models import AppendOnlyModel

PREFIX = "kept_evidence"
REFUSE = "SELECT RAISE(ABORT, 'evidence is append-only')"
VERBS = {"postgresql": ("update", "delete", "truncate"), "sqlite": ("update", "delete", "replace")}


def protected_models() -> list[type[Model]]:
    """Every concrete model whose rows are append-only."""
    return [model for model in apps.get_models() if issubclass(model, AppendOnlyModel)]


def expected_triggers(vendor: str) -> set[str]:
    """The trigger names that must stand in the database."""
    return {_name(model, verb) for model in protected_models() for verb in VERBS[vendor]}


def installed_triggers(using: str = DEFAULT_DB_ALIAS) -> set[str]:
    """The trigger names that do stand there, and are enabled for every session."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE %s AND tgenabled = 'A'", [f"{PREFIX}%"])
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s", [f"{PREFIX}%"])
        return {row[0] for row in cursor.fetchall()}


def missing_triggers(using: str = DEFAULT_DB_ALIAS) -> set[str]:
    """What `doctor` and `/healthz` turn red for."""
    return expected_triggers(connections[using].vendor) - installed_triggers(using)


def install_triggers(using: str = DEFAULT_DB_ALIAS, **_: Any) -> None:
    """Install what is missing; safe to run at any time."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    models = [model for model in protected_models() if model._meta.db_table in tables]
    with connection.cursor() as cursor:
        for statement in _statements(connection.vendor, models):
            cursor.execute(statement)


def lift_triggers(using: str = DEFAULT_DB_ALIAS) -> None:
    """Remove them all. Only the test suite calls this, to empty its database between tests."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for model in protected_models():
            for verb in VERBS[connection.vendor]:
                table = f' ON "{model._meta.db_table}"' if connection.vendor == "postgresql" else ""
                cursor.execute(f'DROP TRIGGER IF EXISTS "{_name(model, verb)}"{table}')


def _name(model: type[Model], verb: str) -> str:
    return f"{PREFIX}_{verb}_{model._meta.db_table}"


def _statements(vendor: str, models: Iterable[type[Model]]) -> Iterable[str]:
    if vendor == "postgresql":
        yield (
            f"CREATE OR REPLACE FUNCTION {PREFIX}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'evidence is append-only'; END $$"
        )
        for model in models:
            table = model._meta.db_table
            for verb, level in (("update", "ROW"), ("delete", "ROW"), ("truncate", "STATEMENT")):
                name = _name(model, verb)
                yield (
                    f'CREATE OR REPLACE TRIGGER "{name}" BEFORE {verb.upper()} ON "{table}" '
                    f"FOR EACH {level} EXECUTE FUNCTION {PREFIX}_refuse()"
                )
                yield f'ALTER TABLE "{table}" ENABLE ALWAYS TRIGGER "{name}"'
        return
    for model in models:
        for verb in ("update", "delete"):
            yield (
                f'CREATE TRIGGER IF NOT EXISTS "{_name(model, verb)}" BEFORE {verb.upper()} '
                f'ON "{model._meta.db_table}" BEGIN {REFUSE}; END'
            )
        table, key = model._meta.db_table, model._meta.pk.column
        same_key = f'SELECT 1 FROM "{table}" WHERE "{key}" = NEW."{key}"'  # noqa: S608 - names of our own models
        yield (
            f'CREATE TRIGGER IF NOT EXISTS "{_name(model, "replace")}" BEFORE INSERT ON "{table}" '
            f"WHEN EXISTS ({same_key}) BEGIN {REFUSE}; END"
        )
