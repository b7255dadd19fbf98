"""What only PostgreSQL does: collected where DATABASE_URL names a server."""

from django.conf import settings

if not settings.DATABASE_URL:
    collect_ignore_glob = ["*"]
