using KernelGen.Tests.Reference;

namespace KernelGen.Audio.Tests.Models.Moonshine;

/// <summary>Checkpoints of random weights, with the names and shapes that Hugging Face's have.</summary>
internal static class RandomMoonshine
{
    /// <summary>The tensors of a model.</summary>
    public static Dictionary<string, Tensor> Tensors(int width, int feedForward, int encoderLayers, int decoderLayers, int vocabulary)
    {
        var samples = new Samples(width);
        var tensors = new Dictionary<string, Tensor>();
        void Add(string name, params int[] shape)
        {
            int count = shape.Aggregate(1, static (product, size) => product * size);
            bool isNorm = name.Contains("norm", StringComparison.Ordinal) && name.EndsWith(".weight", StringComparison.Ordinal);
            double scale = isNorm ? 0.2 : name.EndsWith(".bias", StringComparison.Ordinal) ? 0.1 : 1 / Math.Sqrt((double)count / shape[0]);
            tensors.Add("model." + name, new Tensor(shape, Array.ConvertAll(samples.Normal(count), value => (float)((value * scale) + (isNorm ? 1 : 0)))));
        }

        Add("encoder.conv1.weight", width, 1, 127);
        Add("encoder.groupnorm.weight", width);
        Add("encoder.groupnorm.bias", width);
        Add("encoder.conv2.weight", 2 * width, width, 7);
        Add("encoder.conv2.bias", 2 * width);
        Add("encoder.conv3.weight", width, 2 * width, 3);
        Add("encoder.conv3.bias", width);
        Add("encoder.layer_norm.weight", width);
        Add("decoder.embed_tokens.weight", vocabulary, width);
        Add("decoder.norm.weight", width);
        for (int layer = 0; layer < encoderLayers + decoderLayers; layer++)
        {
            bool isDecoder = layer >= encoderLayers;
            string name = isDecoder ? $"decoder.layers.{layer - encoderLayers}." : $"encoder.layers.{layer}.";
            foreach (string attention in isDecoder ? ["self_attn", "encoder_attn"] : new[] { "self_attn" })
            {
                foreach (string projection in new[] { "q_proj", "k_proj", "v_proj", "o_proj" })
                {
                    Add($"{name}{attention}.{projection}.weight", width, width);
                }
            }

            int first = isDecoder ? 2 * feedForward : feedForward;
            Add(name + "mlp.fc1.weight", first, width);
            Add(name + "mlp.fc1.bias", first);
            Add(name + "mlp.fc2.weight", width, feedForward);
            Add(name + "mlp.fc2.bias", width);
            Add(name + "input_layernorm.weight", width);
            Add(name + "post_attention_layernorm.weight", width);
            if (isDecoder)
            {
                Add(name + "final_layernorm.weight", width);
            }
        }

        return tensors;
    }
}
