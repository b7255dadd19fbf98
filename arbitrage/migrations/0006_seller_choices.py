"""More of what a seller says: own shipping, turnover, postponed accounting, purchase VAT of single offers."""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("arbitrage", "0005_risk_and_blocked_brands"),
        ("products", "0002_what_amazon_says_of_a_listing"),
    ]

    operations = [
        migrations.AddField(
            model_name="sellerprofile",
            name="eu_small_business",
            field=models.BooleanField(
                default=False,
                help_text="Has the EX number of the EU small business scheme for sales in other member states.",
            ),
        ),
        migrations.AddField(
            model_name="sellerprofile",
            name="postponed_accounting",
            field=models.BooleanField(
                default=False, help_text="Import VAT is declared and deducted at once, so that no cash is tied up."
            ),
        ),
        migrations.AddField(
            model_name="sellerprofile",
            name="turnover_abroad",
            field=models.PositiveBigIntegerField(
                blank=True,
                help_text="EUR cents, to consumers in other member states, this year. Empty: not watched.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="sellerprofile",
            name="turnover_current",
            field=models.PositiveBigIntegerField(
                blank=True, help_text="EUR cents, domestic, this year so far. Empty: not watched.", null=True
            ),
        ),
        migrations.AddField(
            model_name="sellerprofile",
            name="turnover_prior",
            field=models.PositiveBigIntegerField(
                blank=True, help_text="EUR cents, domestic, the year before. Empty: not watched.", null=True
            ),
        ),
        migrations.AddField(
            model_name="sellerprofile",
            name="unregistered",
            field=models.CharField(
                choices=[("FBA_EFN", "FBA across borders (EFN)"), ("FBM", "own shipping (FBM)")],
                default="FBA_EFN",
                help_text="How goods reach a country where no VAT registration allows local stock.",
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="sellerprofile",
            name="fulfilment",
            field=models.CharField(
                choices=[
                    ("FBA_LOCAL", "FBA in the target country"),
                    ("FBA_EFN", "FBA across borders (EFN)"),
                    ("FBM", "own shipping (FBM)"),
                ],
                default="FBA_LOCAL",
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="PurchaseOverride",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "source",
                    models.CharField(
                        choices=[("DE", "DE"), ("IT", "IT"), ("ES", "ES"), ("UK", "UK"), ("FR", "FR")], max_length=2
                    ),
                ),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("NET_INTRA_EU", "NET_INTRA_EU"),
                            ("DOMESTIC_DEDUCTIBLE", "DOMESTIC_DEDUCTIBLE"),
                            ("GROSS_NOT_RECOVERABLE", "GROSS_NOT_RECOVERABLE"),
                            ("GROSS_DELIVERY_VAT", "GROSS_DELIVERY_VAT"),
                            ("EXPORT_ZERO_RATED", "EXPORT_ZERO_RATED"),
                            ("PRIVATE_NO_VAT", "PRIVATE_NO_VAT"),
                        ],
                        max_length=24,
                    ),
                ),
                (
                    "note",
                    models.CharField(
                        blank=True, help_text="Why, for example: no VAT invoice from this seller.", max_length=200
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        db_column="asin",
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="purchase_overrides",
                        to="products.product",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("product", "source"), name="purchase_override_once")],
            },
        ),
        migrations.CreateModel(
            name="ShippingRate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "target",
                    models.CharField(
                        choices=[("DE", "DE"), ("IT", "IT"), ("ES", "ES"), ("UK", "UK"), ("FR", "FR")],
                        help_text="Where the buyer is.",
                        max_length=2,
                    ),
                ),
                (
                    "up_to",
                    models.PositiveIntegerField(
                        help_text="g, packed; the lightest band that holds the parcel counts.",
                        validators=[django.core.validators.MinValueValidator(1)],
                    ),
                ),
                (
                    "amount",
                    models.PositiveIntegerField(help_text="EUR cents a parcel, without VAT, packaging included."),
                ),
                ("valid_from", models.DateField()),
                (
                    "valid_to",
                    models.DateField(blank=True, help_text="Last day; empty: until further notice.", null=True),
                ),
                (
                    "profile",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="shipping_rates",
                        to="arbitrage.sellerprofile",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("profile", "target", "up_to", "valid_from"), name="shipping_rate_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="shipping_rate_ends_after_it_begins",
                    ),
                ],
            },
        ),
    ]
