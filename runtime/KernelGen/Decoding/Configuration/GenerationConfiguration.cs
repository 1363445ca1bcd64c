using System.Collections.Immutable;
using KernelGen.Checkpoints;
using KernelGen.Decoding;

namespace KernelGen;

/// <summary>
/// What a file of Hugging Face says of generation: <c>generation_config.json</c>, or the generation keys of an older <c>config.json</c>. Keys that cannot change
/// an answer are passed over; of all others each is read, or stands in <see cref="UnsupportedKeys"/>.
/// </summary>
public sealed class GenerationConfiguration
{
    private const string FileName = "generation_config.json";
    private const string ModelFileName = "config.json";

    /// <summary>Real files have some hundred bytes to some ten thousand.</summary>
    private const int LongestFile = 16 << 20;

    private const int MostKeysShown = 12;

    internal GenerationConfiguration(string source, GenerationOptions options, int? startToken, ImmutableArray<UnsupportedGenerationKey> unsupportedKeys)
    {
        Source = source;
        Options = options;
        StartToken = startToken;
        UnsupportedKeys = unsupportedKeys;
    }

    /// <summary>What was read, to begin a message with.</summary>
    public string Source { get; }

    /// <summary>
    /// The options: with the definition of <see cref="SearchDefinition.HuggingFace"/>, and where the file is silent with the defaults of Transformers, which are a
    /// <see cref="GenerationOptions.MaxLength"/> of 20 and greedy search. A <c>max_length</c> counts the start token, <see cref="GenerationOptions.MaxLength"/> does not;
    /// more than the model declares counts as the declared maximum.
    /// </summary>
    public GenerationOptions Options { get; }

    /// <summary>
    /// The token that begins every target (<c>decoder_start_token_id</c>, or else <c>bos_token_id</c>), which should be the declared
    /// <see cref="TransformerModel.StartToken"/>; <see langword="null"/> where the file names none.
    /// </summary>
    public int? StartToken { get; }

    /// <summary>Keys that ask for what is not supported, in the order of the file; none where <see cref="Options"/> say all that the file says.</summary>
    public ImmutableArray<UnsupportedGenerationKey> UnsupportedKeys { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">
    /// A <c>generation_config.json</c>, by whatever name, or a <c>config.json</c>, which is known by its <c>model_type</c> or <c>architectures</c>; or a folder, of
    /// which the first of the two that is there is read.
    /// </param>
    /// <exception cref="FileNotFoundException">There is no such file, or none of them in the folder.</exception>
    /// <exception cref="InvalidDataException">The file is no valid JSON, names a key twice, or a key has a value of the wrong type or out of range.</exception>
    /// <exception cref="IOException">It is no regular file, or cannot be read.</exception>
    public static GenerationConfiguration Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
        {
            path = new[] { FileName, ModelFileName }.Select(name => Path.Combine(path, name)).FirstOrDefault(File.Exists)
                ?? throw new FileNotFoundException($"The folder '{path}' has neither {FileName} nor {ModelFileName}. Check that it is the model's folder, and complete.", path);
        }

        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There is no file '{path}'; expected a {FileName}, or the folder that it is in.", path);
        }

        RegularFile.Check(path, $"'{path}'");
        using FileStream stream = File.OpenRead(path);
        if (stream.Length > LongestFile)
        {
            throw new InvalidDataException($"'{path}' has {stream.Length} bytes; a {FileName} has at most {LongestFile}.");
        }

        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return Parse(bytes, $"'{path}'");
    }

    /// <summary>Reads JSON that is in memory.</summary>
    /// <param name="utf8Json">The text of the file.</param>
    /// <param name="source">What it is called in messages.</param>
    /// <exception cref="InvalidDataException">As for <see cref="Load"/>.</exception>
    public static GenerationConfiguration Parse(ReadOnlySpan<byte> utf8Json, string source = "The generation configuration")
    {
        ArgumentNullException.ThrowIfNull(source);
        return GenerationConfigurationReader.Read(utf8Json, source);
    }

    /// <summary>The options of a file that asks for nothing but what is supported.</summary>
    internal GenerationOptions SupportedOptions()
    {
        if (UnsupportedKeys.IsEmpty)
        {
            return Options;
        }

        string keys = string.Join("; ", UnsupportedKeys.Take(MostKeysShown).Select(static key => $"{CheckpointException.Quote(key.Key)} ({key.Reason})"));
        string others = UnsupportedKeys.Length > MostKeysShown ? $"; and {UnsupportedKeys.Length - MostKeysShown} others" : string.Empty;
        throw new NotSupportedException(
            $"{Source} asks for what is not supported: {keys}{others}. {nameof(GenerationConfiguration)}.{nameof(Load)} gives the options without them.");
    }
}
