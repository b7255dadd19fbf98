"""A Kafka broker that wants a sign-in: a process of a test's own, from the jars that `services/services` installed."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests import servers
from tests.certificates import self_signed
from tests.contracts.event_log import eventually
from tests.processes import free_port

USER, PASSWORD = "relay", "right-secret-of-kafka"
JAVA = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error")
LOGIN = f'org.apache.kafka.common.security.plain.PlainLoginModule required user_{USER}="{PASSWORD}";'
SETTINGS = """
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=INSIDE://127.0.0.1:{inside},CLIENTS://127.0.0.1:{clients},ENCRYPTED://127.0.0.1:{encrypted},\
CONTROLLER://127.0.0.1:{controller}
listener.security.protocol.map=INSIDE:PLAINTEXT,CLIENTS:SASL_PLAINTEXT,ENCRYPTED:SASL_SSL,CONTROLLER:PLAINTEXT
inter.broker.listener.name=INSIDE
controller.listener.names=CONTROLLER
sasl.enabled.mechanisms=PLAIN
listener.name.clients.plain.sasl.jaas.config={login}
listener.name.encrypted.plain.sasl.jaas.config={login}
listener.name.encrypted.ssl.keystore.type=PEM
listener.name.encrypted.ssl.keystore.location={keystore}
log.dirs={folder}/data
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
"""


@dataclass(frozen=True, slots=True)
class SigningBroker:
    """Where it listens with SASL_PLAINTEXT, where with SASL_SSL, and the file of the signer of that."""

    address: str
    encrypted: str
    ca_file: str


@contextmanager
def signing_broker(folder: Path) -> Iterator[SigningBroker]:
    """A broker that takes USER with PASSWORD (PLAIN) and nobody else."""
    inside, clients, encrypted, controller = free_port(), free_port(), free_port(), free_port()
    config, keystore, own = folder / "server.properties", folder / "keystore.pem", self_signed(folder)
    keystore.write_text(Path(own.key).read_text() + Path(own.cert).read_text())
    names = {"inside": inside, "clients": clients, "encrypted": encrypted, "controller": controller}
    config.write_text(SETTINGS.format(**names, login=LOGIN, keystore=keystore, folder=folder))
    jars = max((servers.home() / "kafka").glob("lib-*"))
    java = [str(servers.java()), *JAVA, "-cp", f"{jars}/*"]
    cluster = ["-t", "AAAAAAAAQkWAAAAAAAAAAA", "-c", str(config)]
    subprocess.run([*java, "kafka.tools.StorageTool", "format", *cluster], check=True, capture_output=True)
    started = "-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info"
    log = folder / "broker.log"
    with log.open("wb") as said:
        process = subprocess.Popen([*java, started, "-Xmx256m", "kafka.Kafka", str(config)], stdout=said, stderr=said)
    try:
        eventually(lambda: "Kafka Server started" in log.read_text())
        yield SigningBroker(f"127.0.0.1:{clients}", f"127.0.0.1:{encrypted}", own.cert)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
