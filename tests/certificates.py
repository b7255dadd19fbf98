"""Certificates of a test's own, for servers on loopback that speak TLS."""

import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Certificate:
    """Files of a server at 127.0.0.1 that signed itself: `cert` is what clients name as the signer."""

    cert: str
    key: str


def self_signed(folder: Path) -> Certificate:
    """A certificate that is good for a day."""
    made = Certificate(str(folder / "cert.pem"), str(folder / "key.pem"))
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", *names]
    subprocess.run([*request, "-keyout", made.key, "-out", made.cert], check=True, capture_output=True)
    return made
