"""Keeping a scenario as a seller profile: the only thing here that writes."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.forms import CharField

from arbitrage.economics.loading import profile_of
from arbitrage.models import SellerProfile, ShippingRate
from arbitrage.whatif.asked import Asked
from arbitrage.whatif.fields import BY_NAME
from products.services import want_recompute

_NAME = CharField(
    max_length=60,
    error_messages={
        "required": "Give the profile a name.",
        "max_length": "The name is longer than 60 characters; shorten it.",
        "null_characters_not_allowed": "The name has a character that cannot be kept; write it anew.",
    },
)


class NotSaved(Exception):
    """Nothing was saved; the message is a sentence that says why and what to do."""


def save_profile(asked: Asked, name: str) -> SellerProfile:
    """A new enabled profile with the scenario's changes, and the wish that all products are judged by it.

    Price offsets belong to no profile and are left out. Raises NotSaved.
    """
    if asked.errors:
        raise NotSaved(" ".join(asked.errors.values()))
    if not any(BY_NAME[changed].in_profile for changed, _ in asked.scenario.changes):
        raise NotSaved("This scenario changes nothing that a profile keeps. Change a cost, a tax or a threshold first.")
    row = asked.scenario.applied(asked.base)
    row.pk, row._state.adding, row.is_default = None, True, False
    try:
        row.name = str(_NAME.clean(name))
        profile_of(row)
        with transaction.atomic():
            row.save(force_insert=True)
            _copy_shipping(asked.base, row)
            want_recompute()
    except ValidationError as error:
        raise NotSaved(" ".join(error.messages)) from error
    except ValueError as error:
        raise NotSaved(str(error)) from error
    except IntegrityError as error:
        raise NotSaved(f"There is a profile named {row.name} already; choose another name.") from error
    return row


def _copy_shipping(base: SellerProfile, row: SellerProfile) -> None:
    """The new profile ships at the prices of the one it came from."""
    bands = ShippingRate.objects.filter(profile=base)
    names = ("target", "up_to", "amount", "valid_from", "valid_to")
    ShippingRate.objects.bulk_create(ShippingRate(profile=row, **values) for values in bands.values(*names))
