"""A row for each member of a group. The rows there were are written anew within seconds."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ingestion", "0003_open_dead_letters")]

    operations = [
        migrations.DeleteModel(name="ConsumerState"),
        migrations.CreateModel(
            name="ConsumerState",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("group", models.CharField(max_length=60)),
                ("owner", models.CharField(max_length=36)),
                ("seen_at", models.DateTimeField()),
                ("stopped_because", models.TextField(blank=True)),
                ("stopped_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("group", "owner"), name="consumer_state_once")],
            },
        ),
    ]
