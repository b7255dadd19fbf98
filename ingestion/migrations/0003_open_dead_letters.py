"""Dead letters that wait for a decision are few among those that were decided, and are counted at every scrape."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ingestion", "0002_kafka")]

    operations = [
        migrations.AddIndex(
            model_name="deadletter",
            index=models.Index(
                condition=models.Q(("state", "open")), fields=["failed_at"], include=("group",), name="dead_letter_open"
            ),
        ),
    ]
