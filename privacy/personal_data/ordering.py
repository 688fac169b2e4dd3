"""In which order handlers act: rows that point at others go before the rows they point at."""

from functools import lru_cache
from graphlib import TopologicalSorter

from privacy.personal_data.contract import Handler, handlers
from privacy.personal_data.model_handler import ModelHandler


def in_erasure_order() -> list[Handler]:
    """Outside systems first (they need our identifiers), then our tables, children before parents."""
    everything = handlers.all()
    own = {handler.key: handler for handler in everything if isinstance(handler, ModelHandler)}
    outside = [handler for handler in everything if handler.key not in own]
    return [*outside, *(own[key] for key in _children_first(tuple(own.values())))]


@lru_cache(maxsize=8)
def _children_first(own: tuple[ModelHandler, ...]) -> tuple[str, ...]:
    """It follows from the models, so it is found once for the same tables."""
    keys = dict.fromkeys(handler.key for handler in own)
    sorter: TopologicalSorter[str] = TopologicalSorter({key: set() for key in keys})
    for handler in own:
        for field in handler.declaration.model._meta.concrete_fields:
            target = field.related_model._meta.label if field.related_model else ""
            if target in keys and target != handler.key:
                sorter.add(target, handler.key)
    return tuple(sorter.static_order())
