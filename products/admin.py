"""Curating the watchlist; products and listings are shown, not edited, because facts have one writer."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from arbitrage_site.clock import now
from products import services
from products.marketplaces import CHOICES
from products.models import Listing, Product, SearchDirty, Tag, Watch
from products.search import dirty
from products.watchlist import read_entry


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """Rows that only the pipeline writes."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        return False


class WatchForm(forms.ModelForm[Watch]):
    """A watch by its ASIN or Amazon link, with marketplaces to tick."""

    asin = forms.CharField(max_length=400, label="ASIN or Amazon link")
    marketplaces = forms.MultipleChoiceField(choices=CHOICES, widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = Watch
        fields = ["marketplaces", "paused", "tags", "note"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["asin"].initial = self.instance.product_id
            self.fields["asin"].disabled = True

    def clean_asin(self) -> str:
        line = read_entry(self.cleaned_data["asin"].strip())
        if line.asin is None:
            raise forms.ValidationError(line.message)
        if not self.instance.pk and Watch.objects.filter(product_id=line.asin).exists():
            message = f"{line.asin} is on the watchlist already."
            raise forms.ValidationError(message)
        return line.asin


@admin.register(Watch)
class WatchAdmin(admin.ModelAdmin[Watch]):
    form = WatchForm
    list_display = ["product_id", "title", "where", "paused", "origin", "tag_names", "added_at"]
    list_filter = ["paused", "origin", "tags", "product__category"]
    list_select_related = ["product"]
    search_fields = ["product__asin", "product__title", "product__brand", "note"]
    filter_horizontal = ["tags"]
    ordering = ["-added_at"]
    actions = ["pause", "resume"]
    date_hierarchy = "added_at"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Watch]:
        return super().get_queryset(request).prefetch_related("tags")

    @admin.display(ordering="product__title")
    def title(self, watch: Watch) -> str:
        return watch.product.title

    @admin.display(description="marketplaces")
    def where(self, watch: Watch) -> str:
        return " ".join(watch.marketplaces)

    @admin.display(description="tags")
    def tag_names(self, watch: Watch) -> str:
        return ", ".join(tag.name for tag in watch.tags.all())

    @admin.action(description="Pause the selected watches")
    def pause(self, request: HttpRequest, queryset: QuerySet[Watch]) -> None:
        count = services.set_paused(list(queryset.values_list("product_id", flat=True)), paused=True, now=now())
        self.message_user(request, f"{count} watches paused.", messages.SUCCESS)

    @admin.action(description="Resume the selected watches")
    def resume(self, request: HttpRequest, queryset: QuerySet[Watch]) -> None:
        count = services.set_paused(list(queryset.values_list("product_id", flat=True)), paused=False, now=now())
        self.message_user(request, f"{count} watches resumed; they are polled at once.", messages.SUCCESS)

    def save_model(self, request: HttpRequest, obj: Watch, form: Any, change: bool) -> None:
        moment = now()
        if not change:
            asin = form.cleaned_data["asin"]
            services.watch(
                [asin],
                origin=Watch.Origin.ADMIN,
                now=moment,
                marketplaces=obj.marketplaces,
                is_demo=settings.DEMO,
            )
            kept = Watch.objects.get(product_id=asin)
            obj.pk, obj.product_id, obj.origin, obj.added_at = kept.pk, asin, kept.origin, kept.added_at
            obj._state.adding = False
        super().save_model(request, obj, form, change)
        services.follow_marketplaces(obj, now=moment)
        if "paused" in form.changed_data and not obj.paused:
            services.poll_at_once([obj.product_id], now=moment)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if "tags" in form.changed_data:
            services.touch([form.instance.product_id])

    def delete_model(self, request: HttpRequest, obj: Watch) -> None:  # noqa: ARG002 - Django's signature
        services.unwatch([obj.product_id])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Watch]) -> None:  # noqa: ARG002 - Django's signature
        services.unwatch(list(queryset.values_list("product_id", flat=True)))


@admin.register(Tag)
class TagAdmin(admin.ModelAdmin[Tag]):
    """Search documents show tags."""

    search_fields = ["name"]

    def save_model(self, request: HttpRequest, obj: Tag, form: Any, change: bool) -> None:
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            services.touch(_tagged([obj.pk]))

    def delete_model(self, request: HttpRequest, obj: Tag) -> None:
        with transaction.atomic():
            services.touch(_tagged([obj.pk]))
            super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Tag]) -> None:
        with transaction.atomic():
            services.touch(_tagged(queryset.values_list("pk", flat=True)))
            super().delete_queryset(request, queryset)


def _tagged(tags: Iterable[int]) -> list[str]:
    return list(Watch.objects.filter(tags__in=list(tags)).values_list("product_id", flat=True))


@admin.register(Product)
class ProductAdmin(ReadOnlyAdmin):
    list_display = ["asin", "title", "brand", "category", "best_net", "best_score", "updated_at"]
    list_filter = ["category", "is_demo"]
    search_fields = ["asin", "title", "brand"]
    ordering = ["-updated_at"]


@admin.register(Listing)
class ListingAdmin(ReadOnlyAdmin):
    list_display = ["product_id", "marketplace", "currency", "new", "amazon", "buy_box", "rank", "checked_at"]
    list_filter = ["marketplace", "is_demo"]
    search_fields = ["product__asin", "title"]
    exclude = ["history_base", "history_tail"]
    ordering = ["-checked_at"]


@admin.register(SearchDirty)
class SearchDirtyAdmin(ReadOnlyAdmin):
    """What the search index has still to learn, and what it refuses."""

    list_display = ["asin", "document_version", "since", "attempts", "retry_at", "is_parked", "reason"]
    list_filter = ["is_parked"]
    search_fields = ["asin", "reason"]
    ordering = ["since"]
    actions = ["try_again"]

    @admin.action(description="Write the selected documents again")
    def try_again(self, request: HttpRequest, queryset: QuerySet[SearchDirty]) -> None:
        asins = list(queryset.values_list("asin", flat=True))
        dirty.retry(now(), asins)
        self.message_user(request, f"{len(asins)} documents are written again.", messages.SUCCESS)
