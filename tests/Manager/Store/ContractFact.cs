using Xunit.Abstractions;
using Xunit.Sdk;

namespace Orch.Tests.Manager.Store;

/// <summary>A class of tests that needs something of the system: says whether it is here, and is skipped with the reason where not.</summary>
internal interface INeeds
{
    /// <summary>Null: all is here.</summary>
    static abstract string? Missing { get; }
}

/// <summary>A fact of the contract, which is skipped for a provider whose server is not to be had here.</summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("Orch.Tests.Manager.Store.ContractFactDiscoverer", "Orch.Tests.Manager")]
public sealed class ContractFactAttribute : FactAttribute;

/// <summary>Named in <see cref="ContractFactAttribute"/>.</summary>
public sealed class ContractFactDiscoverer(IMessageSink sink) : IXunitTestCaseDiscoverer
{
    public IEnumerable<IXunitTestCase> Discover(
        ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute) =>
        [new ContractTestCase(sink, discoveryOptions.MethodDisplayOrDefault(), discoveryOptions.MethodDisplayOptionsOrDefault(), testMethod)];
}

/// <summary>Skipped when its class says that something is missing.</summary>
public sealed class ContractTestCase : XunitTestCase
{
    [Obsolete("For the deserializer.")]
    public ContractTestCase()
    {
    }

    public ContractTestCase(IMessageSink sink, TestMethodDisplay display, TestMethodDisplayOptions options, ITestMethod method)
        : base(sink, display, options, method)
    {
    }

    protected override string? GetSkipReason(IAttributeInfo factAttribute)
    {
        var type = TestMethod.TestClass.Class.ToRuntimeType();
        return typeof(INeeds).IsAssignableFrom(type)
            ? (string?)type.GetProperty(nameof(INeeds.Missing))!.GetValue(null) : base.GetSkipReason(factAttribute);
    }
}
