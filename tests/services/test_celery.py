"""Celery on Redis with workers and beats that run: what is lost, killed or late costs a tick and never work."""

import json
import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from celery import Celery
from django_celery_beat.models import PeriodicTask

from arbitrage_site import clock
from arbitrage_site.jobs import broker
from arbitrage_site.models import BeatSlot, WorkerSeen
from products.models import PollTarget
from products.services import watch
from tests.processes import free_port
from tests.services.celery_processes import Processes, wait_until
from tests.services.redis_server import RedisServer

pytestmark = [
    pytest.mark.processes,
    pytest.mark.xdist_group("processes"),
    pytest.mark.django_db(transaction=True),
]
JOBS = "tests.services.jobs"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    own = RedisServer(tmp_path, password="s3cret-of-redis")
    own.start()
    yield own
    own.kill()


@pytest.fixture
def processes(server: RedisServer, tmp_path: Path) -> Iterator[Processes]:
    started = Processes(tmp_path, server.url, SIMULATOR_BIND=f"127.0.0.1:{free_port()}")
    yield started
    started.end()


@pytest.fixture
def app(server: RedisServer) -> Iterator[Celery]:
    """Sends messages as the web process does."""
    with Celery("sender", broker=server.url, set_as_current=False) as sender:
        sender.conf.update(
            task_default_queue="default",
            task_routes=broker.ROUTES,
            broker_transport_options=broker.on_redis(),
            task_publish_retry_policy={"max_retries": 1},
        )
        yield sender


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    file = tmp_path / "notes"
    file.touch()
    return file


def lines(notes: Path) -> list[str]:
    return notes.read_text().split()


def serves(queue: str) -> bool:
    return any(queue in row.queues for row in WorkerSeen.objects.all())


def polled() -> int:
    return PollTarget.objects.filter(due_at__gt=clock.now(), lease_until=None).count()


def test_each_task_goes_to_the_queue_of_its_kind(server: RedisServer, app: Celery) -> None:
    for name in ("ingestion.poll_due", "products.roll_up", "arbitrage.request_recompute", "ingestion.housekeeping"):
        app.send_task(name)
    assert [server.client().llen(queue) for queue in broker.QUEUES] == [1, 1, 2]


def test_no_task_may_outlast_the_brokers_patience() -> None:
    assert broker.SOFT_LIMIT < broker.HARD_LIMIT < broker.VISIBILITY_TIMEOUT


def test_messages_lost_with_redis_lose_no_work(server: RedisServer, processes: Processes, app: Celery) -> None:
    for n in range(20):
        watch([f"B0LOST{n:04}"], origin="test", now=clock.now(), marketplaces=["DE"], is_demo=True)
        app.send_task("ingestion.poll_due")
    assert server.client().llen("poll") == 20

    server.kill()
    server.start()
    assert server.client().llen("poll") == 0

    processes.start_simulator()
    processes.start("poll worker")
    wait_until(lambda: serves("poll"), "the worker")
    app.send_task("ingestion.poll_due")  # the next tick
    wait_until(lambda: polled() == 20, "all that was watched")


def test_a_task_killed_midway_is_done_by_the_next_tick(server: RedisServer, processes: Processes, app: Celery) -> None:
    watch(["B0KILLED01"], origin="test", now=clock.now(), marketplaces=["DE"], is_demo=True)
    processes.start_simulator()
    processes.slow_answers(1)
    worker = processes.start("poll worker")
    app.send_task("ingestion.poll_due")
    wait_until(lambda: PollTarget.objects.filter(lease_until__gt=clock.now()).exists(), "the lease")
    processes.kill(worker)
    assert polled() == 0

    PollTarget.objects.update(lease_until=clock.now() - timedelta(seconds=1))  # time goes by
    processes.start("poll worker")
    app.send_task("ingestion.poll_due")
    wait_until(lambda: polled() == 1, "the target")


def test_a_worker_finds_its_way_back_to_redis(
    server: RedisServer, processes: Processes, app: Celery, notes: Path
) -> None:
    worker = processes.start("default worker", app=JOBS)
    app.send_task("tests.note", [str(notes), "before"])
    wait_until(lambda: lines(notes) == ["before"], "the first task")
    server.kill()
    server.start()
    server.client().flushall()
    app.send_task("tests.note", [str(notes), "after"])
    wait_until(lambda: "after" in lines(notes), "the task after the kill")
    assert worker.poll() is None


@pytest.mark.parametrize(("worker", "queue"), [("poll worker", "poll"), ("default worker", "default")])
def test_losing_redis_while_a_task_runs_ends_no_worker(
    server: RedisServer, processes: Processes, app: Celery, notes: Path, worker: str, queue: str
) -> None:
    started = processes.start(worker, app=JOBS)
    app.send_task("tests.hold", [str(notes)], queue=queue)
    wait_until(lambda: lines(notes) == ["began"], "the task")
    server.kill()
    wait_until(lambda: "Cannot connect" in processes.said, "the worker to miss Redis")
    with notes.open("a") as file:
        file.write("go on\n")
    wait_until(lambda: "ended" in lines(notes), "the end of the task")
    server.start()
    app.send_task("tests.note", [str(notes), "after"], queue=queue)
    wait_until(lambda: "after" in lines(notes), "the task after the kill")
    assert started.poll() is None


def test_limits_end_a_task_and_the_worker_goes_on(processes: Processes, app: Celery, notes: Path) -> None:
    processes.start("default worker", app=JOBS)
    app.send_task("tests.linger", [str(notes)])
    app.send_task("tests.note", [str(notes), "next"])
    wait_until(lambda: lines(notes) == ["began", "told", "next"], "the task after it")


def test_results_are_kept_nowhere_and_pickles_are_refused(
    server: RedisServer, processes: Processes, app: Celery, notes: Path
) -> None:
    processes.start("default worker", app=JOBS)
    app.send_task("tests.note", [str(notes), "pickle"], serializer="pickle")
    app.send_task("tests.note", [str(notes), "json"])
    wait_until(lambda: "json" in lines(notes), "the JSON message")
    assert lines(notes) == ["json"]
    assert not server.client().keys("celery-task-meta*")


def test_term_lets_a_worker_end_and_takes_its_row_away(processes: Processes) -> None:
    worker = processes.start("slow worker")
    wait_until(lambda: serves("slow"), "the worker")
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=60) == 0
    assert not serves("slow")


def test_of_two_beats_one_fires(server: RedisServer, processes: Processes) -> None:
    beats = [processes.start("beat"), processes.start("beat")]
    wait_until(lambda: BeatSlot.objects.filter(job="poll what is due").count() >= 3, "three firings")
    fired = BeatSlot.objects.filter(job="poll what is due").count()
    assert [beat.poll() for beat in beats] == [None, None]
    for beat in beats:
        processes.kill(beat)
    messages = [json.loads(message) for message in server.client().lrange("poll", 0, -1)]
    assert fired <= len(messages) <= BeatSlot.objects.filter(job="poll what is due").count()
    assert set(PeriodicTask.objects.values_list("name", flat=True)) >= {"poll what is due", "tidy"}


def test_beat_outlives_redis(server: RedisServer, processes: Processes) -> None:
    beat = processes.start("beat")
    wait_until(lambda: server.client().llen("poll") > 0, "the first message")
    server.kill()
    slots = BeatSlot.objects.count()
    wait_until(lambda: BeatSlot.objects.count() > slots, "a firing without Redis")
    server.start()
    wait_until(lambda: server.client().llen("poll") > 0, "a message after the kill")
    assert beat.poll() is None


@pytest.mark.parametrize("end", ["kill", "stop"])
def test_who_sends_a_message_does_not_depend_on_redis(server: RedisServer, processes: Processes, end: str) -> None:
    server.kill() if end == "kill" else server.signal(signal.SIGSTOP)
    sending = "from products.waking import wake_planner; wake_planner(); wake_planner(); print('went on')"
    answer = processes.manage("shell", "--no-imports", "-c", sending)
    assert "went on" in answer.stdout
    assert answer.stdout.count("planner_not_woken") == 1
    assert "Traceback" not in answer.stdout + answer.stderr


def test_no_process_says_the_password(processes: Processes, app: Celery, notes: Path) -> None:
    processes.environment["LOG_LEVEL"] = "DEBUG"
    for name in ("default worker", "beat"):
        processes.start(name, app=JOBS, loud=True)
    app.send_task("tests.note", [str(notes), "done"])
    wait_until(lambda: lines(notes) == ["done"], "a task")
    wait_until(lambda: "redis://" in processes.said, "the banner")
    assert "s3cret-of-redis" not in processes.said


def test_a_wrong_password_is_a_sentence_at_start(processes: Processes) -> None:
    processes.environment["REDIS_URL"] = processes.environment["REDIS_URL"].replace("s3cret", "guessed")
    answer = processes.manage("check", "--deploy", "--tag", "services")
    assert answer.returncode == 1
    assert "Redis refuses the password; correct it in REDIS_URL." in answer.stderr
    assert "guessed" not in answer.stderr + answer.stdout
