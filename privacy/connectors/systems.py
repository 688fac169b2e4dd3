"""One outside system as its map meets its live schema: the ground on which search and erasure stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from privacy.connectors.blanking import blank_value, is_same
from privacy.connectors.database import Database, LiveTable
from privacy.connectors.datamaps import Collection, DataMap
from privacy.connectors.graph import Graph, build_graph
from privacy.connectors.policies import EraseRule, Policies


@dataclass(frozen=True)
class MappedSystem:
    """A map, its policies, and the tables it names as the database describes them now."""

    key: str
    database: Database
    datamap: DataMap
    policies: Policies
    live: Mapping[str, LiveTable]

    @classmethod
    def read(cls, key: str, database: Database, datamap: DataMap, policies: Policies) -> "MappedSystem":
        """Reflect the live schema. HandlerUnavailable where the database does not answer."""
        return cls(key, database, datamap, policies, database.describe(sorted(datamap.collections)))

    @cached_property
    def keys(self) -> dict[str, tuple[str, ...]]:
        """Collection → the columns that name a row: as the database says, else as the map does."""
        return {
            name: (self.live[name].keys if name in self.live else ()) or collection.keys
            for name, collection in self.datamap.collections.items()
        }

    @cached_property
    def graph(self) -> Graph:
        return build_graph(self.datamap, self.keys, {name: table.unique for name, table in self.live.items()})

    @cached_property
    def order(self) -> list[str]:
        """The collections in the order of erasure."""
        return self.graph.in_erasure_order(self.datamap.collections)

    def collection(self, name: str) -> Collection:
        return self.datamap.collections[name]

    def key_of(self, name: str, row: Mapping[str, Any]) -> tuple[str, ...]:
        """The row's key as text, column by column."""
        return tuple(str(row[column]) for column in self.keys[name])

    def typed_key(self, name: str, key: Sequence[str]) -> tuple[Any, ...]:
        """The key as the database compares it."""
        columns = self.live[name].columns
        return tuple(
            int(text) if columns[column].kind is int else text
            for column, text in zip(self.keys[name], key, strict=True)
        )

    def rules(self, name: str) -> dict[str, EraseRule]:
        """Column → what an erasure writes into it. Keys and links are left alone, unless they are
        contact data themselves: they say nothing once what they lead to is blank."""
        untouched = {*self.keys[name], *self.graph.linking_columns(name)}
        found = {
            each.name: self.policies.rule_for(each.categories)
            for each in self.collection(name).fields.values()
            if each.name not in untouched or each.identity or _tells_somebody(each.own_categories)
        }
        return {column: rule for column, rule in found.items() if rule and rule.kind != "delete"}

    def read_only(self, name: str) -> set[str]:
        """Columns that should be blanked and that the map says cannot be."""
        fields = self.collection(name).fields
        return {column for column in self.rules(name) if fields[column].is_read_only}

    def blanks(self, name: str, key: Sequence[str]) -> dict[str, Any]:
        """Column → the blank value of the row `key`."""
        columns = self.live[name].columns
        place = f"{self.key}|{name}"
        return {
            column: blank_value(rule, columns[column], place=place, key=key)
            for column, rule in self.rules(name).items()
            if column not in self.read_only(name)
        }

    def pending(self, name: str, row: Mapping[str, Any], columns: Sequence[str] | None = None) -> list[str]:
        """The columns of a row that still hold what an erasure takes away."""
        blanks = self.blanks(name, self.key_of(name, row))
        return [
            column
            for column, blank in blanks.items()
            if (columns is None or column in columns) and not is_same(row[column], blank)
        ]

    def columns_for_erasure(self, name: str) -> set[str]:
        """What must be read of a row to decide about it."""
        needed = set(self.rules(name)) | set(self.collection(name).identities)
        for entry in self.policies.retained(name):
            needed |= entry.columns
        return needed


def _tells_somebody(categories: Sequence[str]) -> bool:
    return any(each.startswith(("user.contact", "user.name", "user.government_id")) for each in categories)
