using System.Text.Json;
using System.Text.RegularExpressions;
using KernelGen.Text;
using Microsoft.ML.Tokenizers;
using Rust = Tokenizers.DotNet.Tokenizer;

namespace KernelGen.Benchmarks.Tokenization;

/// <summary>A tokenizer's library.</summary>
internal sealed record HuggingFaceContender(string Name, Func<string, IReadOnlyList<int>> Tokens, Action<string[]> Encode);

/// <summary>The libraries that read one tokenizer.</summary>
internal sealed partial class HuggingFaceContenders : IDisposable
{
    private readonly Rust? _rust;

    /// <param name="path">The path of a tokenizer.json.</param>
    public HuggingFaceContenders(string path)
    {
        HuggingFaceTokenizer ours = HuggingFaceTokenizer.Load(path, new HuggingFaceTokenizerOptions { AddSpecialTokens = false });
        var list = new List<int>();
        var all = new List<HuggingFaceContender>
        {
            new("KernelGen", text => ours.Encode(text), lines =>
            {
                foreach (string line in lines)
                {
                    list.Clear();
                    ours.Encode(line, list);
                }
            }),
        };
        if (ByteLevelOf(path) is { } microsoft)
        {
            all.Add(new("Microsoft.ML.Tokenizers", text => microsoft.EncodeToIds(text), lines =>
            {
                foreach (string line in lines)
                {
                    microsoft.EncodeToIds(line);
                }
            }));
        }

        try
        {
            _rust = new Rust(path);
            HuggingFaceTokenizer around = HuggingFaceTokenizer.Load(path);
            int[] ends = around.Encode("");
            all.Add(new("Hugging Face (Rust)", text => Between(_rust.Encode(text), ends), lines =>
            {
                foreach (string line in lines)
                {
                    _rust.Encode(line);
                }
            }));
        }
        catch (DllNotFoundException)
        {
            // Its native library is for linux-x64 here.
        }

        All = all;
    }

    public IReadOnlyList<HuggingFaceContender> All { get; }

    /// <summary>Whether a contender gives the tokens of the first one.</summary>
    public bool HaveSameTokens(string[] lines, int contender) => lines.All(line => All[0].Tokens(line).SequenceEqual(All[contender].Tokens(line)));

    public void Dispose() => _rust?.Dispose();

    /// <summary>The tokens of the text itself: that library puts special tokens around it.</summary>
    private static int[] Between(uint[] tokens, int[] ends)
    {
        int before = ends.TakeWhile((token, i) => i < tokens.Length && tokens[i] == (uint)token).Count();
        before = Math.Min(before, tokens.Length);
        return [.. tokens[before..^(ends.Length - before)].Select(static token => (int)token)];
    }

    /// <summary>The same in Microsoft.ML.Tokenizers, which reads byte-level vocabularies in their older form.</summary>
    private static BpeTokenizer? ByteLevelOf(string path)
    {
        string folder = Path.GetDirectoryName(path)!;
        string vocabulary = Path.Combine(folder, "vocab.json");
        string merges = Path.Combine(folder, "merges.txt");
        if (!File.Exists(vocabulary) || !File.Exists(merges))
        {
            return null;
        }

        using JsonDocument pieces = JsonDocument.Parse(File.ReadAllBytes(vocabulary));
        return BpeTokenizer.Create(new BpeOptions(pieces.RootElement.EnumerateObject().Select(static piece => new KeyValuePair<string, int>(piece.Name, piece.Value.GetInt32())))
        {
            ByteLevel = true,
            Merges = File.ReadLines(merges).Where(static line => line.Length > 0 && !line.StartsWith("#version", StringComparison.Ordinal)),
            PreTokenizer = new RegexPreTokenizer(Words(), specialTokens: null),
        });
    }

    [GeneratedRegex(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")]
    private static partial Regex Words();
}
