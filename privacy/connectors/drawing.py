"""A data map as a picture: where its collections stand, and what each line of the table beside it says."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from privacy.connectors.systems import MappedSystem

WIDTH, HEIGHT, ACROSS, DOWN, EDGE = 210, 44, 290, 60, 16
TALLEST = 24  # collections one above the other, before a second column begins
LETTERS = 23


@dataclass(frozen=True, slots=True)
class Node:
    """One collection. `steps` are the references from a person's identifier to it; None: no way leads there."""

    name: str
    steps: int | None
    identities: tuple[str, ...]
    action: str
    grounds: tuple[str, ...]
    columns: int
    points: tuple[str, ...]
    x: int = 0
    y: int = 0

    @property
    def tone(self) -> str:
        """How it is drawn."""
        if self.steps is None:
            return "lost" if self.action != STAYS else "aside"
        return "start" if self.steps == 0 else "found"

    @property
    def short(self) -> str:
        return self.name if len(self.name) <= LETTERS else f"{self.name[: LETTERS - 1]}…"


STAYS = "nothing personal: left as it is"


def nodes_of(system: MappedSystem) -> list[Node]:
    """Every collection of the map, those nearest to an identifier first."""
    steps = _steps(system)
    found = [_node(system, name, steps.get(name)) for name in system.datamap.collections]
    return sorted(found, key=lambda node: (node.steps is None, node.steps or 0, node.name))


def around(system: MappedSystem, nodes: Sequence[Node], name: str) -> list[Node]:
    """A collection and those that hang on it or that it hangs on."""
    near = {name}
    for edge in system.graph.edges:
        if name in (edge.source, edge.target):
            near |= {edge.source, edge.target}
    return [node for node in nodes if node.name in near]


def draw(system: MappedSystem, nodes: Sequence[Node]) -> dict[str, Any]:
    """What the template of the picture needs: places of boxes and arrows, and the size of the whole."""
    places: dict[str, tuple[int, int]] = {}
    column = 0
    for level in dict.fromkeys(node.steps for node in nodes):
        names = [node.name for node in nodes if node.steps == level]
        for index, name in enumerate(names):
            places[name] = (EDGE + (column + index // TALLEST) * ACROSS, EDGE + (index % TALLEST) * DOWN)
        column += -(-len(names) // TALLEST)
    boxes = [{"node": node, "x": places[node.name][0], "y": places[node.name][1]} for node in nodes]
    pairs: dict[tuple[str, str], bool] = {}
    for edge in system.graph.edges:
        if edge.source in places and edge.target in places:
            pairs[edge.source, edge.target] = pairs.get((edge.source, edge.target), False) or edge.is_followed
    followed = {pair for pair, is_followed in pairs.items() if is_followed}
    arrows = [
        {"path": _path(places[source], places[target]), "is_followed": is_followed}
        for (source, target), is_followed in pairs.items()
        if is_followed or (target, source) not in followed
    ]
    height = max((y for _, y in places.values()), default=0) + HEIGHT + 2 * EDGE
    width = max(column, 1) * ACROSS - (ACROSS - WIDTH) + 2 * EDGE
    return {
        "boxes": boxes,
        "arrows": arrows,
        "width": width,
        "height": height,
        "box_width": WIDTH,
        "box_height": HEIGHT,
    }


def _path(source: tuple[int, int], target: tuple[int, int]) -> str:
    """A curve that leaves a box on one side and enters the other on its facing side."""
    (x1, y1), (x2, y2) = source, target
    y1, y2 = y1 + HEIGHT // 2, y2 + HEIGHT // 2
    if x1 == x2:  # one above the other, or itself: out and back on the right
        x1 = x2 = x1 + WIDTH
        y2 += 10 if y1 == y2 else 0
        return f"M{x1} {y1} C{x1 + 50} {y1} {x2 + 50} {y2} {x2} {y2}"
    if x2 - x1 > ACROSS:  # past other boxes, in the gap below its row
        x1, gap = x1 + WIDTH, max(y1, y2) + DOWN // 2
        start, end = f"M{x1} {y1} C{x1 + 25} {y1} {x1 + 15} {gap} {x1 + 40} {gap}", f"L{x2 - 40} {gap}"
        return f"{start} {end} C{x2 - 15} {gap} {x2 - 25} {y2} {x2} {y2}"
    if x1 < x2:
        x1 += WIDTH
        return f"M{x1} {y1} C{x1 + 40} {y1} {x2 - 40} {y2} {x2} {y2}"
    x2 += WIDTH
    return f"M{x1} {y1} C{x1 - 40} {y1} {x2 + 40} {y2} {x2} {y2}"


def _steps(system: MappedSystem) -> dict[str, int]:
    steps = {name: 0 for name, each in system.datamap.collections.items() if each.identities}
    waiting = list(steps)
    for name in waiting:  # grows as it is walked, nearest first
        for edge in system.graph.ways_from(name):
            if edge.target not in steps:
                steps[edge.target] = steps[name] + 1
                waiting.append(edge.target)
    return steps


def _node(system: MappedSystem, name: str, steps: int | None) -> Node:
    collection, edges = system.collection(name), system.graph.edges
    return Node(
        name,
        steps,
        tuple(f"{column} ({kind})" for column, kind in collection.identities.items()),
        _action(system, name),
        tuple(dict.fromkeys(entry.ground for entry in system.policies.retained(name))),
        len(collection.fields),
        tuple(
            dict.fromkeys(
                f"{edge.target}{'' if edge.is_followed else ' (not followed)'}" for edge in edges if edge.source == name
            )
        ),
    )


def _action(system: MappedSystem, name: str) -> str:
    if name in system.deleted:
        return "rows are deleted"
    count = len(set(system.rules(name)) - system.read_only(name))
    return f"{count} column{'s' if count > 1 else ''} overwritten" if count else STAYS
