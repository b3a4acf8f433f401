using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace Orch.Manager.Store.Sqlite;

/// <summary>
/// Prefers the system's SQLite, which gets security updates with the system, over the bundled one, which is the
/// fall-back where none is installed.
/// </summary>
internal static class SqliteNative
{
    private static readonly Lazy<string> Loaded = new(Load);

    /// <summary>The version in use, after making sure that the library is loaded.</summary>
    public static string Version => Loaded.Value;

    private static string Load()
    {
        NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
        raw.SetProvider(new SQLite3Provider_e_sqlite3());
        return raw.sqlite3_libversion().utf8_to_string();
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) =>
        name == "e_sqlite3" && NativeLibrary.TryLoad("libsqlite3.so.0", out var system) ? system : 0;
}
