namespace Orch.Contracts;

/// <summary>Names and numbers of the agent protocol that both sides must agree on.</summary>
public static class SessionProtocol
{
    public const string Service = "orch.agent.v1.Sessions";
    public const string Method = "Session";
    public const string PullCredentialsMethod = "PullCredentials";
    public const string LogsMethod = "Logs";
    public const uint Version = 1;

    /// <summary>Largest message in either direction; a full assignment set is cut into parts below it.</summary>
    public const int MaxMessageBytes = 16 * 1024 * 1024;
}
