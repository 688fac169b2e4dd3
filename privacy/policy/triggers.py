"""Database triggers that freeze a published version and everything that belongs to it.

As with evidence, they are installed after every migrate, and nothing but the test suite lifts them.
A draft can be changed; publishing is the last change that a version ever sees.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model

from privacy.policy.models import PolicyVersion, VersionPart

PREFIX = "kept_policy"
MESSAGE = "a published policy never changes"
VERBS = ("insert", "update", "delete")


def frozen_models() -> list[type[Model]]:
    """The version itself and every model whose rows belong to one."""
    return [PolicyVersion, *(model for model in apps.get_models() if issubclass(model, VersionPart))]


def expected_triggers() -> set[str]:
    """The trigger names that must stand in the database."""
    return {_name(model, verb) for model in frozen_models() for verb in _verbs(model)}


def installed_triggers(using: str = DEFAULT_DB_ALIAS) -> set[str]:
    """The trigger names that do stand there."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE %s AND tgenabled = 'A'", [f"{PREFIX}%"])
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s", [f"{PREFIX}%"])
        return {row[0] for row in cursor.fetchall()}


def missing_triggers(using: str = DEFAULT_DB_ALIAS) -> set[str]:
    """What makes `doctor` and promise S95 red."""
    return expected_triggers() - installed_triggers(using)


def install_triggers(using: str = DEFAULT_DB_ALIAS, **_: Any) -> None:
    """Install what is missing; safe to run at any time."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for model in frozen_models():
            if model._meta.db_table in tables:
                for statement in _statements(connection.vendor, model):
                    cursor.execute(statement)


def make_way(using: str = DEFAULT_DB_ALIAS, plan: Sequence[Any] = (), **_: Any) -> None:
    """Before SQLite rebuilds a table: it refuses while the triggers of other tables name the one it replaces.

    They stand again when the migration is over; one that breaks off leaves `doctor` red until the next.
    """
    if plan and connections[using].vendor == "sqlite":
        lift_triggers(using)


def lift_triggers(using: str = DEFAULT_DB_ALIAS) -> None:
    """Remove them all: for a migration on SQLite, and for the test suite, to empty its database between tests."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for model in frozen_models():
            for verb in _verbs(model):
                table = f' ON "{model._meta.db_table}"' if connection.vendor == "postgresql" else ""
                cursor.execute(f'DROP TRIGGER IF EXISTS "{_name(model, verb)}"{table}')


def _verbs(model: type[Model]) -> tuple[str, ...]:
    return VERBS[1:] if model is PolicyVersion else VERBS


def _name(model: type[Model], verb: str) -> str:
    return f"{PREFIX}_{verb}_{model._meta.db_table}"


def _condition(model: type[Model], verb: str) -> str:
    """SQL that is true where the row is, or would come to be, part of a published version."""
    if model is PolicyVersion:
        return "OLD.state = 'published'"
    rows = {"insert": ("NEW",), "update": ("OLD", "NEW"), "delete": ("OLD",)}[verb]
    versions = ", ".join(f"{row}.version_id" for row in rows)
    table = PolicyVersion._meta.db_table
    return f"EXISTS (SELECT 1 FROM \"{table}\" WHERE state = 'published' AND id IN ({versions}))"  # noqa: S608 - our names


def _statements(vendor: str, model: type[Model]) -> Iterable[str]:
    table = model._meta.db_table
    for verb in _verbs(model):
        name, condition = _name(model, verb), _condition(model, verb)
        if vendor == "postgresql":
            result = "OLD" if verb == "delete" else "NEW"
            yield (
                f'CREATE OR REPLACE FUNCTION "{name}_refuse"() RETURNS trigger LANGUAGE plpgsql AS '
                f"$$ BEGIN IF {condition} THEN RAISE EXCEPTION '{MESSAGE}'; END IF; RETURN {result}; END $$"
            )
            yield (
                f'CREATE OR REPLACE TRIGGER "{name}" BEFORE {verb.upper()} ON "{table}" '
                f'FOR EACH ROW EXECUTE FUNCTION "{name}_refuse"()'
            )
            yield f'ALTER TABLE "{table}" ENABLE ALWAYS TRIGGER "{name}"'
        else:
            yield (
                f'CREATE TRIGGER IF NOT EXISTS "{name}" BEFORE {verb.upper()} ON "{table}" '
                f"WHEN {condition} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            )
