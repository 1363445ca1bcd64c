using KernelGen.Execution;

namespace KernelGen.Tests.Reference;

/// <summary>A checkpoint of random weights for any declared model, the same on every run.</summary>
internal static class RandomCheckpoint
{
    public static Dictionary<string, Tensor> Create(ModelDescription model, int seed = 1, bool separateTables = false, bool? hasHead = null)
    {
        var random = new Samples(seed);
        var names = new TensorNames(model, separateTables, hasHead);
        var tensors = new Dictionary<string, Tensor>();
        int dimension = model.ModelDimension;
        int heads = model.Heads * model.HeadDimension;

        void Embedding(string name, int tokens)
        {
            float spread = model.ScaleEmbedding ? 1f / MathF.Sqrt(dimension) : 1f;
            tensors.TryAdd(name, new Tensor([tokens, dimension], random.Normal(tokens * dimension, spread)));
        }

        void Bias(string name, params int[] shape) => tensors.Add(name, new Tensor(shape, random.Normal(shape[^1], 0.1f)));

        void Linear(string weight, string bias, int outputs, int inputs, bool hasBias = true)
        {
            tensors.Add(weight, new Tensor([outputs, inputs], random.Normal(outputs * inputs, 1f / MathF.Sqrt(inputs))));
            if (model.LinearBias && hasBias)
            {
                Bias(bias, outputs);
            }
        }

        void Norm(string name)
        {
            tensors.Add($"{name}.weight", new Tensor([dimension], Array.ConvertAll(random.Normal(dimension, 0.2f), static x => 1 + x)));
            if (model.Normalization == Normalization.LayerNorm)
            {
                Bias($"{name}.bias", dimension);
            }
        }

        void Attention(string name)
        {
            if (names.ProjectionsAreOne)
            {
                Linear($"{name}.in_proj_weight", $"{name}.in_proj_bias", 3 * dimension, dimension);
            }
            else
            {
                foreach (char letter in "qkv")
                {
                    string projection = names.Projection(name, letter);
                    Linear($"{projection}.weight", $"{projection}.bias", heads, dimension, hasBias: letter != 'k' || model.KeyBias);
                }
            }

            string output = names.AttentionOutput(name);
            Linear($"{output}.weight", $"{output}.bias", dimension, heads);
        }

        void Convolution(string name, int channels)
        {
            const int Taps = 3;
            tensors.Add($"{name}.weight", new Tensor([dimension, channels, Taps], random.Normal(dimension * channels * Taps, 1f / MathF.Sqrt(channels * Taps))));
            Bias($"{name}.bias", dimension);
        }

        if (model.IsSpeech)
        {
            Convolution(names.Convolution(1), model.SourceChannels);
            Convolution(names.Convolution(2), dimension);
        }
        else
        {
            Embedding(names.SourceEmbedding, model.SourceVocabularySize);
        }

        Embedding(names.TargetEmbedding, model.TargetVocabularySize);
        Embedding(names.OutputWeight, model.TargetVocabularySize);
        if (model.OutputBias)
        {
            Bias(names.OutputBias, names.OutputBiasShape);
        }

        foreach (Stack stack in Enum.GetValues<Stack>())
        {
            int positions = stack == Stack.Encoder ? model.MaxSourceLength : model.MaxTargetLength;
            if (model.PositionalEncoding == PositionalEncoding.Learned)
            {
                int rows = positions + model.PositionOffset;
                tensors.Add(names.Positions(stack), new Tensor([rows, dimension], random.Normal(rows * dimension, 1f)));
            }

            if (model.PositionalEncoding == PositionalEncoding.Relative)
            {
                tensors.Add(
                    names.PositionBias(stack),
                    new Tensor([model.RelativePositionBuckets, model.Heads], random.Normal(model.RelativePositionBuckets * model.Heads, 1f)));
            }

            if (model.EmbeddingNorm)
            {
                Norm(names.EmbeddingNorm(stack));
            }

            for (int layer = 0; layer < (stack == Stack.Encoder ? model.EncoderLayers : model.DecoderLayers); layer++)
            {
                Attention(names.SelfAttention(stack, layer));
                Norm(names.SelfAttentionNorm(stack, layer));
                if (stack == Stack.Decoder)
                {
                    Attention(names.CrossAttention(layer));
                    Norm(names.CrossAttentionNorm(layer));
                }

                string expand = names.FeedForwardExpand(stack, layer);
                string contract = names.FeedForwardContract(stack, layer);
                Linear($"{expand}.weight", $"{expand}.bias", model.FeedForwardDimension, dimension);
                if (model.GatedFeedForward)
                {
                    string gate = names.FeedForwardGate(stack, layer);
                    Linear($"{gate}.weight", $"{gate}.bias", model.FeedForwardDimension, dimension);
                }

                Linear($"{contract}.weight", $"{contract}.bias", dimension, model.FeedForwardDimension);
                Norm(names.FeedForwardNorm(stack, layer));
            }

            if (model.FinalNorm)
            {
                Norm(names.FinalNorm(stack));
            }
        }

        return tensors;
    }
}
