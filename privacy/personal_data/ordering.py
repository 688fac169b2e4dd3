"""In which order handlers act: rows that point at others go before the rows they point at."""

from graphlib import TopologicalSorter

from privacy.personal_data.contract import Handler, handlers
from privacy.personal_data.model_handler import ModelHandler


def in_erasure_order() -> list[Handler]:
    """Outside systems first (they need our identifiers), then our tables, children before parents."""
    everything = handlers.all()
    own = {handler.key: handler for handler in everything if isinstance(handler, ModelHandler)}
    outside = [handler for handler in everything if handler.key not in own]
    sorter: TopologicalSorter[str] = TopologicalSorter({key: set() for key in own})
    for key, handler in own.items():
        for field in handler.declaration.model._meta.concrete_fields:
            target = field.related_model._meta.label if field.related_model else ""
            if target in own and target != key:
                sorter.add(target, key)
    return [*outside, *(own[key] for key in sorter.static_order())]
