"""Ask the web server of this machine whether it can serve, as a container's health check does.

`python -m arbitrage_site.probe` exits with 0 when it can, else with a sentence. It needs neither Django nor the
database, so that it costs next to nothing however often it is asked.
"""

import os
import sys
from http.client import HTTPConnection, HTTPException

PATH = "/health/ready"
TIMEOUT = 5.0


def trouble(bind: str, host: str) -> str:
    """Why the server that listens on `bind` cannot serve; empty when it can. `host` is a name it answers to."""
    address, _, port = bind.rpartition(":")
    connection = HTTPConnection("127.0.0.1" if address in {"", "0.0.0.0"} else address, int(port), timeout=TIMEOUT)  # noqa: S104 - compared, not bound
    try:
        connection.request("GET", PATH, headers={"Host": host})
        status = connection.getresponse().status
    except (OSError, HTTPException) as error:
        return f"Nothing answers on {bind}: {error}"
    finally:
        connection.close()
    return "" if status == 200 else f"{PATH} on {bind} answers {status}."


def main() -> str:
    """The trouble with the server that the variables describe; empty without any."""
    hosts = [host.strip() for host in os.environ.get("ALLOWED_HOSTS", "").split(",") if host.strip()]
    return trouble(os.environ.get("WEB_BIND") or "127.0.0.1:8000", hosts[0] if hosts else "127.0.0.1")


if __name__ == "__main__":
    sys.exit(main())
