"""What has to hold of opportunities and alerts, whatever was killed when. Read by `manage.py conservation`."""

from collections.abc import Iterator

from django.db.models import Count

from arbitrage.models import Alert, Opportunity


def check() -> Iterator[str]:
    """Every difference as a sentence: opportunities that are open twice, alerts that one event caused twice."""
    one = ("product_id", "source", "target", "profile_id")
    open_twice = Opportunity.objects.filter(state=Opportunity.State.OPEN).values(*one).annotate(n=Count("pk"))
    for row in open_twice.filter(n__gt=1).order_by(*one):
        place = f"{row['product_id']} {row['source']} {row['target']}, profile {row['profile_id']}"
        yield f"{row['n']} opportunities are open at a time for {place}"
    twice = Alert.objects.values("rule_id", "event_id").annotate(n=Count("pk")).filter(n__gt=1)
    for row in twice.order_by("rule_id", "event_id"):
        yield f"the event {row['event_id']} made {row['n']} alerts of rule {row['rule_id']}"
