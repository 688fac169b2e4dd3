"""The ways through a data map: from where a person is named to everything that is theirs.

A way leads from an owner to what it owns (customer → invoice → line). The other way round, from a row
to the row it points at, is taken only where the map asks for it and the table there is not about other
people: a customer's invoices are the customer's, the customer's support agent is not.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from privacy.connectors.datamaps import Collection, DataMap


@dataclass(frozen=True, slots=True)
class Edge:
    """From columns of `source` to the equal columns of `target`. `owns`: the source owns the target;
    otherwise the source points at the target, which may be shared. `is_followed` says whether the
    search goes this way at all."""

    source: str
    source_columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]
    owns: bool
    is_followed: bool


@dataclass(frozen=True, slots=True)
class Graph:
    """Every edge of a map, and sentences about those that are not followed."""

    edges: tuple[Edge, ...]
    notes: tuple[str, ...]
    about_people: frozenset[str]

    def ways_from(self, collection: str) -> list[Edge]:
        """The edges that the search takes from here."""
        return [edge for edge in self.edges if edge.is_followed and edge.source == collection]

    def way_to_leaf(self, collection: str) -> Edge | None:
        """The one way that leads to a collection from which none leads on; None for every other collection."""
        ways = [edge for edge in self.edges if edge.is_followed and edge.target == collection]
        is_leaf = len(ways) == 1 and ways[0].owns and not self.ways_from(collection)
        return ways[0] if is_leaf and collection not in self.about_people else None

    def pointers_to(self, collection: str) -> list[Edge]:
        """The edges of rows that point at this collection without owning it, followed or not."""
        return [edge for edge in self.edges if not edge.owns and edge.target == collection]

    def linking_columns(self, collection: str) -> set[str]:
        """The columns by which rows hang together: they are never overwritten."""
        return {
            column
            for edge in self.edges
            for name, columns in ((edge.source, edge.source_columns), (edge.target, edge.target_columns))
            if name == collection
            for column in columns
        }

    def people_columns(self, collection: str) -> list["Edge"]:
        """The edges in which columns of this collection name a row of a table about people, turned so
        that this collection is the source."""
        turned = [
            edge
            if not edge.owns
            else Edge(edge.target, edge.target_columns, edge.source, edge.source_columns, False, False)
            for edge in self.edges
        ]
        return [edge for edge in turned if edge.source == collection and edge.target in self.about_people]

    def in_erasure_order(
        self, collections: Iterable[str], after: Mapping[str, Iterable[str]] = MappingProxyType({})
    ) -> list[str]:
        """Rows that point at others come before the rows they point at, and `after` counts more than that. In a
        circle the collection with the fewest before it goes first."""
        fixed = {name: set(after.get(name, ())) for name in sorted(collections)}
        before: dict[str, set[str]] = {name: set() for name in fixed}
        for edge in self.edges:
            owner, owned = (edge.source, edge.target) if edge.owns else (edge.target, edge.source)
            if owner in before and owned in before and owner not in fixed[owned]:
                before[owner] |= {owned} - {owner}
        order: list[str] = []
        while before:
            free = [name for name in before if not fixed[name] & before.keys()]
            name = min(free, key=lambda each: (len(before[each] & before.keys()), each))
            order.append(name)
            del before[name]
        return order

    def reached_from(self, start: Iterable[str]) -> set[str]:
        """Every collection to which a followed way leads from `start`."""
        reached, waiting = set(start), list(start)
        while waiting:
            fresh = {edge.target for edge in self.ways_from(waiting.pop())} - reached
            reached |= fresh
            waiting += fresh
        return reached

    def self_links(self, collection: str) -> list[Edge]:
        """The edges from rows of this collection to the rows of the same one that they own."""
        return [edge for edge in self.edges if edge.owns and edge.source == edge.target == collection]


def build_graph(
    datamap: DataMap, keys: Mapping[str, tuple[str, ...]], unique: Mapping[str, Iterable[tuple[str, ...]]]
) -> Graph:
    """The edges of a map. `keys` and `unique` say which columns name one row, as the database does."""
    edges: dict[Edge, None] = {}
    notes: dict[str, None] = {}
    for collection in datamap.collections.values():
        for target, here, there, leads_here in _references(collection, keys):
            if target == collection.name and (leads_here is None or collection.is_about_people):
                why = "it is about people" if collection.is_about_people else "the map gives no direction"
                notes[f"{collection.name}.{here[0]}: a table that points at itself is not followed: {why}."] = None
                continue
            ways = _directions(collection.name, here, target, there, leads_here=leads_here)
            pair = [_edge(datamap, ends, keys, unique, has_direction=leads_here is not None) for ends in ways]
            edges.update(dict.fromkeys(edge for edge, _ in pair))
            if not any(edge.is_followed for edge, _ in pair):
                notes.update(
                    {
                        f"{edge.source}.{edge.source_columns[0]} → {edge.target} is not followed: {why}.": None
                        for edge, why in pair
                    }
                )
    people = frozenset(each.name for each in datamap.collections.values() if each.is_about_people)
    return Graph(tuple(edges), tuple(notes), people)


Ends = tuple[str, tuple[str, ...], str, tuple[str, ...]]


def _edge(
    datamap: DataMap,
    ends: Ends,
    keys: Mapping[str, tuple[str, ...]],
    unique: Mapping[str, Iterable[tuple[str, ...]]],
    *,
    has_direction: bool,
) -> tuple[Edge, str]:
    """One edge, and why it is not followed."""
    source, source_columns, target, target_columns = ends
    points = _names_one(target, target_columns, keys, unique)
    owns = not points or set(source_columns) == set(keys.get(source, ()))
    why = _why_not(datamap.collections[source], datamap.collections[target], owns=owns)
    if not why and not owns and not has_direction:
        why = "the map gives no direction"
    return Edge(source, source_columns, target, target_columns, owns, not why), why


def _references(
    collection: Collection, keys: Mapping[str, tuple[str, ...]]
) -> Iterable[tuple[str, tuple[str, ...], tuple[str, ...], bool | None]]:
    """Target, columns here, columns there, direction; columns that together name a composite key are
    one reference, two columns that each point at the same column are two."""
    grouped: dict[tuple[str, bool | None], list[tuple[str, str]]] = {}
    for each in collection.fields.values():
        for reference in each.references:
            grouped.setdefault((reference.collection, reference.leads_here), []).append((each.name, reference.field))
    for (target, leads_here), pairs in grouped.items():
        here, there = tuple(a for a, _ in pairs), tuple(b for _, b in pairs)
        composite = {frozenset(keys.get(target, ())), frozenset(keys.get(collection.name, ()))}
        if len(pairs) > 1 and len(set(there)) == len(there) and composite & {frozenset(there), frozenset(here)}:
            yield target, here, there, leads_here
        else:
            yield from ((target, (a,), (b,), leads_here) for a, b in pairs)


def _directions(
    here: str, here_columns: tuple[str, ...], there: str, there_columns: tuple[str, ...], *, leads_here: bool | None
) -> list[Ends]:
    inward = (there, there_columns, here, here_columns)
    outward = (here, here_columns, there, there_columns)
    return [inward, outward] if leads_here is None else [inward if leads_here else outward]


def _names_one(
    name: str,
    columns: tuple[str, ...],
    keys: Mapping[str, tuple[str, ...]],
    unique: Mapping[str, Iterable[tuple[str, ...]]],
) -> bool:
    """Whether these columns name at most one row of the table."""
    sets = [keys.get(name, ()), *unique.get(name, ())]
    return any(each and set(each) <= set(columns) for each in sets)


def _why_not(source: Collection, target: Collection, *, owns: bool) -> str:
    """Why the search does not go this way; empty where it does."""
    if source.subjects and target.subjects and not source.subjects & target.subjects:
        return f"{target.name} is about {', '.join(sorted(target.subjects))}"
    if owns or (source.subjects & target.subjects):
        return ""
    if target.is_about_people:
        return f"{target.name} is about other people; give both collections the same data_subjects if it is not"
    return ""
