"""The address of a database that Django knows."""

from urllib.parse import quote

from ingestion.databases import Entry, is_server


def address(entry: Entry) -> str:
    """As `--from` and `--to` take it."""
    if not is_server(entry):
        return f"sqlite:///{entry['NAME']}"
    user = quote(str(entry["USER"])) + (f":{quote(str(entry['PASSWORD']))}" if entry["PASSWORD"] else "")
    return f"postgresql://{user}@{entry['HOST']}:{entry['PORT']}/{entry['NAME']}"
