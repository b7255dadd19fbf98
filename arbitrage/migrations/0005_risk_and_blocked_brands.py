"""Risk figures beside the score, and brands that the seller will not sell."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("arbitrage", "0004_fee_tables")]

    operations = [
        migrations.AddField(
            model_name="opportunity",
            name="risk",
            field=models.JSONField(default=dict, help_text="Risk figures by name, as of the last time it was scored."),
        ),
        migrations.CreateModel(
            name="BlockedBrand",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "name",
                    models.CharField(
                        help_text="As Amazon writes it; case does not matter.", max_length=200, unique=True
                    ),
                ),
                (
                    "reason",
                    models.CharField(blank=True, help_text="Shown with the score, for example: gated.", max_length=200),
                ),
            ],
        ),
    ]
