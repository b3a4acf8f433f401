using System.Buffers;
using System.Text.Json;
using Orch.Core.Model.Specs;
using Orch.Stacks.Conversion;

namespace Orch.Cli.Commands.Stack;

/// <summary>A secret or config as Docker's clients create it.</summary>
internal static class FileBody
{
    public static byte[] Of(PlannedFile file)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("Name", file.Name);
            Labels(json, file);
            if (file.Data.Length > 0)
                json.WriteBase64String("Data", file.Data);
            if (file.TemplateDriver is { } template)
                Driver(json, "Templating", new() { Name = template });
            if (file.Driver is { } driver)
                Driver(json, "Driver", driver);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>What the cluster has, with the labels of the file: all that may change of it.</summary>
    public static byte[] Relabelled(JsonElement spec, PlannedFile file)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var member in spec.EnumerateObject().Where(member => member.Name != "Labels"))
                member.WriteTo(json);
            Labels(json, file);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    private static void Labels(Utf8JsonWriter json, PlannedFile file)
    {
        json.WriteStartObject("Labels");
        foreach (var (key, value) in file.Labels.OrderBy(label => label.Key, StringComparer.Ordinal))
            json.WriteString(key, value);
        json.WriteEndObject();
    }

    private static void Driver(Utf8JsonWriter json, string name, DriverConfig driver)
    {
        json.WriteStartObject(name);
        json.WriteString("Name", driver.Name);
        if (driver.Options is { } options)
        {
            json.WriteStartObject("Options");
            foreach (var (key, value) in options)
                json.WriteString(key, value);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    /// <summary>The secrets and configs that a container uses.</summary>
    public static IEnumerable<(FileKind Kind, string Name)> References(this ContainerSpec container) =>
        (container.Secrets ?? []).Select(file => (FileKind.Secret, file.SecretName ?? ""))
            .Concat((container.Configs ?? []).Select(file => (FileKind.Config, file.ConfigName ?? "")));
}
