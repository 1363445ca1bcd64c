using System.Globalization;
using System.Text;
using System.Text.Json;

namespace KernelGen.Samples.TrainTranscriber;

/// <summary>
/// The tokens of the model, as those of a Whisper for English: bytes, pieces of which each word is put together, the tokens that steer a model, and a timestamp for each fiftieth of a second of a
/// window. A word is one token.
/// </summary>
internal static class Vocabulary
{
    /// <summary>How GPT-2 writes a space.</summary>
    private const char Space = 'Ġ';

    private static readonly string[] Special =
        ["<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>"];

    private static readonly List<string> Bytes = [.. ByteCharacters()];

    /// <summary>What is put together of two pieces, letter by letter from the space before a word on.</summary>
    private static readonly List<(string Left, string Right)> Merges = [.. MergesOf(Sentences.Words)];

    private static readonly Dictionary<string, int> Tokens = Number();

    /// <summary>The token that ends a target.</summary>
    public static int End => TextTokens;

    /// <summary>The token that says that nobody speaks.</summary>
    public static int NoSpeech => TextTokens + Array.IndexOf(Special, "<|nospeech|>");

    /// <summary>The token that stands for timestamps where there are none.</summary>
    public static int NoTimestamps => FirstTimestamp - 1;

    /// <summary>The number of all tokens.</summary>
    public static int Size => FirstTimestamp + CommandWhisper.Description.MaxSourceLength + 1;

    private static int TextTokens => Bytes.Count + Merges.Count;

    private static int FirstTimestamp => TextTokens + Special.Length;

    /// <summary>The tokens of a sentence.</summary>
    public static IEnumerable<int> Encode(string text) => text.Split(' ').Select(static word => Tokens[Space + word]);

    /// <summary>The timestamp of a sample of a window.</summary>
    /// <param name="sample">Its number, at 16 kHz.</param>
    public static int Timestamp(int sample) => FirstTimestamp + Math.Clamp((int)Math.Round(sample / 320.0), 0, CommandWhisper.Description.MaxSourceLength);

    /// <summary>Writes what stands beside the weights in a folder, as Hugging Face's folders have it.</summary>
    /// <param name="folder">The folder.</param>
    public static void Write(string folder)
    {
        var model = CommandWhisper.Description;
        WriteJson(Path.Combine(folder, "config.json"), new Dictionary<string, object>
        {
            ["model_type"] = "whisper",
            ["architectures"] = new[] { "WhisperForConditionalGeneration" },
            ["d_model"] = model.ModelDimension,
            ["encoder_attention_heads"] = model.Heads,
            ["decoder_attention_heads"] = model.Heads,
            ["encoder_ffn_dim"] = model.FeedForwardDimension,
            ["decoder_ffn_dim"] = model.FeedForwardDimension,
            ["encoder_layers"] = model.EncoderLayers,
            ["decoder_layers"] = model.DecoderLayers,
            ["vocab_size"] = model.TargetVocabularySize,
            ["num_mel_bins"] = model.SourceChannels,
            ["max_source_positions"] = model.MaxSourceLength,
            ["max_target_positions"] = model.MaxTargetLength,
            ["activation_function"] = "gelu",
            ["decoder_start_token_id"] = model.StartToken,
            ["eos_token_id"] = model.EndToken,
            ["bos_token_id"] = model.EndToken,
            ["pad_token_id"] = model.PadToken,
        });
        WriteJson(Path.Combine(folder, "generation_config.json"), new Dictionary<string, object>
        {
            ["is_multilingual"] = false,
            ["decoder_start_token_id"] = model.StartToken,
            ["eos_token_id"] = model.EndToken,
            ["pad_token_id"] = model.PadToken,
            ["no_timestamps_token_id"] = NoTimestamps,
            ["max_initial_timestamp_index"] = 50,
            ["return_timestamps"] = true,
        });
        WriteJson(Path.Combine(folder, "tokenizer.json"), new Dictionary<string, object?>
        {
            ["version"] = "1.0",
            ["added_tokens"] = Added(),
            ["normalizer"] = null,
            ["pre_tokenizer"] = ByteLevel(addsSpace: false),
            ["post_processor"] = null,
            ["decoder"] = ByteLevel(addsSpace: true),
            ["model"] = new Dictionary<string, object?>
            {
                ["type"] = "BPE",
                ["dropout"] = null,
                ["unk_token"] = null,
                ["continuing_subword_prefix"] = "",
                ["end_of_word_suffix"] = "",
                ["fuse_unk"] = false,
                ["vocab"] = Tokens,
                ["merges"] = Merges.Select(static merge => $"{merge.Left} {merge.Right}").ToArray(),
            },
        });
    }

    /// <summary>The characters that GPT-2 writes bytes with, in the order of its vocabulary.</summary>
    private static IEnumerable<string> ByteCharacters()
    {
        int[] printable = [.. Enumerable.Range(0, 256).Where(static value => value is (>= 33 and <= 126) or (>= 161 and <= 172) or >= 174)];
        return printable.Concat(Enumerable.Range(256, 256 - printable.Length)).Select(static value => ((char)value).ToString());
    }

    private static IEnumerable<(string Left, string Right)> MergesOf(IEnumerable<string> words)
    {
        var known = new HashSet<string>();
        foreach (string word in words)
        {
            string left = Space.ToString();
            foreach (char letter in word)
            {
                if (known.Add(left + letter))
                {
                    yield return (left, letter.ToString());
                }

                left += letter;
            }
        }
    }

    private static Dictionary<string, int> Number()
    {
        var tokens = new Dictionary<string, int>();
        foreach (string text in Bytes.Concat(Merges.Select(static merge => merge.Left + merge.Right)))
        {
            tokens.Add(text, tokens.Count);
        }

        return tokens;
    }

    private static List<object> Added()
    {
        IEnumerable<string> timestamps = Enumerable.Range(0, CommandWhisper.Description.MaxSourceLength + 1)
            .Select(static i => string.Create(CultureInfo.InvariantCulture, $"<|{i * 0.02:0.00}|>"));
        return
        [
            .. Special.Concat(timestamps).Select(static (text, i) => new Dictionary<string, object>
            {
                ["id"] = TextTokens + i,
                ["content"] = text,
                ["single_word"] = false,
                ["lstrip"] = false,
                ["rstrip"] = false,
                ["normalized"] = false,
                ["special"] = i < Special.Length,
            }),
        ];
    }

    private static Dictionary<string, object> ByteLevel(bool addsSpace) => new()
    {
        ["type"] = "ByteLevel",
        ["add_prefix_space"] = addsSpace,
        ["trim_offsets"] = true,
        ["use_regex"] = true,
    };

    private static void WriteJson<T>(string path, T value) =>
        File.WriteAllText(path, JsonSerializer.Serialize(value, new JsonSerializerOptions { WriteIndented = true, IndentSize = 1, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) + "\n", new UTF8Encoding(false));
}
