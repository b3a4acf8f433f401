using System.Text;
using System.Text.Json.Nodes;

namespace Orch.Tests.Manager.Api.Fuzzing;

/// <summary>Changes a body: now and then the bytes, mostly the values, as clients with a defect would.</summary>
internal static class Mutation
{
    // No number from 50 up to the most replicas that a service may have: those are right, and only slow.
    private static readonly string[] _values =
    [
        "null", "true", "false", "0", "-0", "1", "-1", "1.5", "1e3", "-1e999", "1e999", "9223372036854775807", "9223372036854775808",
        "18446744073709551615", "18446744073709551616", "-9223372036854775808", "4294967296", "70000000000", "[]", "{}", "[[]]", "[null]",
        "{\"\":\"\"}", "\"\"", "\" \"", "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\ufeff\"", "\"{{\"", "\"{{.Node.ID}}\"",
        "\"{{range .}}\"", "\"../..\"", "\"/\"", "\"10s\"", "\"-1\"", "\"NaN\"", "NaN", "Infinity", "'x'", "\"AAAA\"", "\"=\"",
        "\"a=b=c\"", "\"node.role==\"", "\"::1\"", "\"0.0.0.0/0\"", "\"10.7.0.0/24\"", "\"host\"", "\"base\"", "[\"a\",1]", "{\"Name\":{}}",
    ];

    public static byte[] Of(Random random, string body)
    {
        var text = body;
        for (var i = random.Next(1, 4); i > 0; i--)
            text = random.Next(8) == 0 ? Splice(random, text) : Change(random, text);
        var bytes = Encoding.UTF8.GetBytes(text);
        if (random.Next(6) == 0)
            bytes = Damage(random, bytes);
        return bytes;
    }

    /// <summary>A member or an element becomes something else, vanishes, or is there twice; what is no JSON any more is spliced.</summary>
    private static string Change(Random random, string text)
    {
        try
        {
            var root = JsonNode.Parse(text, documentOptions: new() { MaxDepth = 256 });
            var places = new List<JsonNode>();
            Collect(root, places);
            return places.Count == 0 ? Splice(random, text) : Change(random, root!, places[random.Next(places.Count)]);
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or ArgumentException or InvalidOperationException)
        {
            return Splice(random, text);
        }
    }

    private static string Change(Random random, JsonNode root, JsonNode place)
    {
        var mark = $"mark{random.Next()}";
        switch (place)
        {
            case JsonObject members when members.Count > 0:
                var name = members.ElementAt(random.Next(members.Count)).Key;
                if (random.Next(5) == 0)
                    members.Remove(name);
                else
                    members[random.Next(8) == 0 ? Name(random) : name] = mark;
                break;
            case JsonArray elements when elements.Count > 0:
                elements[random.Next(elements.Count)] = mark;
                break;
            case JsonObject members:
                members[Name(random)] = mark;
                break;
            case JsonArray elements:
                elements.Add(mark);
                break;
        }
        return root.ToJsonString().Replace($"\"{mark}\"", Value(random), StringComparison.Ordinal);
    }

    private static void Collect(JsonNode? node, List<JsonNode> places)
    {
        if (node is JsonObject or JsonArray)
            places.Add(node);
        if (node is JsonObject members)
        {
            foreach (var (_, inner) in members)
                Collect(inner, places);
        }
        else if (node is JsonArray elements)
        {
            foreach (var inner in elements)
                Collect(inner, places);
        }
    }

    private static string Value(Random random) => random.Next(20) switch
    {
        0 => $"\"{new string((char)('a' + random.Next(26)), 1 << random.Next(1, 16))}\"",
        1 => new string('[', random.Next(1, 200)) + new string(']', random.Next(1, 200)),
        2 => $"[{string.Join(',', Enumerable.Repeat("\"x\"", random.Next(1, 2000)))}]",
        3 => $"{{{string.Join(',', Enumerable.Range(0, random.Next(1, 500)).Select(i => $"\"k{i}\":\"v\""))}}}",
        4 => $"\"{(char)random.Next(0x20, 0xD7FF)}\"".Replace("\"\"\"", "\"q\"", StringComparison.Ordinal),
        5 => $"{random.Next(-50, 50)}",
        _ => _values[random.Next(_values.Length)],
    };

    private static string Name(Random random) => random.Next(4) switch
    {
        0 => "",
        1 => "name",
        2 => "TaskTemplate",
        _ => $"unknown{random.Next(10)}",
    };

    /// <summary>A piece of the text is cut out, doubled or put elsewhere.</summary>
    private static string Splice(Random random, string text)
    {
        if (text.Length < 2)
            return Value(random);
        var from = random.Next(text.Length - 1);
        var piece = text.Substring(from, random.Next(1, Math.Min(64, text.Length - from)));
        return random.Next(3) switch
        {
            0 => text.Remove(from, piece.Length),
            1 => text.Insert(random.Next(text.Length), piece),
            _ => text[..from],
        };
    }

    private static byte[] Damage(Random random, byte[] bytes)
    {
        for (var i = random.Next(1, 6); i > 0 && bytes.Length > 0; i--)
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return bytes;
    }
}
