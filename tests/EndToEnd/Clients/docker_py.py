"""What a program written with python3-docker does with a swarm, from its own side. Ends with 0 and prints "done"."""
import time

import docker
from docker.types import (
    ConfigReference, EndpointSpec, Healthcheck, Mount, Placement, Resources, RestartPolicy, SecretReference, ServiceMode,
    UpdateConfig)

client = docker.DockerClient(base_url="unix:///run/orch/orch.sock")


def until(what, condition):
    for _ in range(300):
        if condition():
            return
        time.sleep(0.1)
    raise SystemExit("in vain: " + what)


def refused(status, call, *args, **kwargs):
    try:
        call(*args, **kwargs)
    except docker.errors.APIError as error:
        assert error.response.status_code == status, error
        return error.explanation
    raise SystemExit("not refused: %s" % call)


assert client.ping()
assert client.version()["ApiVersion"]
info = client.info()
assert info["Swarm"]["ControlAvailable"] and info["Swarm"]["Nodes"] == 1
assert client.containers.list() == [] and client.images.list() == []

client.swarm.reload()
assert client.swarm.attrs["JoinTokens"]["Worker"].startswith("SWMTKN-1-")
assert client.swarm.get_unlock_key()["UnlockKey"] is None or client.swarm.get_unlock_key()["UnlockKey"] == ""
client.swarm.update(task_history_retention_limit=4)
client.swarm.reload()
assert client.swarm.attrs["Spec"]["Orchestration"]["TaskHistoryRetentionLimit"] == 4

node = client.nodes.list(filters={"role": "manager"})[0]
spec = node.attrs["Spec"]
spec["Labels"] = {"zone": "east"}
assert node.update(spec)
assert client.nodes.get(node.id).attrs["Spec"]["Labels"] == {"zone": "east"}

secret = client.secrets.create(name="py-secret", data=b"hunter2", labels={"a": "b"})
config = client.configs.create(name="py-config", data=b"a=b")
assert [one.id for one in client.secrets.list(filters={"name": "py-secret"})] == [secret.id]
assert client.configs.get(config.id).name == "py-config"
assert "already exists" in refused(409, client.secrets.create, name="py-secret", data=b"x")

network = client.networks.create("py-network", driver="overlay", labels={"a": "b"}, attachable=True)
assert client.networks.get(network.id).name == "py-network"
assert "py-network" in [one.name for one in client.networks.list(names=["py-network"])]
network.remove()
assert "not found" in refused(404, client.networks.get, network.id)

service = client.services.create(
    "sleeper", name="py-web", env=["A=1"], labels={"team": "blue"}, container_labels={"c": "d"}, hostname="h",
    mode=ServiceMode("replicated", replicas=2), constraints=["node.labels.zone == east"], preferences=[("spread", "node.labels.zone")],
    mounts=[Mount("/scratch", None, type="tmpfs")], stop_grace_period=3_000_000_000, init=True,
    resources=Resources(mem_limit=64 << 20, cpu_reservation=10_000_000), networks=["host"],
    healthcheck=Healthcheck(test=["CMD", "true"], interval=1_000_000_000),
    restart_policy=RestartPolicy(condition="any", delay=0, max_attempts=3),
    update_config=UpdateConfig(parallelism=2, delay=0, failure_action="pause", monitor=100_000_000, order="start-first"),
    secrets=[SecretReference(secret.id, "py-secret")], configs=[ConfigReference(config.id, "py-config", filename="/etc/conf")])
until("two run", lambda: sum(t["Status"]["State"] == "running" for t in service.tasks(filters={"desired-state": "running"})) == 2)
assert [one.name for one in client.services.list(filters={"label": "team=blue"})] == ["py-web"]
assert client.services.get("py-web").attrs["Spec"]["TaskTemplate"]["ContainerSpec"]["Env"] == ["A=1"]
assert "in use" in refused(400, secret.remove)

assert service.scale(1)
until("one runs", lambda: sum(t["Status"]["State"] == "running" for t in service.tasks(filters={"desired-state": "running"})) == 1)
service.reload()
assert service.update(image="sleeper:latest", env=["A=2"], name="py-web", mode=ServiceMode("replicated", replicas=1),
                      fetch_current_spec=True)
service.reload()
assert service.attrs["Spec"]["TaskTemplate"]["ContainerSpec"]["Env"] == ["A=2"]
assert service.attrs["PreviousSpec"]["TaskTemplate"]["ContainerSpec"]["Env"] == ["A=1"]
assert service.force_update()
assert "out of sequence" in refused(500, client.api.update_service, service.id, 1, task_template=service.attrs["Spec"]["TaskTemplate"],
                                    name="py-web", mode={"Replicated": {"Replicas": 1}})

talker = client.services.create("busybox", ["sh", "-c", "echo hello"], name="py-talker", restart_policy=RestartPolicy(condition="none"))
until("it spoke", lambda: b"hello" in b"".join(talker.logs(stdout=True)))
assert [t["ServiceID"] for t in client.api.tasks(filters={"service": "py-talker"})] == [talker.id]

seen = [(e["Type"], e["Action"]) for e in client.events(since=int(time.time()) - 600, until=int(time.time()), decode=True)]
assert ("service", "create") in seen and ("network", "remove") in seen, seen

for one in client.services.list():
    if one.name.startswith("py-"):
        one.remove()
until("services gone", lambda: not client.services.list(filters={"name": "py-"}))
secret.remove()
config.remove()
assert "not found" in refused(404, client.services.get, "py-web")
print("done")
