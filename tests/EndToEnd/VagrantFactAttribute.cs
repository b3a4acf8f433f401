namespace Orch.Tests.EndToEnd;

/// <summary>A test that needs Vagrant and, to bring machines up, minutes (ORCH_VAGRANT=1), dist/ and an engine that gives
/// privileged containers only the rights it has itself, as newer ones do: a build host's root may lack some.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class VagrantFactAttribute : FactAttribute
{
    public const string Engine = "sid";

    public VagrantFactAttribute(bool up = false) => Skip =
        Environment.GetEnvironmentVariable("PATH")!.Split(':').All(folder => !File.Exists($"{folder}/vagrant"))
            ? "Vagrant is not installed: apt-get install vagrant"
            : !up ? null
            : Environment.GetEnvironmentVariable("ORCH_VAGRANT") != "1" ? "takes minutes: make vagrant-test"
            : LabRequirements.Missing ?? EngineRoot.Missing(Engine);
}
