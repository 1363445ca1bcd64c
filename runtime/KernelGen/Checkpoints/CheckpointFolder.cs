using System.IO.Enumeration;

namespace KernelGen.Checkpoints;

/// <summary>Finds the weights in a folder, as it was downloaded or as <c>save_pretrained</c> writes it.</summary>
internal static class CheckpointFolder
{
    /// <summary>What Hugging Face calls weights that are read here, best first.</summary>
    private static readonly string[] Names = ["model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json"];

    /// <summary>How the names of weights end that somebody might have meant.</summary>
    private static readonly string[] Candidates =
        [".safetensors", ".safetensors.index.json", ".bin", ".bin.index.json", ".pt", ".pth", ".ckpt", ".packed", ".npz", ".h5", ".msgpack", ".onnx", ".gguf", ".ot"];

    /// <summary>The weights of a folder; any other path is left as it is.</summary>
    /// <param name="path">The path of a folder or a file.</param>
    /// <exception cref="CheckpointException">The folder has no weights, or several files that might be them.</exception>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be read.</exception>
    public static string Find(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!Directory.Exists(path))
        {
            return path;
        }

        foreach (string name in Names)
        {
            string file = Path.Combine(path, name);
            if (File.Exists(file))
            {
                return file;
            }
        }

        string[] all = FilesIn(path);
        string[] safetensors = Array.FindAll(all, static name => name.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase));
        return safetensors.Length == 1 && !ShardName.IsShard(safetensors[0]) ? Path.Combine(path, safetensors[0]) : throw Refusal(path, all);
    }

    private static string[] FilesIn(string path)
    {
        // Directory.GetFiles would bring the matching of patterns into a native program.
        var files = new FileSystemEnumerable<string>(path, static (ref entry) => entry.FileName.ToString(), new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false })
        {
            ShouldIncludePredicate = static (ref entry) => !entry.IsDirectory,
        };
        string[] names = new List<string>(files).ToArray();
        Array.Sort(names, StringComparer.Ordinal);
        return names;
    }

    private static CheckpointException Refusal(string path, string[] all)
    {
        string[] found = Array.FindAll(all, static name => Array.Exists(Candidates, ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase)));
        string folder = $"The folder '{path}'";
        string expected = $"expected {string.Join(" or ", Names)}";
        if (found.Length == 0)
        {
            return new CheckpointException(
                all.Length == 0
                    ? $"{folder} holds no files; {expected}. Check the path, or fetch the files."
                    : $"{folder} holds no weights, only {CheckpointException.QuoteAll(all)}; {expected}. Check the path, or fetch them.");
        }

        if (Array.Find(found, ShardName.IsShard) is { } shard)
        {
            return new CheckpointException(
                $"{folder} holds parts of a checkpoint ({CheckpointException.QuoteAll(found)}), and not the index that says which tensor is in which. Fetch '{ShardName.IndexOf(shard)}', too.");
        }

        return new CheckpointException(
            $"{folder} holds none of the names that weights have by custom ({string.Join(", ", Names)}), but {CheckpointException.QuoteAll(found)}. Give the path of the one that is meant: "
            + "safetensors, PyTorch and packed files are read; write any other with save_pretrained, which makes model.safetensors.");
    }
}
