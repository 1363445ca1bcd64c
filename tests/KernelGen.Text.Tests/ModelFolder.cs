using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using KernelGen.Execution;

namespace KernelGen.Text.Tests;

/// <summary>Makes a folder of a model as it is downloaded: its configuration, and weights of random numbers for what that declares.</summary>
internal static class ModelFolder
{
    /// <summary>A folder without a tokenizer.</summary>
    /// <param name="name">The folder of the test's data that holds the configuration.</param>
    /// <param name="description">What it declares.</param>
    public static TokenizerFolder Create(string name, ModelDescription description) => new TokenizerFolder()
        .Add("config.json", File.ReadAllText(TestFiles.PathOf($"{name}/config.json")))
        .Add("model.safetensors", Write(description.Architecture == Architecture.T5 ? T5(description) : HuggingFace(description)));

    /// <summary>The tensors of a T5 1.1.</summary>
    private static IEnumerable<(string Name, int[] Shape)> T5(ModelDescription model)
    {
        int heads = model.Heads * model.HeadDimension;
        yield return ("shared.weight", [model.TargetVocabularySize, model.ModelDimension]);
        yield return ("lm_head.weight", [model.TargetVocabularySize, model.ModelDimension]);
        foreach ((string stack, int layers) in new[] { ("encoder", model.EncoderLayers), ("decoder", model.DecoderLayers) })
        {
            yield return ($"{stack}.final_layer_norm.weight", [model.ModelDimension]);
            yield return ($"{stack}.block.0.layer.0.SelfAttention.relative_attention_bias.weight", [model.RelativePositionBuckets, model.Heads]);
            for (int layer = 0; layer < layers; layer++)
            {
                string[] sublayers = stack == "encoder" ? ["SelfAttention", "DenseReluDense"] : ["SelfAttention", "EncDecAttention", "DenseReluDense"];
                for (int i = 0; i < sublayers.Length; i++)
                {
                    string sublayer = $"{stack}.block.{layer}.layer.{i}.";
                    bool isAttention = sublayers[i] != "DenseReluDense";
                    int inner = isAttention ? heads : model.FeedForwardDimension;
                    yield return (sublayer + "layer_norm.weight", [model.ModelDimension]);
                    foreach (string name in isAttention ? new[] { "q", "k", "v" } : ["wi_0", "wi_1"])
                    {
                        yield return ($"{sublayer}{sublayers[i]}.{name}.weight", [inner, model.ModelDimension]);
                    }

                    yield return ($"{sublayer}{sublayers[i]}.{(isAttention ? "o" : "wo")}.weight", [model.ModelDimension, inner]);
                }
            }
        }
    }

    /// <summary>The tensors of an M2M100 or a PEGASUS, whose output has a bias.</summary>
    private static IEnumerable<(string Name, int[] Shape)> HuggingFace(ModelDescription model)
    {
        int width = model.ModelDimension;
        yield return ("model.shared.weight", [model.TargetVocabularySize, width]);
        if (model.OutputBias)
        {
            yield return ("final_logits_bias", [1, model.TargetVocabularySize]);
        }

        foreach ((string stack, int layers) in new[] { ("encoder", model.EncoderLayers), ("decoder", model.DecoderLayers) })
        {
            string[] attentions = stack == "encoder" ? ["self_attn"] : ["self_attn", "encoder_attn"];
            string[] norms = [$"{stack}.layer_norm", .. Enumerable.Range(0, layers).SelectMany(layer =>
                attentions.Select(static attention => attention + "_layer_norm").Append("final_layer_norm").Select(norm => $"{stack}.layers.{layer}.{norm}"))];
            foreach (string norm in norms)
            {
                yield return ($"model.{norm}.weight", [width]);
                yield return ($"model.{norm}.bias", [width]);
            }

            for (int layer = 0; layer < layers; layer++)
            {
                IEnumerable<(string Name, int Outputs, int Inputs)> linears = attentions
                    .SelectMany(attention => new[] { "q_proj", "k_proj", "v_proj", "out_proj" }.Select(projection => ($"{attention}.{projection}", width, width)));
                foreach ((string name, int outputs, int inputs) in linears.Append(("fc1", model.FeedForwardDimension, width)).Append(("fc2", width, model.FeedForwardDimension)))
                {
                    yield return ($"model.{stack}.layers.{layer}.{name}.weight", [outputs, inputs]);
                    yield return ($"model.{stack}.layers.{layer}.{name}.bias", [outputs]);
                }
            }
        }
    }

    private static byte[] Write(IEnumerable<(string Name, int[] Shape)> tensors)
    {
        var random = new Random(1);
        var header = new Dictionary<string, object>();
        var data = new MemoryStream();
        foreach ((string name, int[] shape) in tensors)
        {
            float[] values = new float[shape.Aggregate(1, static (product, size) => product * size)];
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = random.NextSingle() - 0.5f;
            }

            long start = data.Length;
            data.Write(MemoryMarshal.AsBytes<float>(values));
            header.Add(name, new { dtype = "F32", shape, data_offsets = new[] { start, data.Length } });
        }

        byte[] written = JsonSerializer.SerializeToUtf8Bytes(header);
        byte[] length = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, written.Length);
        return [.. length, .. written, .. data.ToArray()];
    }
}
