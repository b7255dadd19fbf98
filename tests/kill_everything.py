"""Kill the demo's processes at random while it runs, then prove that nothing was lost or done twice.

`python -m tests.kill_everything --seconds 120 --seed 1` starts the commands of the Procfile itself, in a folder of its
own, kills each with SIGKILL at random moments and starts it again. Afterwards the consumers read to the end and
`conservation` must be clean. Exit code 0 when it is.
"""

import argparse
import random
import signal
import sys
import tempfile
import time

from tests.processes import commands
from tests.processes_of_the_demo import Demo


def kill_at_random(demo: Demo, seconds: float, dice: random.Random) -> dict[str, int]:
    """Kill and restart one process every one to four seconds; returns how often each was killed."""
    kills = dict.fromkeys(demo.running, 0)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(dice.uniform(1, 4))
        name = dice.choice(sorted(demo.running))
        demo.end(name, signal.SIGKILL)
        kills[name] += 1
        time.sleep(dice.uniform(0, 1))
        demo.start(name)
    return kills


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--products", type=int, default=1000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="arbitrage-kill-") as folder:
        demo = Demo(folder)
        demo.prepare(options.products)
        for name in commands():
            demo.start(name)
        try:
            kills = kill_at_random(demo, options.seconds, random.Random(options.seed))  # noqa: S311 - repeatable
        finally:
            for name in list(demo.running):
                demo.end(name, signal.SIGTERM)
        sys.stdout.write(f"Seed {options.seed}, {options.seconds:.0f} s, killed: {kills}\n")
        demo.manage("run_consumers", "--until-end")
        return demo.manage("conservation", check=False)


if __name__ == "__main__":
    sys.exit(main())
