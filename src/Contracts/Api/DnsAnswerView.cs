namespace Orch.Contracts.Api;

/// <summary>The answer of <c>/orch/v1/dns</c>: what a task's name server tells it, and where that comes from.</summary>
public sealed record DnsAnswerView
{
    public string Name { get; set; } = "";
    public string Type { get; set; } = "";
    public string TaskID { get; set; } = "";
    public string Task { get; set; } = "";
    public string Node { get; set; } = "";

    /// <summary>The address at which the task asks.</summary>
    public string Server { get; set; } = "";

    /// <summary>NOERROR, NXDOMAIN, SERVFAIL…</summary>
    public string Code { get; set; } = "";
    public bool Authoritative { get; set; }
    public bool Truncated { get; set; }

    /// <summary>It is no name of the cluster: the servers of the task's machine were asked.</summary>
    public bool Forwarded { get; set; }
    public IReadOnlyList<DnsRecordView> Answers { get; set; } = [];

    /// <summary>What came along with them.</summary>
    public IReadOnlyList<DnsRecordView> Extras { get; set; } = [];
}

/// <summary>TTL in seconds. Network and Service by name, Task by its full name; absent where the address is none of the cluster's.</summary>
public sealed record DnsRecordView
{
    public string Name { get; set; } = "";
    public string Type { get; set; } = "";
    public uint TTL { get; set; }
    public string Value { get; set; } = "";
    public string? Network { get; set; }
    public string? Service { get; set; }
    public string? Task { get; set; }
}
