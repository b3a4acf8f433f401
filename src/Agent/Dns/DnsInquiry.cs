using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Orch.Agent.Networks;
using Orch.Contracts.Agent;
using Orch.Core.Networking;

namespace Orch.Agent.Dns;

/// <summary>
/// Questions put to the name server by people who want to know what a task is told. They go the way of a task's own, but for
/// the sockets, and count among that task's forwarded ones.
/// </summary>
internal sealed class DnsInquiry(DnsIndex index, DnsHandler handler, Forwarder forwarder, DnsOptions options, TimeProvider clock)
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromMilliseconds(500);
    private const int Tries = 3;

    public async Task<NameAnswer> AskAsync(TaskEntry task, string name, DnsType type, CancellationToken cancellation)
    {
        if (Query(name, type) is not { } query)
            return new() { Code = (uint)Rcode.FormatError };
        var place = index.Zones
            .Select(zone => (Zone: zone, Address: task.On(zone.Facts.Id))).FirstOrDefault(one => one.Address is { IsV6: false });
        if (place.Zone is null)
            return new() { Code = (uint)Rcode.Refused };
        var buffer = new byte[DnsWire.MostTcp];
        var reply = handler.Handle(
            place.Zone, (uint)place.Address!.Value.Value, query, buffer, tcp: true, new DnsScratch(Random.Shared));
        if (reply.Verdict == Verdict.Drop)
            return new() { Code = (uint)Rcode.Refused };
        var length = reply.Verdict == Verdict.Forward ? await ForwardAsync(reply.Asker!, query, buffer, cancellation) : reply.Length;
        var answer = Read(buffer.AsSpan(0, length), name);
        (answer.Forwarded, answer.Server) = (reply.Verdict == Verdict.Forward, PrimaryOf(task)?.BridgeAddress.ToString() ?? "");
        return answer;
    }

    public async Task<string?> AnswersAtAsync(NodeNetwork network, CancellationToken cancellation)
    {
        var at = new IPEndPoint(network.BridgeAddress.ToIPAddress(), options.Port);
        var query = Query(PointerOf(network.BridgeAddress), DnsType.Ptr)!;
        var problem = "";
        for (var tries = 0; tries < Tries; tries++)
        {
            using var limit = new CancellationTokenSource(AnswerWithin, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
            try
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
                socket.Bind(new IPEndPoint(options.OwnAddress == 0 ? at.Address : IpAddr.V4(options.OwnAddress).ToIPAddress(), 0));
                await socket.ConnectAsync(at, either.Token);
                await socket.SendAsync(query, either.Token);
                var answer = new byte[DnsWire.MostTcp];
                if (UpstreamCheck.Answers(answer.AsSpan(0, await socket.ReceiveAsync(answer, either.Token)), query))
                    return null;
            }
            catch (SocketException e)
            {
                problem = e.Message;
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                problem = $"no answer within {AnswerWithin.TotalMilliseconds:0} ms";
            }
        }
        return problem;
    }

    private async Task<int> ForwardAsync(Asker asker, byte[] query, byte[] buffer, CancellationToken cancellation)
    {
        if (!forwarder.TryBegin(asker))
            return Forwarder.Failure(query, buffer);
        try
        {
            return await forwarder.AskAsync(query, buffer, tcp: false, cancellation);
        }
        finally
        {
            forwarder.End(asker);
        }
    }

    private NameAnswer Read(ReadOnlySpan<byte> packet, string name)
    {
        var reader = new DnsReader(packet);
        var records = reader.Records();
        var answer = new NameAnswer { Code = (uint)reader.Code, Authoritative = reader.Authoritative, Truncated = reader.Truncated };
        var addresses = records.Where(record => record.Type == DnsType.A).ToLookup(record => record.Name, record => record.Value);
        foreach (var record in records.Where(record => record.Section != DnsSection.Authority))
        {
            var shown = new NameRecord
            {
                Name = record.Name,
                Type = (uint)record.Type,
                Ttl = record.Ttl,
                Value = record.Value,
                Extra = record.Section == DnsSection.Extra,
            };
            SetOrigin(shown, record, name, addresses);
            answer.Records.Add(shown);
        }
        return answer;
    }

    /// <summary>Whose the address is: the record's own, that of the machine it names, or the one that was asked about.</summary>
    private void SetOrigin(NameRecord shown, DnsRecord record, string asked, ILookup<string, string> addresses)
    {
        var text = record.Type switch
        {
            DnsType.A => record.Value,
            DnsType.Srv => addresses[record.Value.Split(' ')[^1]].FirstOrDefault(),
            DnsType.Ptr when DnsName.Encode(asked) is { } encoded && PointerAnswer.AddressIn(encoded) is { } about => IpAddr.V4(about).ToString(),
            _ => null,
        };
        if (!IpAddr.TryParse(text, out var address) || address.IsV6)
            return;
        foreach (var zone in index.Zones)
        {
            if (!zone.TryOwner((uint)address.Value, out var owner))
                continue;
            shown.NetworkId = zone.Facts.Id;
            shown.Service = owner.Vip?.Service.Name ?? owner.Asker?.Service?.Name ?? "";
            shown.TaskId = owner.Task.Task?.Id ?? "";
            return;
        }
    }

    private NodeNetwork? PrimaryOf(TaskEntry task) => task.Addresses
        .Select(held => index.Zones.FirstOrDefault(zone => zone.Facts.Id == held.NetworkId)?.Facts).FirstOrDefault(facts => facts is not null);

    private static string PointerOf(IpAddr address) => string.Join('.', address.ToString().Split('.').Reverse()) + ".in-addr.arpa";

    /// <summary>Null for what can be no name. A dot at its end says that it is whole, which all names here are.</summary>
    private static byte[]? Query(string name, DnsType type)
    {
        if (DnsName.Encode(name.TrimEnd('.')) is not { } encoded)
            return null;
        var query = new byte[DnsWire.HeaderSize + encoded.Length + 1 + 4];
        RandomNumberGenerator.Fill(query.AsSpan(0, 2));
        query[2] = 1; // recursion desired
        query[5] = 1;
        encoded.CopyTo(query.AsSpan(DnsWire.HeaderSize));
        BinaryPrimitives.WriteUInt16BigEndian(query.AsSpan(query.Length - 4), (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(query.AsSpan(query.Length - 2), DnsWire.ClassIn);
        return query;
    }
}
