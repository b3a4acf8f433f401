using System.Text.Json.Serialization;
using Orch.Core.Model;

namespace Orch.Contracts.Api;

/// <summary>A task's address on a network; addresses are in CIDR form.</summary>
public sealed record NetworkAttachmentView(AttachedNetworkView Network, IReadOnlyList<string> Addresses);

/// <summary>A network as tasks show it, which is Docker's other shape of one.</summary>
public sealed record AttachedNetworkView : ObjectView
{
    public AttachedSpecView Spec { get; set; } = new();
    public AttachedDriverView DriverState { get; set; } = new();
    public AttachedAddressesView IPAMOptions { get; set; } = new();
}

public sealed record AttachedSpecView
{
    public string Name { get; set; } = "";
    public IReadOnlyDictionary<string, string> Labels { get; set; } = new Dictionary<string, string>();
    public AttachedDriverView DriverConfiguration { get; set; } = new();

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Internal { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Attachable { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Ingress { get; set; }
    public AttachedAddressesView IPAMOptions { get; set; } = new();
    public string Scope { get; set; } = "swarm";
}

public sealed record AttachedDriverView
{
    public string? Name { get; set; }
    public IReadOnlyDictionary<string, string>? Options { get; set; }
}

public sealed record AttachedAddressesView
{
    public AttachedDriverView Driver { get; set; } = new();
    public IReadOnlyList<AttachedSubnetView>? Configs { get; set; }
}

public sealed record AttachedSubnetView(string? Subnet, string? Range, string? Gateway);
