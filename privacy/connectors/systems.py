"""One outside system as its map meets its live schema: the ground on which search and erasure stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from privacy.connectors.blanking import blank_value, is_same
from privacy.connectors.database import Database
from privacy.connectors.datamaps import Collection, DataMap
from privacy.connectors.graph import Edge, Graph, build_graph
from privacy.connectors.live_schema import ForeignKey, LiveColumn, LiveTable
from privacy.connectors.masking import EraseRule
from privacy.connectors.policies import Policies


@dataclass(frozen=True, eq=False)
class MappedSystem:
    """A map, its policies, and the tables it names as the database describes them now."""

    key: str
    database: Database
    datamap: DataMap
    policies: Policies
    live: Mapping[str, LiveTable]
    fingerprint: str = ""  # of the schema, taken before it was read; empty where the database has none

    @classmethod
    def read(
        cls, key: str, database: Database, datamap: DataMap, policies: Policies, *, fingerprint: str = ""
    ) -> "MappedSystem":
        """Reflect the live schema. HandlerUnavailable where the database does not answer."""
        return cls(key, database, datamap, policies, database.describe(sorted(datamap.collections)), fingerprint)

    @cached_property
    def keys(self) -> dict[str, tuple[str, ...]]:
        """Collection → the columns that name a row: as the database says, else as the map does."""
        return {
            name: (self.live[name].keys if name in self.live else ()) or collection.keys
            for name, collection in self.datamap.collections.items()
        }

    @cached_property
    def _rules(self) -> dict[str, dict[str, EraseRule]]:
        return {}

    @cached_property
    def _written(self) -> dict[str, tuple[tuple[str, EraseRule, LiveColumn], ...]]:
        return {}

    @cached_property
    def graph(self) -> Graph:
        return build_graph(self.datamap, self.keys, {name: table.unique for name, table in self.live.items()})

    @cached_property
    def order(self) -> list[str]:
        """The collections in the order of erasure."""
        after = {name: each.erase_after for name, each in self.datamap.collections.items()}
        return self.graph.in_erasure_order(self.datamap.collections, after)

    @cached_property
    def leaves(self) -> Mapping[str, Edge]:
        """Collections whose rows can be read by their owners' alone, each with the way from there: nothing hangs on
        them, nobody is named in them, and no other way leads to them."""
        found = {name: self.graph.way_to_leaf(name) for name in self.datamap.collections}
        plain = {name: edge for name, edge in found.items() if edge and not self.collection(name).identities}
        return {name: edge for name, edge in plain.items() if edge.source not in plain}

    @cached_property
    def foreign_keys(self) -> list[ForeignKey]:
        """Every foreign key of the schema, also of tables that the map does not name."""
        return self.database.foreign_keys()

    @cached_property
    def deleted(self) -> frozenset[str]:
        """The collections whose rows go as a whole."""
        return frozenset(name for name, each in self.datamap.collections.items() if self.policies.deletes(each))

    @cached_property
    def unreachable(self) -> list[str]:
        """Collections with personal data to which no way leads from any identity."""
        collections = self.datamap.collections
        reached = self.graph.reached_from([name for name, each in collections.items() if each.identities])
        return [
            name
            for name, each in sorted(collections.items())
            if name not in reached and any(one.is_personal for one in each.fields.values())
        ]

    @cached_property
    def unaccounted(self) -> list[str]:
        """Those of them that may hold the people who are looked for: not those that the map says are about others."""
        collections = self.datamap.collections
        ours = {subject for each in collections.values() if each.identities for subject in each.subjects}
        about = {name: collections[name].subjects for name in self.unreachable}
        return [name for name, subjects in about.items() if not subjects or not ours or subjects & ours]

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

    def rules(self, name: str) -> Mapping[str, EraseRule]:
        """Column → what an erasure writes into it. Keys and links are left alone, unless they are
        contact data themselves: they say nothing once what they lead to is blank."""
        if (known := self._rules.get(name)) is None:
            known = self._rules[name] = self._find_rules(name)
        return known

    def _find_rules(self, name: str) -> dict[str, EraseRule]:
        untouched = {*self.keys[name], *self.graph.linking_columns(name)}
        found = {
            each.name: each.masking or self.policies.rule_for(each.categories)
            for each in self.collection(name).fields.values()
            if each.name not in untouched or each.identity or _tells_somebody(each.own_categories)
        }
        return {column: rule for column, rule in found.items() if rule and rule.kind != "delete"}

    def read_only(self, name: str) -> set[str]:
        """Columns that should be blanked and that the map says cannot be."""
        fields = self.collection(name).fields
        return {column for column in self.rules(name) if fields[column].is_read_only}

    def column(self, name: str, column: str) -> LiveColumn:
        """A column as the database has it, no longer than the map says."""
        live, wanted = self.live[name].columns[column], self.collection(name).fields[column].length
        return replace(live, length=min(wanted, live.length or wanted)) if wanted and live.kind is str else live

    def blanks(self, name: str, row: Mapping[str, Any]) -> dict[str, Any]:
        """Column → the blank value of a row."""
        key = self.key_of(name, row)
        place = f"{self.key}|{name}"
        return {
            column: blank_value(rule, live, place=place, key=key, found=row[column])
            for column, rule, live in self._blanked(name)
        }

    def _blanked(self, name: str) -> tuple[tuple[str, EraseRule, LiveColumn], ...]:
        """The columns that an erasure writes: asked for every row, and the same for all of them."""
        if (known := self._written.get(name)) is None:
            fixed = self.read_only(name)
            known = self._written[name] = tuple(
                (column, rule, self.column(name, column))
                for column, rule in self.rules(name).items()
                if column not in fixed
            )
        return known

    def pending(self, name: str, row: Mapping[str, Any], columns: Sequence[str] | None = None) -> dict[str, Any]:
        """Of the columns that still hold what an erasure takes away: column → what it writes there."""
        return {
            column: blank
            for column, blank in self.blanks(name, row).items()
            if (columns is None or column in columns) and not is_same(row[column], blank)
        }

    def columns_for_erasure(self, name: str) -> set[str]:
        """What must be read of a row to decide about it."""
        needed = set(self.rules(name)) | set(self.collection(name).identities)
        for entry in self.policies.retained(name):
            needed |= entry.columns
        return needed


def _tells_somebody(categories: Sequence[str]) -> bool:
    return any(each.startswith(("user.contact", "user.name", "user.government_id")) for each in categories)
