using System.Text;
using Orch.Core.Model.Specs;

namespace Orch.Agent.Engine;

/// <summary>A spec's privileges as the engine's list of security options.</summary>
internal static class SecurityOptions
{
    public static List<string>? Of(Privileges? privileges)
    {
        if (privileges is null)
            return null;
        List<string> options = [.. Labels(privileges.SELinuxContext)];
        if (privileges.Seccomp is { Mode: "unconfined" })
            options.Add("seccomp=unconfined");
        else if (privileges.Seccomp is { Mode: "custom", Profile: { } profile })
            options.Add("seccomp=" + Encoding.UTF8.GetString(profile));
        if (privileges.AppArmor is { Mode: "disabled" })
            options.Add("apparmor=unconfined");
        if (privileges.NoNewPrivileges == true)
            options.Add("no-new-privileges");
        return options.Count == 0 ? null : options;
    }

    private static IEnumerable<string> Labels(SELinuxContext? context)
    {
        if (context?.Disable == true)
            return ["label=disable"];
        (string Key, string? Value)[] parts =
            [("user", context?.User), ("role", context?.Role), ("type", context?.Type), ("level", context?.Level)];
        return parts.Where(part => !string.IsNullOrEmpty(part.Value)).Select(part => $"label={part.Key}:{part.Value}");
    }
}
