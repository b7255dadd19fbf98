"""How far the log was shipped to Kafka, where groups seek there, and which dead letters have a copy there."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ingestion", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="deadletter",
            name="mirrored",
            field=models.CharField(blank=True, help_text="The Kafka cluster that has a copy.", max_length=64),
        ),
        migrations.AddField(
            model_name="logposition",
            name="broker_cluster",
            field=models.CharField(blank=True, help_text="The Kafka cluster that broker_offset is of.", max_length=64),
        ),
        migrations.AddField(
            model_name="logposition",
            name="broker_offset",
            field=models.BigIntegerField(blank=True, help_text="Where to seek; it proves nothing.", null=True),
        ),
        migrations.CreateModel(
            name="RelayPosition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("cluster", models.CharField(max_length=64)),
                ("topic", models.CharField(max_length=60)),
                ("partition", models.PositiveSmallIntegerField()),
                ("next_offset", models.BigIntegerField(default=0)),
                ("epoch", models.PositiveIntegerField(default=0)),
                ("broker_offset", models.BigIntegerField(default=0)),
                ("owner", models.CharField(blank=True, max_length=36)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                (
                    "too_large",
                    models.BigIntegerField(default=0, help_text="Records that the broker refused; readers have SQL."),
                ),
                ("saved_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("cluster", "topic", "partition"), name="relay_position_once")
                ],
            },
        ),
    ]
