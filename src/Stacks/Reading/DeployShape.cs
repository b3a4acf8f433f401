namespace Orch.Stacks.Reading;

/// <summary>What may stand under <c>deploy</c>.</summary>
internal static class DeployShape
{
    private static readonly Reader Update = Shape.Map(
        new("parallelism", Plain.Count), new("delay", Plain.Duration),
        new("failure_action", Plain.OneOf("continue", "pause", "rollback")), new("monitor", Plain.Duration),
        new("max_failure_ratio", Plain.Ratio), new("order", Plain.OneOf("start-first", "stop-first")),
        new("progress_deadline", Plain.Duration));

    private static readonly Reader Rollback = Shape.Map(
        new("parallelism", Plain.Count), new("delay", Plain.Duration), new("failure_action", Plain.OneOf("continue", "pause")),
        new("monitor", Plain.Duration), new("max_failure_ratio", Plain.Ratio), new("order", Plain.OneOf("start-first", "stop-first")),
        new("progress_deadline", Plain.Duration));

    private static readonly Reader Generic = Shape.List(Shape.Map(new Field("discrete_resource_spec",
        Shape.Map(new Field("kind", Plain.Text) { Required = true }, new Field("value", Plain.Count) { Required = true }))
    { Required = true }));

    private static readonly Reader Resources = Shape.Map(
        new("limits", Shape.Map(new Field("cpus", OtherReaders.Cpus), new("memory", Plain.Bytes), new("pids", Plain.Integer),
            new("devices", Plain.Anything, "devices are not given to tasks by this version"))),
        new("reservations", Shape.Map(new Field("cpus", OtherReaders.Cpus), new("memory", Plain.Bytes), new("generic_resources", Generic),
            new("pids", Plain.Anything, "processes can be limited, not reserved"),
            new("devices", Plain.Anything, "devices are not given to tasks by this version: reserve them as generic_resources"))));

    private static readonly Reader Restart = Shape.Map(
        new("condition", Plain.OneOf("none", "on-failure", "any")), new("delay", Plain.Duration),
        new("max_attempts", Plain.Count), new("window", Plain.Duration));

    private static readonly Reader Placement = Shape.Map(
        new("constraints", Shape.List(Plain.Text)),
        new("preferences", Shape.List(Shape.Map(new Field("spread", Plain.Text) { Required = true }))),
        new("max_replicas_per_node", Plain.Count));

    public static readonly Reader Read = Shape.Map(
        new("mode", Plain.OneOf("replicated", "global", "replicated-job", "global-job")), new("replicas", Plain.Count),
        new("endpoint_mode", Plain.OneOf("vip", "dnsrr")), new("labels", Shape.Pairs()),
        new("update_config", Update), new("rollback_config", Rollback), new("resources", Resources),
        new("restart_policy", Restart), new("placement", Placement));
}
