"""The demo's second seller profile, with which twelve of the twenty pairs are complete."""

from arbitrage.models import SellerProfile

NAME = "Demo, four registrations"


def load() -> SellerProfile:
    """A German seller registered in DE, FR, IT and ES. Made once; what people change in it afterwards stays."""
    profile, _ = SellerProfile.objects.get_or_create(
        name=NAME,
        defaults={
            "country": "DE",
            "vat_registrations": ["DE", "FR", "IT", "ES"],
            "regime": SellerProfile.Regime.VAT_REGISTERED,
            "fulfilment": SellerProfile.Fulfilment.FBA_LOCAL,
            "inbound": 90,
            "prep": 60,
            "storage": 20,
            "is_demo": True,
        },
    )
    return profile


def clear() -> None:
    """Remove the demo's profile and what was computed for it."""
    SellerProfile.objects.filter(is_demo=True).delete()
