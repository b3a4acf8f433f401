namespace Orch.Stacks.Changes;

/// <summary>The stack file's word for a place in a spec.</summary>
internal static class ComposeKeys
{
    private const string Container = "TaskTemplate.ContainerSpec.";

    /// <summary>The first that fits counts, so longer paths come before shorter ones.</summary>
    private static readonly (string Path, string Key)[] Table =
    [
        (Container + "PullOptions.Policy", "pull_policy"), (Container + "Image", "image"), (Container + "Command", "entrypoint"), (Container + "Args", "command"),
        (Container + "Env", "environment"), (Container + "Labels", "labels"), (Container + "Dir", "working_dir"),
        (Container + "Groups", "group_add"), (Container + "Privileges", "security_opt"), (Container + "StopSignal", "stop_signal"),
        (Container + "TTY", "tty"), (Container + "OpenStdin", "stdin_open"), (Container + "ReadOnly", "read_only"),
        (Container + "Mounts", "volumes"), (Container + "StopGracePeriod", "stop_grace_period"), (Container + "Hosts", "extra_hosts"),
        (Container + "DNSConfig.Nameservers", "dns"), (Container + "DNSConfig.Search", "dns_search"), (Container + "DNSConfig.Options", "dns_opt"),
        (Container + "CapabilityAdd", "cap_add"), (Container + "CapabilityDrop", "cap_drop"), (Container + "OomScoreAdj", "oom_score_adj"),
        (Container + "HostConfig.PidMode", "pid"), (Container + "HostConfig.IpcMode", "ipc"), (Container + "HostConfig.", ""),
        (Container, ""), ("TaskTemplate.Resources.Limits.NanoCPUs", "deploy.resources.limits.cpus"),
        ("TaskTemplate.Resources.Limits.MemoryBytes", "deploy.resources.limits.memory"), ("TaskTemplate.Resources.Limits.Pids", "deploy.resources.limits.pids"),
        ("TaskTemplate.Resources.Reservations.NanoCPUs", "deploy.resources.reservations.cpus"),
        ("TaskTemplate.Resources.Reservations.MemoryBytes", "deploy.resources.reservations.memory"),
        ("TaskTemplate.Resources.Reservations.GenericResources", "deploy.resources.reservations.generic_resources"),
        ("TaskTemplate.RestartPolicy.MaxAttempts", "deploy.restart_policy.max_attempts"), ("TaskTemplate.RestartPolicy", "deploy.restart_policy"),
        ("TaskTemplate.Placement.MaxReplicas", "deploy.placement.max_replicas_per_node"), ("TaskTemplate.Placement", "deploy.placement"),
        ("TaskTemplate.Networks", "networks"), ("TaskTemplate.LogDriver.Name", "logging.driver"), ("TaskTemplate.LogDriver.Options", "logging.options"),
        ("TaskTemplate.", ""), ("Mode.Replicated.Replicas", "deploy.replicas"), ("Mode.ReplicatedJob", "deploy.replicas"), ("Mode", "deploy.mode"),
        ("UpdateConfig", "deploy.update_config"), ("RollbackConfig", "deploy.rollback_config"),
        ("EndpointSpec.Ports", "ports"), ("EndpointSpec.Mode", "deploy.endpoint_mode"), ("Labels.orch.depends_on", "depends_on"), ("Labels", "deploy.labels"),
    ];

    public static string Of(string path)
    {
        foreach (var (prefix, key) in Table)
        {
            if (!path.StartsWith(prefix, StringComparison.Ordinal))
                continue;
            var rest = path[prefix.Length..];
            return key.Length > 0 ? key + Lower(rest) : Lower(rest).TrimStart('.');
        }
        return path;
    }

    /// <summary>Labels and variables keep their case; the spec's own members become the file's.</summary>
    private static string Lower(string rest)
    {
        if (rest.Length < 2 || !char.IsAsciiLetterUpper(rest[rest[0] == '.' ? 1 : 0]) || rest.Skip(1).All(c => !char.IsAsciiLetterLower(c)))
            return rest;
        var text = new System.Text.StringBuilder();
        foreach (var c in rest)
        {
            if (char.IsAsciiLetterUpper(c) && text.Length > 0 && char.IsAsciiLetterLower(text[^1]))
                text.Append('_');
            text.Append(char.ToLowerInvariant(c));
        }
        return text.ToString();
    }
}
