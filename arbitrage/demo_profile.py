"""The demo's second seller profile."""

from arbitrage.models import SellerProfile

NAME = "Demo, four registrations"


def demo_profile() -> SellerProfile:
    """A German seller registered in DE, FR, IT and ES: twelve complete pairs. Made once, by `load_demo` alone.

    Its amounts are set anew on each call, because the demo's planted flips are computed from them.
    """
    profile, _ = SellerProfile.objects.update_or_create(
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
