"""The built-in alert rule, where nobody edited its events, also hears of an estimate that became certain."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

NAME = "Opportunity opened"


def hear(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:  # noqa: ARG001 - Django's signature
    """An estimate cannot score high when it opens, so a rule that hears of nothing else would never tell of it."""
    rules = apps.get_model("arbitrage", "AlertRule").objects
    rules.filter(name=NAME, states=["opened"]).update(states=["opened", "confirmed"])


class Migration(migrations.Migration):
    dependencies = [("arbitrage", "0008_storage_by_volume")]

    operations = [migrations.RunPython(hear, migrations.RunPython.noop)]
