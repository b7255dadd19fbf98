"""The demo's second seller profile, with which twelve of the twenty pairs are complete."""

from arbitrage.document_scores import profiles_change
from arbitrage.models import SellerProfile

NAME = "Demo, four registrations"


def load() -> SellerProfile:
    """A German seller registered in DE, FR, IT and ES, who is the demo's default: twelve pairs are worth a look.

    Made once; what people change in it afterwards stays.
    """
    with profiles_change():
        known = SellerProfile.objects.filter(name=NAME).first()
        if known:
            return known
        SellerProfile.objects.filter(is_default=True).update(is_default=False)
        return SellerProfile.objects.create(
            name=NAME,
            is_default=True,
            country="DE",
            vat_registrations=["DE", "FR", "IT", "ES"],
            regime=SellerProfile.Regime.VAT_REGISTERED,
            fulfilment=SellerProfile.Fulfilment.FBA_LOCAL,
            inbound=90,
            prep=60,
            storage=20,
            is_demo=True,
        )


def clear() -> None:
    """Remove the demo's profile and what was computed for it; the oldest other profile is the default again."""
    with profiles_change():
        SellerProfile.objects.filter(is_demo=True).delete()
        oldest = SellerProfile.objects.order_by("pk").first()
        if oldest and not SellerProfile.objects.filter(is_default=True).exists():
            SellerProfile.objects.filter(pk=oldest.pk).update(is_default=True)
