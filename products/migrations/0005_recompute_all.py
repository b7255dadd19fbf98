"""The wish that all products are computed again, as one row instead of a mark on each."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("products", "0004_what_is_asked_often")]

    operations = [
        migrations.CreateModel(
            name="RecomputeAll",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("after", models.CharField(blank=True, max_length=10)),
            ],
        ),
    ]
