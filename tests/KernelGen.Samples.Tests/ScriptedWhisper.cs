using System.Text;
using System.Text.Json;
using KernelGen.Audio;
using KernelGen.Samples.Transcribe.Models;
using KernelGen.Tests.Reference;

namespace KernelGen.Samples.Tests;

/// <summary>
/// A folder with a Whisper of real shape, made at test time, that hears nothing and says the same of every window: <c>Hello world.</c> in French from 0 to 2 seconds, and
/// <c>English</c> where it translates. The feed-forward block of its first decoder layer is a table of what token follows which (Geva et al. 2021); all that would change that is zero.
/// </summary>
internal sealed class ScriptedWhisper
{
    private const int Hello = 256;
    private const int World = 257;
    private const int English = 258;
    private const int FullStop = '.' - '!';

    private readonly WhisperDimensions _dimensions;
    private readonly int _textTokens;
    private readonly List<string> _special = ["<|endoftext|>", "<|startoftranscript|>"];
    private readonly int _timestamps;
    private readonly Random _random = new(1);

    private ScriptedWhisper(WhisperDimensions dimensions)
    {
        // What follows the text is the same in every Whisper, so that the size of the vocabulary says where it begins.
        _dimensions = dimensions;
        _special.AddRange(SpeechLanguages.All.Take(99).Select(static language => $"<|{language.Code}|>"));
        _special.AddRange(["<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>"]);
        _timestamps = _special.Count;
        _special.AddRange(Enumerable.Range(0, 1501).Select(static i => FormattableString.Invariant($"<|{i * 0.02:0.00}|>")));
        _textTokens = dimensions.VocabularySize - _special.Count;
    }

    /// <summary>Writes <c>config.json</c>, <c>generation_config.json</c>, <c>tokenizer.json</c> and <c>model.safetensors</c>.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="dimensions">The shape of the model.</param>
    public static void Write(string folder, WhisperDimensions dimensions)
    {
        var model = new ScriptedWhisper(dimensions);
        WriteConfiguration(folder, dimensions);
        string isMultilingual = model._textTokens == 50257 ? "true" : "false";
        File.WriteAllText(Path.Combine(folder, "generation_config.json"), $$"""{"alignment_heads": [[1, 0], [{{dimensions.DecoderLayers - 1}}, 2]], "is_multilingual": {{isMultilingual}}}""");
        model.WriteTokenizer(Path.Combine(folder, "tokenizer.json"));
        using FileStream weights = File.Create(Path.Combine(folder, "model.safetensors"));
        using MemoryStream tensors = TensorFile.Write(model.Tensors());
        tensors.CopyTo(weights);
    }

    /// <summary>Writes <c>config.json</c> alone.</summary>
    public static void WriteConfiguration(string folder, WhisperDimensions dimensions) => File.WriteAllText(Path.Combine(folder, "config.json"), $$"""
        {
          "model_type": "whisper",
          "d_model": {{dimensions.ModelDimension}},
          "encoder_attention_heads": {{dimensions.EncoderHeads}},
          "decoder_attention_heads": {{dimensions.DecoderHeads}},
          "encoder_ffn_dim": {{dimensions.EncoderFeedForwardDimension}},
          "decoder_ffn_dim": {{dimensions.DecoderFeedForwardDimension}},
          "encoder_layers": {{dimensions.EncoderLayers}},
          "decoder_layers": {{dimensions.DecoderLayers}},
          "vocab_size": {{dimensions.VocabularySize}},
          "num_mel_bins": {{dimensions.MelBins}},
          "max_source_positions": {{dimensions.MaxSourceLength}},
          "max_target_positions": {{dimensions.MaxTargetLength}}
        }
        """);

    private int Special(string name) => _textTokens + _special.IndexOf(name);

    /// <summary>What follows each token, and what where that is forbidden.</summary>
    private (int Token, int Next, int? Otherwise)[] Script()
    {
        int end = Special("<|endoftext|>");
        return
        [
            (Special("<|startoftranscript|>"), Special("<|fr|>"), Special("<|0.00|>")),
            (Special("<|transcribe|>"), Special("<|0.00|>"), null),
            (Special("<|notimestamps|>"), Hello, null),
            (Special("<|0.00|>"), Hello, null),
            (Hello, World, null),
            (World, FullStop, null),
            (FullStop, Special("<|2.00|>"), end),
            (Special("<|2.00|>"), end, null),
            (Special("<|translate|>"), Special("<|0.02|>"), null),
            (Special("<|0.02|>"), English, null),
            (English, Special("<|1.00|>"), end),
            (Special("<|1.00|>"), end, null),
        ];
    }

    private Dictionary<string, Tensor> Tensors()
    {
        int dimension = _dimensions.ModelDimension;
        var tensors = new Dictionary<string, Tensor>();
        float[] embedding = Random(_dimensions.VocabularySize * dimension);
        Add("decoder.embed_tokens.weight", embedding, _dimensions.VocabularySize, dimension);
        Add("decoder.embed_positions.weight", new float[_dimensions.MaxTargetLength * dimension], _dimensions.MaxTargetLength, dimension);
        Add("encoder.embed_positions.weight", Random(_dimensions.MaxSourceLength * dimension), _dimensions.MaxSourceLength, dimension);
        Linear("encoder.conv1", dimension, _dimensions.MelBins, 3);
        Linear("encoder.conv2", dimension, dimension, 3);
        Stack("encoder", _dimensions.EncoderLayers, _dimensions.EncoderFeedForwardDimension, hasCrossAttention: false);
        Stack("decoder", _dimensions.DecoderLayers, _dimensions.DecoderFeedForwardDimension, hasCrossAttention: true);

        // Inputs of a feed-forward block have the length √dimension: 19.6 for the token of a row, and a few at most for any other.
        float length = MathF.Sqrt(dimension);
        (int Token, int Next, int? Otherwise)[] script = Script();
        float[] keys = tensors["model.decoder.layers.0.fc1.weight"].Values;
        float[] values = tensors["model.decoder.layers.0.fc2.weight"].Values;
        Array.Fill(tensors["model.decoder.layers.0.fc1.bias"].Values, -length / 2);
        for (int row = 0; row < script.Length; row++)
        {
            for (int i = 0; i < dimension; i++)
            {
                keys[(row * dimension) + i] = embedding[(script[row].Token * dimension) + i] / length;
                values[(i * _dimensions.DecoderFeedForwardDimension) + row] =
                    embedding[(script[row].Next * dimension) + i] + (script[row].Otherwise is { } other ? embedding[(other * dimension) + i] / 2 : 0);
            }
        }

        return tensors;

        void Add(string name, float[] values, params int[] shape) => tensors.Add($"model.{name}", new Tensor(shape, values));

        void Linear(string name, params int[] shape)
        {
            Add($"{name}.weight", new float[shape.Aggregate(static (product, size) => product * size)], shape);
            Add($"{name}.bias", new float[shape[0]], shape[0]);
        }

        void Norm(string name)
        {
            Add($"{name}.weight", [.. Enumerable.Repeat(1f, dimension)], dimension);
            Add($"{name}.bias", new float[dimension], dimension);
        }

        // The decoder looks here and there, which gives words times, and takes nothing from where it looks.
        void Attention(string name)
        {
            Linear($"{name}.q_proj", dimension, dimension);
            Random(dimension * dimension).CopyTo(tensors[$"model.{name}.q_proj.weight"].Values, 0);
            Add($"{name}.k_proj.weight", [.. Random(dimension * dimension).Select(value => value / dimension)], dimension, dimension);
            Linear($"{name}.v_proj", dimension, dimension);
            Linear($"{name}.out_proj", dimension, dimension);
        }

        void Stack(string stack, int layers, int feedForward, bool hasCrossAttention)
        {
            for (int layer = 0; layer < layers; layer++)
            {
                string name = $"{stack}.layers.{layer}";
                Attention($"{name}.self_attn");
                Norm($"{name}.self_attn_layer_norm");
                if (hasCrossAttention)
                {
                    Attention($"{name}.encoder_attn");
                    Norm($"{name}.encoder_attn_layer_norm");
                }

                Linear($"{name}.fc1", feedForward, dimension);
                Linear($"{name}.fc2", dimension, feedForward);
                Norm($"{name}.final_layer_norm");
            }

            Norm($"{stack}.layer_norm");
        }
    }

    /// <summary>Random numbers with mean 0 and variance 1.</summary>
    private float[] Random(int count)
    {
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = ((2 * _random.NextSingle()) - 1) * MathF.Sqrt(3);
        }

        return values;
    }

    /// <summary>A byte-level tokenizer that merges nothing: bytes, the words of the script, and placeholders.</summary>
    private void WriteTokenizer(string path)
    {
        var vocabulary = new Dictionary<string, int>();
        int[] printable = [.. Enumerable.Range(0, 256).Where(static value => value is (>= 33 and <= 126) or (>= 161 and <= 172) or >= 174)];
        foreach (int value in printable)
        {
            vocabulary.Add(((char)value).ToString(), vocabulary.Count);
        }

        for (int other = 0; vocabulary.Count < 256; other++)
        {
            vocabulary.Add(((char)(256 + other)).ToString(), vocabulary.Count);
        }

        // Ġ is how GPT-2 writes a space.
        foreach (string word in (string[])["ĠHello", "Ġworld", "ĠEnglish"])
        {
            vocabulary.Add(word, vocabulary.Count);
        }

        while (vocabulary.Count < _textTokens)
        {
            vocabulary.Add($"piece{vocabulary.Count}", vocabulary.Count);
        }

        var added = new StringBuilder();
        for (int i = 0; i < _special.Count; i++)
        {
            added.Append(i > 0 ? "," : "").Append($$"""{"id":{{_textTokens + i}},"content":"{{_special[i]}}","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":{{(i < _timestamps ? "true" : "false")}}}""");
        }

        const string ByteLevel = """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}""";
        File.WriteAllText(
            path,
            $$$"""{"added_tokens":[{{{added}}}],"normalizer":null,"pre_tokenizer":{{{ByteLevel}}},"post_processor":null,"decoder":{{{ByteLevel}}},"model":{"type":"BPE","vocab":{{{JsonSerializer.Serialize(vocabulary)}}},"merges":[]}}""");
    }
}
