"""Names of the processes that hold leases, from which another process of the same machine sees that one has ended.

A lease of a process that was killed would otherwise be waited out. A wrong guess would cost a handing over and no
fact: what keeps effects single is the conditional update of positions.
"""

import os
import secrets
import socket
from functools import cache
from hashlib import sha256
from pathlib import Path


def new_owner() -> str:
    """A name for this process that no other has: host, where its process ids count, process id, a random part."""
    return f"{_here()}:{os.getpid()}:{secrets.token_hex(4)}"


def has_ended(owner: str) -> bool:
    """Whether the owner was a process here that is gone; False for what runs elsewhere, of which nothing is known."""
    here, _, rest = owner.rpartition(":")[0].rpartition(":")
    if here != _here() or not rest.isdigit():
        return False
    try:
        os.kill(int(rest), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass  # it runs, as another user
    return False


@cache
def _here() -> str:
    """The host, and a digest of what makes its process ids unique: the start of the system and the id namespace."""
    host = socket.gethostname()
    digest = sha256(f"{host} {_start()} {_namespace()}".encode()).hexdigest()
    return f"{host[:10]}:{digest[:6]}"


def _start() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def _namespace() -> str:
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return ""
