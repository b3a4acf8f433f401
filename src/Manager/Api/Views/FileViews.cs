using Orch.Contracts.Api;
using Orch.Core.Model;

namespace Orch.Manager.Api.Views;

/// <summary>Secrets and configs as Docker shows them. The one place where a secret could leave by the API, and does not.</summary>
public static class FileViews
{
    public static FileView Of(ClusterFile file) => new()
    {
        ID = file.Id.ToString(),
        Version = new(file.Version),
        CreatedAt = file.CreatedAt,
        UpdatedAt = file.UpdatedAt,
        Spec = file.Kind == FileKind.Secret ? file.Spec with { Data = null } : file.Spec,
    };
}
