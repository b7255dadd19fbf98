"""Indexes in the order in which planner and lists ask; docs/postgres.md shows what they do."""

from django.db import migrations, models

from arbitrage_site.postgres import OnPostgres


class Migration(migrations.Migration):
    dependencies = [("products", "0003_search_dirty")]

    operations = [
        migrations.RemoveIndex(model_name="polltarget", name="poll_target_due"),
        migrations.AddIndex(model_name="polltarget", index=models.Index(fields=["due_at"], name="poll_target_due_at")),
        migrations.AddIndex(
            model_name="polltarget",
            index=models.Index(
                condition=models.Q(("source_minute__isnull", True)), fields=["id"], name="poll_target_unasked"
            ),
        ),
        migrations.AddIndex(
            model_name="watch",
            index=models.Index(condition=models.Q(("paused", True)), fields=["product"], name="watch_paused"),
        ),
        *(
            OnPostgres(
                f"CREATE INDEX {name} ON products_product ({column} DESC NULLS LAST, asin)", f"DROP INDEX {name}"
            )
            for name, column in (("product_by_net", "best_net"), ("product_by_margin", "best_margin"))
        ),
    ]
