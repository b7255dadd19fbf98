"""Editing profiles, dated rates and alert rules; opportunities and alerts are shown, because facts have one writer."""

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from arbitrage import rate_admin, seller_admin
from arbitrage.admin_forms import AlertRuleForm, FxRateForm, SellerProfileForm
from arbitrage.document_scores import profiles_change
from arbitrage.economics.loading import turnover_warnings
from arbitrage.models import Alert, AlertRule, BlockedBrand, FxRate, Opportunity, SellerProfile
from products.admin import ReadOnlyAdmin
from products.services import want_recompute

__all__ = ["rate_admin", "seller_admin"]
"""Registered by being imported: Django looks into this module alone."""


class RecomputingAdmin(admin.ModelAdmin[Any]):
    """What every flip depends on: after an edit the detector looks at all products again."""

    def save_model(self, request: HttpRequest, obj: Model, form: "ModelForm[Any]", change: bool) -> None:
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            want_recompute()

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        with transaction.atomic():
            super().delete_model(request, obj)
            want_recompute()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        with transaction.atomic():
            super().delete_queryset(request, queryset)
            want_recompute()


@admin.register(SellerProfile)
class SellerProfileAdmin(RecomputingAdmin):
    """Search documents show the flips of the default profile."""

    form = SellerProfileForm
    list_display = ["name", "is_default", "enabled", "country", "regime", "fulfilment", "min_roi", "min_profit"]
    list_filter = ["enabled", "regime", "fulfilment"]
    search_fields = ["name"]
    readonly_fields = ["is_demo"]
    inlines = [seller_admin.ShippingRateInline]

    def save_model(self, request: HttpRequest, obj: Model, form: "ModelForm[Any]", change: bool) -> None:
        with profiles_change():
            super().save_model(request, obj, form, change)

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        with profiles_change():
            super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        with profiles_change():
            super().delete_queryset(request, queryset)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The turnover limits that are near, or why the profile cannot be used."""
        super().save_related(request, form, formsets, change)
        for sentence in turnover_warnings(form.instance):
            messages.warning(request, sentence)


@admin.register(FxRate)
class FxRateAdmin(RecomputingAdmin):
    form = FxRateForm
    list_display = ["day", "currency", "rate", "source"]
    list_filter = ["currency"]
    date_hierarchy = "day"
    ordering = ["-day", "currency"]


@admin.register(AlertRule)
class AlertRuleAdmin(admin.ModelAdmin[AlertRule]):
    form = AlertRuleForm
    list_display = ["name", "enabled", "states", "min_score", "min_net", "severity"]
    list_filter = ["enabled", "severity"]
    search_fields = ["name"]


@admin.register(BlockedBrand)
class BlockedBrandAdmin(RecomputingAdmin):
    list_display = ["name", "reason"]
    search_fields = ["name", "reason"]
    ordering = ["name"]


@admin.register(Opportunity)
class OpportunityAdmin(ReadOnlyAdmin):
    list_display = ["product_id", "source", "target", "profile", "state", "net_eur", "roi", "score", "opened_at"]
    list_filter = ["state", "source", "target", "profile", "is_estimate", "close_reason"]
    list_select_related = ["profile"]
    search_fields = ["product__asin", "product__title"]
    date_hierarchy = "opened_at"
    ordering = ["-opened_at"]


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    list_display = ["occurred_at", "rule", "product_id", "state", "severity"]
    list_filter = ["rule", "severity", "state"]
    list_select_related = ["rule"]
    search_fields = ["product__asin", "product__title"]
    date_hierarchy = "occurred_at"
    ordering = ["-occurred_at"]
