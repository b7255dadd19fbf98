"""Editing what a seller says beyond a profile's own fields: its shipping table, the purchase VAT of single offers."""

from collections.abc import Iterator
from itertools import combinations
from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.forms import BaseInlineFormSet, ModelForm, ValidationError
from django.http import HttpRequest

from arbitrage.models import PurchaseOverride, SellerProfile, ShippingRate
from products.services import want_recompute


class ShippingFormSet(BaseInlineFormSet[ShippingRate, SellerProfile, "ModelForm[ShippingRate]"]):
    """A shipping table in which one price holds for a weight on any day."""

    def clean(self) -> None:
        super().clean()
        for sentence in _overlaps(list(self._bands())):
            raise ValidationError(sentence)

    def _bands(self) -> Iterator[ShippingRate]:
        for form in self.forms:
            kept = form.is_valid() and not form.cleaned_data.get("DELETE")
            if kept and (form.has_changed() or form.instance.pk):
                yield form.instance


def _overlaps(bands: list[ShippingRate]) -> Iterator[str]:
    for one, other in combinations(sorted(bands, key=lambda band: band.valid_from), 2):
        if (one.target, one.up_to) == (other.target, other.up_to) and (one.valid_to or other.valid_from) >= (
            other.valid_from
        ):
            where = f"{one.target} up to {one.up_to} g"
            yield f"{where}: the price from {one.valid_from} still holds when that from {other.valid_from} begins."


class ShippingRateInline(admin.TabularInline[ShippingRate, SellerProfile]):
    """The bands of a profile's own shipping."""

    model = ShippingRate
    formset = ShippingFormSet
    extra = 0
    ordering = ["target", "up_to", "valid_from"]
    verbose_name_plural = "own shipping (FBM), by weight"


@admin.register(PurchaseOverride)
class PurchaseOverrideAdmin(admin.ModelAdmin[PurchaseOverride]):
    """After an edit the detector looks at the product again."""

    list_display = ["product_id", "source", "mode", "note"]
    list_editable = ["mode", "note"]
    list_filter = ["source", "mode"]
    search_fields = ["product__asin", "product__title"]
    autocomplete_fields = ["product"]
    ordering = ["product_id", "source"]

    def save_model(
        self, request: HttpRequest, obj: PurchaseOverride, form: "ModelForm[PurchaseOverride]", change: bool
    ) -> None:
        with transaction.atomic():
            changed = {obj.product_id, form.initial.get("product") or obj.product_id}
            super().save_model(request, obj, form, change)
            want_recompute(changed)

    def delete_model(self, request: HttpRequest, obj: PurchaseOverride) -> None:
        with transaction.atomic():
            want_recompute([obj.product_id])
            super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        with transaction.atomic():
            want_recompute(list(queryset.values_list("product_id", flat=True)))
            super().delete_queryset(request, queryset)
