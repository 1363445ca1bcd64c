using System.Runtime.InteropServices;
using System.Text;
using KernelGen.Benchmarks.Peers;
using KernelGen.Execution;

namespace KernelGen.Benchmarks.Speech;

/// <summary>
/// A Whisper as whisper.cpp reads it, in float16: the format without a version that its <c>convert-pt-to-ggml.py</c> writes. Matrices and convolutions are halves, all else floats.
/// There are no words and no mel filters in it: tokens are forced or compared by number, and spectrograms are given.
/// </summary>
internal static class GgmlFile
{
    private const int Magic = 0x67676d6c, Float32 = 0, Float16 = 1;

    /// <summary>The bins of the transform that mel filters are made for.</summary>
    private const int FilterLength = 201;

    /// <summary>What OpenAI calls tensors, and Hugging Face otherwise: replaced in this order.</summary>
    private static readonly (string Theirs, string OpenAI)[] Names =
    [
        ("self_attn_layer_norm", "attn_ln"),
        ("encoder_attn_layer_norm", "cross_attn_ln"),
        ("final_layer_norm", "mlp_ln"),
        ("encoder.layer_norm", "encoder.ln_post"),
        ("decoder.layer_norm", "decoder.ln"),
        ("layers.", "blocks."),
        ("self_attn.", "attn."),
        ("encoder_attn.", "cross_attn."),
        ("q_proj", "query"),
        ("k_proj", "key"),
        ("v_proj", "value"),
        ("out_proj", "out"),
        ("fc1", "mlp.0"),
        ("fc2", "mlp.2"),
        ("embed_positions.weight", "positional_embedding"),
        ("embed_tokens", "token_embedding"),
    ];

    /// <summary>Writes a model.</summary>
    /// <param name="path">The file.</param>
    /// <param name="model">Its dimensions.</param>
    /// <param name="tensors">Its tensors, under Hugging Face's names.</param>
    public static void Write(string path, ModelDescription model, IEnumerable<WeightTensor> tensors)
    {
        using FileStream stream = File.Create(path);
        using var writer = new BinaryWriter(stream);
        ReadOnlySpan<int> header =
        [
            Magic, model.TargetVocabularySize, model.MaxSourceLength, model.ModelDimension, model.Heads, model.EncoderLayers,
            model.MaxTargetLength, model.ModelDimension, model.Heads, model.DecoderLayers, model.SourceChannels, Float16, model.SourceChannels, FilterLength,
        ];
        Write(writer, header);
        writer.Write(new byte[model.SourceChannels * FilterLength * sizeof(float)]);

        const int Words = 0;
        writer.Write(Words);
        foreach (WeightTensor tensor in tensors)
        {
            Write(writer, tensor);
        }
    }

    /// <summary>What OpenAI calls a tensor.</summary>
    public static string NameOf(string name) => Names.Aggregate(name, static (result, pair) => result.Replace(pair.Theirs, pair.OpenAI, StringComparison.Ordinal));

    private static void Write(BinaryWriter writer, WeightTensor tensor)
    {
        string name = NameOf(tensor.Name);

        // The biases of convolutions are columns.
        int[] shape = name.Contains(".conv", StringComparison.Ordinal) && tensor.Shape.Length == 1 ? [tensor.Shape[0], 1] : tensor.Shape;
        bool isHalf = tensor.Shape.Length > 1 && !name.EndsWith("positional_embedding", StringComparison.Ordinal);
        Write(writer, [shape.Length, name.Length, isHalf ? Float16 : Float32]);
        Write(writer, [.. shape.Reverse()]);
        writer.Write(Encoding.ASCII.GetBytes(name));
        writer.Write(isHalf
            ? MemoryMarshal.AsBytes(Array.ConvertAll(tensor.Values, static value => (Half)value).AsSpan())
            : MemoryMarshal.AsBytes(tensor.Values.AsSpan()));
    }

    private static void Write(BinaryWriter writer, ReadOnlySpan<int> numbers) => writer.Write(MemoryMarshal.AsBytes(numbers));
}
