using System.Text.Json;
using Orch.Cli.Http;
using Orch.Cli.Parsing;
using Orch.Contracts.Api;
using Orch.Core.Commands;
using Orch.Core.Model.Specs;
using Orch.Stacks;
using Orch.Stacks.Changes;
using Orch.Stacks.Conversion;

namespace Orch.Cli.Commands.Stack;

/// <summary>A stack file next to what the cluster has: what a deploy would do, and everything it needs to do it.</summary>
internal sealed class StackDeployment
{
    private readonly Invocation _call;
    private readonly Dictionary<string, string> _fileIds = [];
    private readonly List<FileLabels> _relabelled = [];
    private readonly StackImages _images;
    private StackNetworks? _networks;

    private StackDeployment(Invocation call, StackPlan plan, StackObjects objects) =>
        (_call, _images, Plan, Objects) = (call, new(call), plan, objects);

    public StackPlan Plan { get; private set; }
    public StackObjects Objects { get; }
    public IReadOnlyDictionary<string, ServiceView> Current { get; private init; } = new Dictionary<string, ServiceView>();
    public IReadOnlyList<ServiceChange> Changes { get; private set; } = [];

    /// <summary>Files of the plan that the cluster does not have yet.</summary>
    public IReadOnlyList<PlannedFile> NewFiles { get; private set; } = [];
    public IReadOnlyList<FileLabels> RelabelledFiles => _relabelled;
    public IReadOnlyList<PlannedNetwork> NewNetworks => _networks?.Missing ?? [];
    public IEnumerable<ServiceView> Extra => Current.Values.Where(service => Plan.Services.All(planned => planned.Spec.Name != service.Spec.Name));

    /// <summary>Ends the command when the files are wrong.</summary>
    public static StackDeployment Prepare(Invocation call)
    {
        if (call.Flags.Text("resolve-image") is not ("always" or "changed" or "never"))
            throw new UsageException($"Invalid option {call.Flags.Text("resolve-image")} for flag --resolve-image");
        var problems = new ProblemList();
        var file = StackInput.Load(call, problems);
        var name = call.Words.Count > 0 ? call.Words[0] : file.Name
            ?? throw new UsageException("the stack has no name: give STACK, or write name: in the file");
        if (!StackNames.IsValid(name))
            throw new CommandException($"invalid stack name '{name}': use at most 63 letters, digits, '-' and '_', beginning with a letter or digit");
        if (problems.HasErrors)
            StackInput.Report(call, problems);
        var plan = new StackConverter(file, name, StackInput.Reader(call), problems).Convert();
        plan = Chosen(call, plan);
        PlanChecks.Check(file, plan, problems);
        if (plan.Services.Count == 0)
            problems.Error(file.Root.At, "there is no service to deploy", "profiles that are not active leave services out");
        StackInput.Report(call, problems);
        var objects = new StackObjects(call, name);
        var deployment = new StackDeployment(call, plan, objects) { Current = objects.Services().ToDictionary(service => service.Spec.Name) };
        deployment.CheckModes();
        deployment.Compare();
        return deployment;
    }

    /// <summary>A manager refuses another mode, so that nothing may have happened by then.</summary>
    private void CheckModes()
    {
        var problems = new ProblemList();
        foreach (var service in Plan.Services)
            if (Current.GetValueOrDefault(service.Spec.Name) is { } current
                && (SpecRules.ModeOf(current.Spec), SpecRules.ModeOf(service.Spec)) is var (old, now) && old != now)
                problems.Error(service.At, $"services.{service.Key}: deploy.mode cannot change from {old} to {now}",
                    $"remove the service first: orch service rm {service.Spec.Name}");
        StackInput.Report(_call, problems);
    }

    /// <summary>Only the services named, with what they use.</summary>
    private static StackPlan Chosen(Invocation call, StackPlan plan)
    {
        var names = call.Flags.All("service");
        if (names.Count == 0)
            return plan;
        foreach (var name in names)
            if (plan.Services.All(service => service.Key != name))
                throw new CommandException($"there is no service {name} in the stack" +
                    (Core.Text.Nearest.To(name, plan.Services.Select(service => service.Key)) is { } near ? $": did you mean {near}?" : ""));
        var services = plan.Services.Where(service => names.Contains(service.Key)).ToList();
        var used = services.SelectMany(service => service.Spec.TaskTemplate!.ContainerSpec!.References()).ToHashSet();
        var networks = services.SelectMany(service => service.Spec.TaskTemplate!.Networks ?? []).Select(network => network.Target).ToHashSet();
        return plan with
        {
            Services = services,
            Files = [.. plan.Files.Where(file => used.Contains((file.Kind, file.Name)))],
            Networks = [.. plan.Networks.Where(network => networks.Contains(network.Name))],
        };
    }

    private void Compare()
    {
        var missing = new List<PlannedFile>();
        foreach (var file in Plan.Files)
        {
            var kind = file.Kind == FileKind.Secret ? "secret" : "config";
            if (Objects.Find(kind + "s", file.Name) is { } found)
                Check(file, found, kind);
            else if (file.IsExternal)
                throw new CommandException($"{file.At}: {kind} {file.Name} is external, but the cluster has none of that name: create it first");
            else
                missing.Add(file);
        }
        NewFiles = missing;
        _networks = StackNetworks.Of(_call, Plan, Current.Values);
        _images.Ask(Plan.Services.Where(IsToResolve).Select(service => service.Spec.TaskTemplate!.ContainerSpec!.Image));
        Plan = Plan with
        {
            Services = [.. Plan.Services.Select(service => IsToResolve(service)
            ? service with { Spec = _images.Pinned(service.Spec) } : service)]
        };
        Changes = [.. Plan.Services.Select(service =>
            ServiceDiff.Of(_networks.Named(Current.GetValueOrDefault(service.Spec.Name)?.Spec), service.Spec))];
    }

    private void Check(PlannedFile file, NamedObject found, string kind)
    {
        if (file.Hash is { } hash && found.Labels.GetValueOrDefault(StackNames.Content) != hash)
            throw new CommandException($"{file.At}: {kind} {file.Name} exists with other content, and what the cluster keeps cannot be changed: " +
                "give it a new name, or leave name: out, then each content gets a name of its own");
        _fileIds[Key(file.Kind, file.Name)] = found.Id;
        if (!file.IsExternal && new FileLabels(kind, found, file) is { Differ: true } labels)
            _relabelled.Add(labels);
    }

    public void CreateNetworks()
    {
        foreach (var network in NewNetworks)
        {
            Say($"Creating network {network.Name}");
            _call.Client.Post("/networks/create", JsonSerializer.SerializeToUtf8Bytes(network.Request!.Value, ApiJson.Default.JsonElement));
        }
    }

    public void CreateFiles()
    {
        foreach (var file in NewFiles)
        {
            var kind = file.Kind == FileKind.Secret ? "secret" : "config";
            Say($"Creating {kind} {file.Name}");
            using var answer = JsonDocument.Parse(_call.Client.Post($"/{kind}s/create", FileBody.Of(file)));
            _fileIds[Key(file.Kind, file.Name)] = answer.RootElement.GetProperty("ID").GetString() ?? "";
        }
    }

    public void LabelFiles()
    {
        foreach (var labels in RelabelledFiles)
        {
            Say($"Updating {labels.Kind} {labels.Found.Name}");
            _call.Client.Post($"/{labels.Kind}s/{Query.Segment(labels.Found.Id)}/update?version={labels.Found.Version}",
                FileBody.Relabelled(labels.Found.Spec, labels.File));
        }
    }

    /// <summary>The id of the service. Sent only when something differs.</summary>
    public string Apply(PlannedService service, ServiceChange change)
    {
        var spec = WithIds(service.Spec);
        var image = spec.TaskTemplate!.ContainerSpec!.Image;
        if (change.Kind != ChangeKind.None)
            _images.WarnUnpinned(image);
        if (change.Kind == ChangeKind.Create)
        {
            Say($"Creating service {spec.Name}");
            var created = ApiJson.Read(_call.Client.Post("/services/create", ApiJson.Write(spec, ApiJson.Default.ServiceSpec), _images.Login(image)),
                ApiJson.Default.CreateResponse);
            foreach (var warning in created.Warnings ?? [])
                _call.Err.WriteLine(warning);
            return created.ID;
        }
        var current = Current[spec.Name];
        if (change.Kind == ChangeKind.Update)
            Update(current, spec);
        return current.ID;
    }

    /// <summary>Somebody else may have changed the service since it was read: then what they left is compared, once more.</summary>
    private void Update(ServiceView current, ServiceSpec spec)
    {
        Say($"Updating service {spec.Name} (id: {current.ID})");
        try
        {
            Send(current);
        }
        catch (CommandException e) when (e.Message.EndsWith("update out of sequence", StringComparison.Ordinal))
        {
            var now = _call.Client.Get($"/services/{Query.Segment(current.ID)}", ApiJson.Default.ServiceView);
            if (ServiceDiff.Of(_networks!.Named(now.Spec), spec).Kind != ChangeKind.None)
                Send(now);
        }

        void Send(ServiceView to) => Service.ServiceUpdateCommand.Send(_call, to, ServiceDiff.Carry(to.Spec, spec),
            _images.Login(spec.TaskTemplate!.ContainerSpec!.Image), "registryAuthFrom=spec");
    }

    private ServiceSpec WithIds(ServiceSpec spec)
    {
        var container = spec.TaskTemplate!.ContainerSpec!;
        return spec with
        {
            TaskTemplate = spec.TaskTemplate with
            {
                ContainerSpec = container with
                {
                    Secrets = container.Secrets?.ConvertAll(file => file with { SecretID = _fileIds[Key(FileKind.Secret, file.SecretName!)] }),
                    Configs = container.Configs?.ConvertAll(file => file with { ConfigID = _fileIds[Key(FileKind.Config, file.ConfigName!)] }),
                },
            },
        };
    }

    private bool IsToResolve(PlannedService service)
    {
        var isSame = Current.GetValueOrDefault(service.Spec.Name)?.Spec.Labels?.GetValueOrDefault(StackNames.Image)
            == service.Spec.Labels![StackNames.Image];
        return !Core.Model.ImageName.IsPinned(service.Spec.TaskTemplate!.ContainerSpec!.Image)
            && _call.Flags.Text("resolve-image") switch { "never" => false, "changed" => !isSame, _ => true };
    }

    private void Say(string text)
    {
        _call.Out.WriteLine(text);
        _call.Out.Flush();
    }

    private static string Key(FileKind kind, string name) => $"{kind}/{name}";
}
