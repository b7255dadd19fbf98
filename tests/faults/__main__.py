"""Run the faults under load, in an order and at moments that a seed decides, and prove after each that all is well.

`python -m tests.faults --seed 1`; `--seeds 10` runs seeds 1 to 10; `--only 'kill kafka'` repeats one fault. With
odd seeds each consumer is a process of its own, with even ones they share one. Exit code 0 when every proof held.
"""

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from tests import servers
from tests.faults import liveness, proof, rest
from tests.faults.deadline import deadline
from tests.faults.elastic_proxy import BehindProxy, ElasticProxy
from tests.faults.faults import all_faults, commands_of
from tests.faults.stage import Stage
from tests.installation import Installation
from tests.loopback import serving

ALERTS = "SELECT count(*) FROM arbitrage_alert"
SEED_SECONDS = 900.0
"""All faults and proofs of a seed take less, on a machine that does nothing else."""


def run(seed: int, *, products: int, only: str, within: float) -> bool:
    """One seed: all faults in random order; returns whether every proof held."""
    dice = random.Random(seed)  # noqa: S311 - repeatable
    started = time.monotonic()
    name = f"faults{os.getpid()}s{seed}"
    with (
        serving(ElasticProxy(servers.addresses()["ELASTICSEARCH_URL"])) as proxy,
        BehindProxy(name, proxy, settings="tests.faults.settings") as installation,
    ):
        installation.commands = commands_of(seed, installation.commands)
        stage = Stage(installation, proxy, dice)
        try:
            with deadline(within):
                count = _play(stage, products, only, started)
        except Exception as error:  # whatever it is, the other seeds go on and the log is kept
            kept = Path(shutil.copy(installation.log, Path(tempfile.gettempdir()) / f"faults-seed{seed}.log"))
            say(f"seed {seed}: FAILED: {type(error).__name__}: {error}")
            say(f"What its processes said: {kept}. Its end:\n{_end(kept)}")
            return False
        took = time.monotonic() - started
        say(f"seed {seed}: {count} faults, {_counts(installation)}, {took:.0f} s: all proofs held")
    return True


def _play(stage: Stage, products: int, only: str, started: float) -> int:
    """Load, all faults with their proofs, and the proofs of the end; returns how many faults there were."""
    installation = stage.installation
    faults = {name: fault for name, fault in all_faults(installation.commands).items() if only in name}
    order = stage.dice.sample(sorted(faults), len(faults))
    installation.prepare(products)
    began = rest.positions(installation)
    installation.start_all()
    proof.wait_until("the first alert", lambda: installation.rows(ALERTS) > [(0,)])
    for name in order:
        liveness.hurry(installation)
        stage.wait(0.2, 2)
        faults[name](stage)
        _prove(stage, name, started)
    _finish(stage, began)
    return len(order)


def _prove(stage: Stage, name: str, started: float) -> None:
    """After a fault: nothing died for good, all goes on, the consumers catch up, nothing is lost or twice."""
    installation = stage.installation
    begun = time.monotonic()
    if died := installation.died():
        raise proof.Unproved(f"after {name!r} these had ended: {', '.join(died)}")
    try:
        liveness.goes_on(installation, liveness.moment(installation))
        proof.caught_up(installation)
        well = time.monotonic() - begun
        proof.conserved(installation)
    except proof.Unproved as error:
        raise proof.Unproved(f"after {name!r}: {error}") from None
    say(f"  {time.monotonic() - started:5.0f} s  {name}: going on and caught up after {well:.1f} s, conserved")


def _finish(stage: Stage, began: dict[str, int]) -> None:
    """All queues have workers; at rest everything was passed, counted and indexed, and would be judged the same."""
    installation = stage.installation
    liveness.served(installation)
    for name in list(installation.running):
        if name.startswith(("worker", "beat")):
            installation.end(name, signal.SIGTERM)
    rest.at_rest(installation)
    say(rest.judged_the_same(installation))
    report = proof.conserved(installation)
    say(report)
    rest.compared_all(report)
    rest.counted(installation, began)
    proof.only_poison_is_set_aside(installation, stage.poison)


def _counts(installation: Installation) -> str:
    [(records,)] = installation.rows("SELECT sum(next_offset) FROM ingestion_logpartition")
    [(flips,)] = installation.rows("SELECT count(*) FROM arbitrage_opportunity")
    [(alerts,)] = installation.rows(ALERTS)
    return f"{records} records, {flips} opportunities, {alerts} alerts"


def _end(log: Path) -> str:
    """The last lines of the processes, each cut where it is long."""
    return "\n".join(line[:500] for line in log.read_text().splitlines()[-20:])


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=0, help="run seeds 1 to this one")
    parser.add_argument("--products", type=int, default=300)
    parser.add_argument("--only", default="", help="only faults whose name contains this")
    parser.add_argument("--within", type=float, default=SEED_SECONDS, help="seconds that a seed may take")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what was started is ended as with Ctrl-C
    servers.start(*servers.NAMES)
    seeds = range(1, options.seeds + 1) if options.seeds else [options.seed]
    bounds = {"products": options.products, "only": options.only, "within": options.within}
    failed = [seed for seed in seeds if not run(seed, **bounds)]
    if failed:
        say(f"Failed seeds: {', '.join(map(str, failed))}. Repeat one with --seed.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
