"""The rule every installation begins with; people may edit or disable it."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

NAME = "Opportunity opened"


def add_rule(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:  # noqa: ARG001 - Django's signature
    """Opened, score at least 70, net profit at least EUR 5.00."""
    apps.get_model("arbitrage", "AlertRule").objects.get_or_create(
        name=NAME, defaults={"states": ["opened"], "min_score": 70, "min_net": 500, "severity": "info"}
    )


class Migration(migrations.Migration):
    dependencies = [("arbitrage", "0002_seed_rates")]

    operations = [migrations.RunPython(add_rule, migrations.RunPython.noop)]
