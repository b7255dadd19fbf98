"""Which tables there are, in the order in which rows can be inserted, discovered from the models."""

from graphlib import TopologicalSorter

from django.apps import apps
from django.conf import settings
from django.db.models import Model

Table = type[Model]


def tables() -> list[Table]:
    """Every model that has a table of its own, after those that it points to; those between two models included."""
    models = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and not model._meta.swapped
    ]
    return list(TopologicalSorter({model: _pointed_to(model) for model in models}).static_order())


def is_seeded(model: Table) -> bool:
    """Whether an unused database has rows in it."""
    return model._meta.label in settings.SEEDED_TABLES


def _pointed_to(model: Table) -> list[Table]:
    related = [field.related_model for field in model._meta.concrete_fields if field.is_relation]
    return [other for other in related if isinstance(other, type) and other is not model]
