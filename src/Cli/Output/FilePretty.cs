using System.Text;
using Orch.Contracts.Api;
using Orch.Core.Model;

namespace Orch.Cli.Output;

/// <summary>A secret or a config for people, laid out line for line as Docker's users know them.</summary>
internal static class FilePretty
{
    public static void Write(TextWriter to, FileKind kind, FileView file)
    {
        var (spec, secret) = (file.Spec, kind == FileKind.Secret);
        to.Write(secret ? $"ID:              {file.ID}\nName:              {spec.Name}\n" : $"ID:\t\t\t{file.ID}\nName:\t\t\t{spec.Name}\n");
        if (spec.Labels is { Count: > 0 } labels)
            to.Write("Labels:\n" + string.Concat(labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $" - {l.Key}={l.Value}\n")));
        if (secret)
            to.Write($"Driver:            {spec.Driver?.Name}\n");
        var gap = secret ? "        " : "            \t";
        to.Write($"Created at:{gap}{GoTime(file.CreatedAt)}\nUpdated at:{gap}{GoTime(file.UpdatedAt)}\n");
        if (!secret)
            to.Write($"Data:\n{Encoding.UTF8.GetString(spec.Data ?? [])}\n");
    }

    /// <summary>2026-11-21 01:58:03.994444713 +0000 utc: how Docker prints a moment here.</summary>
    private static string GoTime(Timestamp at) => at.ToString().Replace('T', ' ').TrimEnd('Z') + " +0000 utc";
}
