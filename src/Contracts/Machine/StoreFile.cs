using System.Text;

namespace Orch.Contracts.Machine;

/// <summary>A store's address in a file of its own that only its owner reads, since a password may be in it.</summary>
public static class StoreFile
{
    /// <summary>Null where there is no such file.</summary>
    /// <exception cref="InvalidDataException">Its content is no address.</exception>
    public static StoreAddress? Load(string path)
    {
        try
        {
            return StoreAddress.Parse(File.ReadAllText(path).Trim());
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (FormatException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Replaces the file atomically and durably; the directory must exist.</summary>
    public static void Save(string path, StoreAddress address) => DurableFile.Write(path, Encoding.UTF8.GetBytes(address.Text + "\n"));
}
