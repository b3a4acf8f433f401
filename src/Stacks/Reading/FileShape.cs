namespace Orch.Stacks.Reading;

/// <summary>What may stand at the top of a stack file, and in its networks, volumes, secrets and configs.</summary>
internal static class FileShape
{
    private static readonly Reader Ipam = Shape.Map(
        new("driver", Plain.Text), new("options", Shape.Pairs()),
        new("config", Shape.List(Shape.Map(new Field("subnet", Plain.Text), new("ip_range", Plain.Text), new("gateway", Plain.Text),
            new("aux_addresses", Shape.Pairs())))));

    private static readonly Reader Network = Shape.Map(
        new("attachable", Plain.Bool), new("driver", Plain.Text), new("driver_opts", Shape.Pairs()), new("enable_ipv4", Plain.Bool),
        new("enable_ipv6", Plain.Bool), new("external", OtherReaders.External), new("internal", Plain.Bool), new("ipam", Ipam),
        new("labels", Shape.Pairs()), new("name", Plain.Text));

    private static readonly Reader Volume = Shape.Map(
        new("driver", Plain.Text), new("driver_opts", Shape.Pairs()), new("external", OtherReaders.External), new("labels", Shape.Pairs()),
        new("name", Plain.Text), new("spec", Plain.Anything, "cluster volumes are not supported by this version"));

    private static readonly Reader File = Shape.Map(
        new("content", Plain.AnyText), new("driver", Plain.Text), new("driver_opts", Shape.Pairs()), new("environment", Plain.Text),
        new("external", OtherReaders.External), new("file", Plain.Text), new("labels", Shape.Pairs()), new("name", Plain.Text),
        new("template_driver", Plain.Text));

    /// <summary>Services are read one by one, since extends comes between.</summary>
    public static readonly Reader Read = Shape.Map(
        new("version", Plain.AnyText), new("name", Plain.AnyText), new("include", Plain.Anything),
        new("services", Shape.Named(Plain.Anything)),
        new("networks", Shape.Named(Network, mayBeEmpty: true)), new("volumes", Shape.Named(Volume, mayBeEmpty: true)),
        new("secrets", Shape.Named(File)), new("configs", Shape.Named(File)),
        new("models", Plain.Anything, "models are not run by this version"));

    public static readonly string[] Sections = ["services", "networks", "volumes", "secrets", "configs"];

    public static readonly Reader Include = Shape.List((node, path, context) =>
        node is Yaml.ScalarNode ? Plain.Text(node, path, context) is { } file
            ? new Yaml.MapNode(node.At, [new("path", node.At, new Yaml.ListNode(node.At, [file]))]) : null
        : Shape.Map(new Field("path", Shape.OneOrList(Plain.Text)) { Required = true }, new("project_directory", Plain.Text),
            new("env_file", Shape.OneOrList(Plain.Text)))(node, path, context));
}
