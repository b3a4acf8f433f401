namespace Orch.Agent.Dataplanes;

/// <summary>Names inside the table.</summary>
internal static class RuleNames
{
    public const string Table = "orch";

    /// <summary>Its one rule carries the table's digest as a comment.</summary>
    public const string State = "state";

    /// <summary>Virtual addresses by the bridge that the client is at, and for the machine itself.</summary>
    public const string Vips = "vips";
    public const string HostVips = "vips_host";
    public const string EmptyVips = "vips_empty";
    public const string EmptyHostVips = "vips_empty_host";

    /// <summary>Published ports at all of the machine's addresses, and at one of them.</summary>
    public const string Ports = "ports";
    public const string PortsAt = "ports_at";
    public const string EmptyPorts = "ports_empty";
    public const string EmptyPortsAt = "ports_at_empty";

    /// <summary>Local tasks, each with itself: one that is balanced to itself must not see its own address as the client's.</summary>
    public const string Self = "self";

    /// <summary>Local tasks that answer a published port by themselves: they see the client's address.</summary>
    public const string Local = "local_mesh";

    /// <summary>Addresses at which this machine's own name server answers: no published port takes its place there.</summary>
    public const string NameServers = "name_servers";

    /// <summary>Where flows of datagrams were led, ever since the table was made.</summary>
    public const string Led = "led";

    /// <summary>Nothing more is noted there.</summary>
    public const int MostLed = 65535;
    public const string Overlay = "overlay";
    public const string Vnis = "vnis";
    public const string Vteps = "vteps";

    /// <summary>
    /// Other machines' bridges by hardware address, each with a number, and the other way round: a connection from outside
    /// that came through one of them goes back through it.
    /// </summary>
    public const string Gates = "gates";
    public const string WaysBack = "ways_back";

    /// <summary>Says of a connection that it came by a published port.</summary>
    public const string PortMark = "0x6f726368";

    /// <summary>The same, and that tasks elsewhere see the client's address.</summary>
    public const string KeepingPortMark = "0x6f726369";
}
