"""Editing the dated rates and fee tables. An edited row is marked, so that loading the files leaves it alone."""

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from arbitrage.economics.loading import load_rates
from arbitrage.models import CategoryMapping, FeeAmount, FeeRate, ReferralRate, SizeTier, VatRate
from arbitrage.rate_files.loading import tables_changed
from arbitrage.rate_forms import DatedForm, FeeAmountForm, FeeRateForm, ReferralRateForm, VatRateForm
from arbitrage.rate_models import DatedRow
from arbitrage_site.clock import now

DATED = ("valid_from", "valid_to", "source", "confidence", "edited")


class DatedRateAdmin(admin.ModelAdmin[Any]):
    """Rates by day; two rows that hold on one day are worth a warning, because such days have no rate."""

    form: type[ModelForm[Any]] = DatedForm
    date_hierarchy = "valid_from"
    readonly_fields = ("edited", "edited_by")

    def save_model(self, request: HttpRequest, obj: DatedRow, form: "ModelForm[Any]", change: bool) -> None:
        obj.edited = True
        obj.edited_by = f"{request.user}, {now():%Y-%m-%d %H:%M} UTC"
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            tables_changed()
        for sentence in load_rates().overlaps():
            messages.warning(request, sentence)

    def delete_model(self, request: HttpRequest, obj: DatedRow) -> None:
        with transaction.atomic():
            super().delete_model(request, obj)
            tables_changed()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        with transaction.atomic():
            super().delete_queryset(request, queryset)
            tables_changed()


@admin.register(VatRate)
class VatRateAdmin(DatedRateAdmin):
    form = VatRateForm
    list_display = ("country", "tax_class", "rate", *DATED)
    list_filter = ("edited", "country", "tax_class", "confidence")
    ordering = ("country", "tax_class", "-valid_from")


@admin.register(FeeRate)
class FeeRateAdmin(DatedRateAdmin):
    form = FeeRateForm
    list_display = ("kind", "category", "seller_country", "store", "rate", "on_fulfilment", *DATED)
    list_filter = ("edited", "kind", "store", "seller_country", "confidence")
    ordering = ("kind", "category", "seller_country", "store", "-valid_from")


@admin.register(ReferralRate)
class ReferralRateAdmin(DatedRateAdmin):
    form = ReferralRateForm
    list_display = ("category", "currency", "tiers", *DATED)
    list_filter = ("edited", "currency", "confidence")
    search_fields = ("category",)
    ordering = ("category", "currency", "-valid_from")


@admin.register(FeeAmount)
class FeeAmountAdmin(DatedRateAdmin):
    form = FeeAmountForm
    list_display = ("kind", "store", "tier", "up_to", "months", "amount", "per_step", *DATED)
    list_filter = ("edited", "kind", "store", "tier", "confidence")
    ordering = ("kind", "store", "tier", "up_to", "months", "-valid_from")


@admin.register(SizeTier)
class SizeTierAdmin(DatedRateAdmin):
    list_display = ("rank", "name", "longest", "middle", "shortest", "max_weight", "max_dimensional", *DATED)
    ordering = ("rank", "-valid_from")


@admin.register(CategoryMapping)
class CategoryMappingAdmin(DatedRateAdmin):
    list_display = ("name", "fee_categories", "tax_class", "duty_class", "low_price_special", "media", *DATED)
    list_filter = ("edited", "tax_class", "duty_class", "confidence")
    search_fields = ("name", "fee_categories")
    ordering = ("name", "-valid_from")
