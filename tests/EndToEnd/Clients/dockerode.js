// What a program written with dockerode does with a swarm. Ends with 0 and prints "done".
const assert = require("node:assert");
const Docker = require("dockerode");

const docker = new Docker({ socketPath: "/run/orch/orch.sock" });
const pause = ms => new Promise(resolve => setTimeout(resolve, ms));

async function until(what, condition) {
  for (let i = 0; i < 300; i++) {
    if (await condition()) return;
    await pause(100);
  }
  throw new Error("in vain: " + what);
}

async function refused(status, promise) {
  const error = await promise.then(() => assert.fail("not refused"), e => e);
  assert.strictEqual(error.statusCode, status, error.message);
  return error.message;
}

async function main() {
  assert.strictEqual((await docker.ping()).toString(), "OK");
  assert.ok((await docker.version()).ApiVersion);
  assert.strictEqual((await docker.info()).Swarm.LocalNodeState, "active");
  assert.ok((await docker.swarmInspect()).JoinTokens.Manager.startsWith("SWMTKN-1-"));
  assert.deepStrictEqual(await docker.listContainers({ all: true }), []);
  assert.deepStrictEqual((await docker.listVolumes()).Volumes, []);

  const [node] = await docker.listNodes();
  await docker.getNode(node.ID).update({ version: node.Version.Index, ...node.Spec, Labels: { zone: "west" } });
  assert.strictEqual((await docker.getNode(node.ID).inspect()).Spec.Labels.zone, "west");

  const secret = await docker.createSecret({ Name: "js-secret", Data: Buffer.from("hunter2").toString("base64") });
  const config = await docker.createConfig({ Name: "js-config", Data: Buffer.from("a=b").toString("base64") });
  assert.strictEqual((await docker.listSecrets({ filters: { name: ["js-secret"] } })).length, 1);
  const before = await config.inspect();
  await config.update({ version: before.Version.Index, ...before.Spec, Labels: { a: "b" } });
  assert.deepStrictEqual((await config.inspect()).Spec.Labels, { a: "b" });

  const network = await docker.createNetwork({ Name: "js-network", Driver: "overlay", CheckDuplicate: true });
  assert.strictEqual((await network.inspect()).Scope, "swarm");
  assert.match(await refused(409, docker.createNetwork({ Name: "js-network", Driver: "overlay" })), /already exists/);
  await network.remove();

  const service = await docker.createService({
    Name: "js-web",
    Labels: { team: "red" },
    TaskTemplate: {
      ContainerSpec: {
        Image: "sleeper",
        Env: ["A=1"],
        Secrets: [{ SecretID: secret.id, SecretName: "js-secret", File: { Name: "s", UID: "0", GID: "0", Mode: 292 } }],
      },
      Placement: { Constraints: ["node.labels.zone==west"] },
    },
    Mode: { Replicated: { Replicas: 1 } },
    UpdateConfig: { Parallelism: 1, Monitor: 100000000 },
  });
  const running = async () => (await docker.listTasks({ filters: { service: ["js-web"], "desired-state": ["running"] } }))
    .filter(task => task.Status.State === "running");
  await until("it runs", async () => (await running()).length === 1);
  const now = await service.inspect();
  const template = { ...now.Spec.TaskTemplate, ForceUpdate: 1 };
  await service.update({ version: now.Version.Index, ...now.Spec, TaskTemplate: template });
  assert.match(await refused(500, service.update({ version: now.Version.Index, ...now.Spec })), /out of sequence/);
  await until("the update is complete", async () => (await service.inspect()).UpdateStatus?.State === "completed");
  assert.strictEqual((await docker.getTask((await running())[0].ID).inspect()).ServiceID, service.id);

  const talker = await docker.createService({
    Name: "js-talker",
    TaskTemplate: {
      ContainerSpec: { Image: "busybox", Command: ["sh", "-c", "echo hello"] },
      RestartPolicy: { Condition: "none" },
    },
  });
  await until("it spoke", async () => (await talker.logs({ stdout: true })).toString().includes("hello"));

  const seconds = Math.floor(Date.now() / 1000);
  const stream = await docker.getEvents({ since: seconds - 600, until: seconds, filters: { type: ["service"] } });
  let events = "";
  for await (const piece of stream) events += piece;
  assert.ok(events.split("\n").some(line => line && JSON.parse(line).Actor.Attributes.name === "js-web"), events);

  await service.remove();
  await talker.remove();
  await until("services gone", async () => !(await docker.listServices()).some(one => one.Spec.Name.startsWith("js-")));
  await secret.remove();
  await config.remove();
  assert.match(await refused(404, service.inspect()), /not found/);
  console.log("done");
}

main().catch(error => {
  console.error(error);
  process.exit(1);
});
