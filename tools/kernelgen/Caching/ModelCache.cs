using System.Security.Cryptography;
using KernelGen.Checkpoints;

namespace KernelGen.Tool.Caching;

/// <summary>
/// Compiled kernels and packed weights of earlier runs. Each file is written under another name and then moved to its own, so that a process finds all of it or nothing, whatever others do; and
/// each has a checksum, so that what is damaged is made anew. All of it may be deleted at any time.
/// </summary>
internal sealed class ModelCache
{
    private const string Kernels = "kernels", Weights = "weights", KernelsEnding = ".dll", WeightsEnding = ".packed", TemporaryEnding = ".tmp";

    /// <summary>Only a process that was killed leaves a temporary file behind for so long.</summary>
    private static readonly TimeSpan OldestTemporary = TimeSpan.FromDays(1);

    private readonly string _folder;
    private readonly Action<string> _warn;
    private bool _hasWarned;

    /// <param name="folder">The folder of the cache; made where it is not there.</param>
    /// <param name="warn">Is told, once, why something cannot be kept.</param>
    public ModelCache(string folder, Action<string> warn) => (_folder, _warn) = (Path.GetFullPath(folder), warn);

    /// <summary>The compiled kernels of a model.</summary>
    /// <param name="key">What they were compiled from.</param>
    /// <returns>The assembly; <see langword="null"/> where it is not there, or damaged.</returns>
    public byte[]? FindKernels(string key)
    {
        string path = KernelsPath(key);
        try
        {
            // This is code, which is going to run: who else may write there could write anything.
            if (!File.Exists(path) || !BelongsToUser(Path.GetDirectoryName(path)!))
            {
                return null;
            }

            byte[] file = File.ReadAllBytes(path);
            if (file.Length > SHA256.HashSizeInBytes && SHA256.HashData(file.AsSpan(SHA256.HashSizeInBytes)).AsSpan().SequenceEqual(file.AsSpan(0, SHA256.HashSizeInBytes)))
            {
                return file[SHA256.HashSizeInBytes..];
            }

            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Another process may have deleted it. Where it can be neither read nor written, writing says so.
        }

        return null;
    }

    /// <summary>Keeps compiled kernels.</summary>
    /// <param name="key">What they were compiled from.</param>
    /// <param name="assembly">The assembly.</param>
    public void KeepKernels(string key, byte[] assembly) => Keep(() =>
    {
        string path = KernelsPath(key);
        Prepare(Kernels);
        if (!BelongsToUser(Path.GetDirectoryName(path)!))
        {
            throw new UnauthorizedAccessException($"The folder '{Path.GetDirectoryName(path)}' belongs to another user.");
        }

        ReplacedFile.Write(path, "file", stream =>
        {
            stream.Write(SHA256.HashData(assembly));
            stream.Write(assembly);
        });
    });

    /// <summary>The packed weights of a model.</summary>
    /// <param name="place">What they belong to: of one place only the newest are kept.</param>
    /// <param name="key">What they were packed from.</param>
    /// <returns>The path of the file; <see langword="null"/> where it is not there.</returns>
    public string? FindWeights(string place, string key) => File.Exists(WeightsPath(place, key)) ? WeightsPath(place, key) : null;

    /// <summary>Deletes packed weights that turned out to be damaged.</summary>
    public void ForgetWeights(string place, string key) => DeleteQuietly(WeightsPath(place, key));

    /// <summary>Keeps packed weights, in the place of others.</summary>
    /// <param name="place">What they belong to.</param>
    /// <param name="key">What they were packed from.</param>
    /// <param name="load">Loads the model, to be saved.</param>
    public void KeepWeights(string place, string key, Func<TransformerModel> load) => Keep(() =>
    {
        string path = WeightsPath(place, key);
        Prepare(Weights);
        using (TransformerModel model = load())
        {
            model.Save(path);
        }

        foreach (string other in Directory.EnumerateFiles(Path.GetDirectoryName(path)!, $"{Short(place)}-*{WeightsEnding}").Where(other => other != path))
        {
            // Whoever has it mapped keeps it, or keeps it from being deleted.
            DeleteQuietly(other);
        }
    });

    private string KernelsPath(string key) => Path.Combine(_folder, Kernels, key + KernelsEnding);

    private string WeightsPath(string place, string key) => Path.Combine(_folder, Weights, $"{Short(place)}-{key}{WeightsEnding}");

    private static string Short(string place) => place[..16];

    private void Keep(Action write)
    {
        try
        {
            write();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            if (!_hasWarned)
            {
                _hasWarned = true;
                _warn($"the cache '{_folder}' cannot be written, so that the next start takes as long as this one: {exception.Message} --cache names another folder, --no-cache does without.");
            }
        }
    }

    /// <summary>Makes a folder of the cache, for its user alone, and puts away what killed processes left in it.</summary>
    private void Prepare(string kind)
    {
        string folder = Path.Combine(_folder, kind);
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        foreach (string file in Directory.EnumerateFiles(folder, "*" + TemporaryEnding).Where(static file => DateTime.UtcNow - File.GetLastWriteTimeUtc(file) > OldestTemporary))
        {
            DeleteQuietly(file);
        }
    }

    /// <summary>Whether only this user can write to a folder. Only who owns one can set its mode.</summary>
    private static bool BelongsToUser(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            // Folders below that of the user are the user's.
            return true;
        }

        try
        {
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static void DeleteQuietly(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It is in the way of nobody.
        }
    }
}
