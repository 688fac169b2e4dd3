"""The mark of demo rows: set at their insert, so that no count ever mixes them with real ones."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import models


def in_demo() -> bool:
    """Whether this installation plays the demo."""
    return bool(settings.KEPT_DEMO)


class DemoMark(models.BooleanField):  # type: ignore[type-arg]  # takes no brackets at run time
    """True on every row that is inserted while the installation plays the demo, whatever its code says.

    The database knows it as a plain boolean column.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["default"] = in_demo
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.BooleanField", args, {**kwargs, "default": False}

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:  # noqa: FBT001 - Django's own signature
        if add and in_demo():
            setattr(model_instance, self.attname, True)
        return super().pre_save(model_instance, add)
