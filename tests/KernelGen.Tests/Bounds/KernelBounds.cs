using KernelGen.Execution;
using KernelGen.Layout;
using KernelGen.Packing;
using KernelGen.Tests.Kernels;
using RelativePositions = KernelGen.Recipes.RelativePositions;

namespace KernelGen.Tests.Bounds;

/// <summary>
/// Each generated kernel, run with every buffer exactly as long as <see cref="IModelKernels"/> says, for the numbers of rows and positions that lead to every
/// tile and every remainder.
/// </summary>
internal static unsafe class KernelBounds
{
    /// <summary>Twice the rows of the tallest tile, and one.</summary>
    private const int MaxRows = 25;

    /// <summary>Key caches hold whole pairs of panels.</summary>
    private const int CachePositions = 32;

    /// <summary>Twice the positions that the widest tile takes at once, and one.</summary>
    private const int MaxPositions = 65;

    private static readonly int[] RowsOfAttention = [1, 2, 3, 4, 5, 6, 7, 12, 13, 25];

    /// <summary>The cases of each kernel by its name.</summary>
    public static IReadOnlyDictionary<string, Action<KernelSet, BoundedBuffers>> Cases { get; } = new Dictionary<string, Action<KernelSet, BoundedBuffers>>
    {
        [nameof(IModelKernels.Embed)] = Embed,
        [nameof(IModelKernels.Norm)] = Norm,
        [nameof(IModelKernels.QuantizerOf)] = Quantize,
        [nameof(IModelKernels.Linear)] = static (kernels, buffers) => Array.ForEach(Enum.GetValues<LinearKernel>(), kernel => Linear(kernels, buffers, kernel)),
        [nameof(IModelKernels.LogitsOfUpperBits)] = LogitsOfUpperBits,
        [nameof(IModelKernels.AppendKeysAndValues)] = AppendKeysAndValues,
        [nameof(IModelKernels.StoreCrossKeysAndValues)] = StoreCrossKeysAndValues,
        [nameof(IModelKernels.SelfAttention)] = SelfAttention,
        [nameof(IModelKernels.PlaceScores)] = PlaceScores,
        [nameof(IModelKernels.Exponentials)] = Exponentials,
        [nameof(IModelKernels.Gate)] = Gate,
        [nameof(IModelKernels.Rotate)] = Rotate,
        [nameof(IModelKernels.CrossAttention)] = CrossAttention,
        [nameof(IModelKernels.Softmax)] = Softmax,
        [nameof(IModelKernels.ArgMax)] = ArgMax,
        [nameof(IModelKernels.SumOfExponentials)] = SumOfExponentials,
    };

    private static void Embed(KernelSet kernels, BoundedBuffers buffers)
    {
        ModelDescription model = kernels.Model;
        foreach (int tokens in new[] { model.SourceVocabularySize, model.TargetVocabularySize })
        {
            foreach (int token in new[] { 0, Math.Min(15, tokens - 1), tokens / 2, tokens - 1 })
            {
                buffers.Begin($"{kernels}: {nameof(Embed)} of token {token}");
                kernels.Embed(
                    token,
                    buffers.Floats(PanelLayout.Length(tokens, model.ModelDimension)),
                    !model.AddsPositions ? null : buffers.Rows(1, model.ModelStride, model.ModelDimension),
                    buffers.Rows(1, model.ModelStride, model.ModelDimension));
            }
        }
    }

    private static void Norm(KernelSet kernels, BoundedBuffers buffers)
    {
        ModelDescription model = kernels.Model;
        for (int rows = 1; rows <= MaxRows; rows++)
        {
            buffers.Begin($"{kernels}: {nameof(Norm)} of {rows} rows");
            float* input = buffers.Rows(rows, model.ModelStride, model.ModelDimension);
            float* norm = buffers.Floats((model.Normalization == Normalization.LayerNorm ? 2 : 1) * Panels.RoundUp(model.ModelDimension));
            kernels.Norm(input, rows, norm, buffers.Rows(rows, model.ModelStride, model.ModelDimension));
            kernels.Norm(input, rows, norm, input);
        }
    }

    private static void Quantize(KernelSet kernels, BoundedBuffers buffers)
    {
        foreach (LinearKernel kernel in new[] { LinearKernel.QueryKeyValue, LinearKernel.AttentionOutput, LinearKernel.FeedForwardContract })
        {
            LinearShape shape = LinearShape.Of(kernel, kernels.Model);
            for (int rows = 1; rows <= 3; rows++)
            {
                buffers.Begin($"{kernels}: {nameof(Quantize)} of {rows} rows for {kernel}");
                kernels.QuantizerOf(kernel)(
                    buffers.Rows(rows, shape.InputStride, shape.Input), rows, shape.InputStride, shape.Input, buffers.Bytes((long)rows * kernels.Model.QuantizedStride));
            }
        }
    }

    private static LinearWeights FourBits(BoundedBuffers buffers, LinearShape shape) => LinearWeights.OfFourBits(
        buffers.Floats(Panels.RoundUp(shape.Output)),
        (ushort*)buffers.Bytes(Int4Layout.Scales(shape.Output, shape.Input) * Int4Layout.ScaleBytes),
        buffers.Bytes(Int4Layout.Length(shape.Output, shape.Input)));

    private static void Linear(KernelSet kernels, BoundedBuffers buffers, LinearKernel kernel)
    {
        ModelDescription model = kernels.Model;
        LinearShape shape = LinearShape.Of(kernel, model);
        int panels = PanelLayout.Panels(shape.Output);
        foreach (WeightPrecision precision in shape.Precisions)
        {
            for (int rows = 1; rows <= MaxRows; rows++)
            {
                buffers.Begin($"{kernels}: {kernel} with {precision} weights, {rows} rows");
                var call = new LinearCall
                {
                    Input = LayoutFacts.IsQuantizedWith(precision)
                        ? buffers.Bytes((long)rows * model.QuantizedStride)
                        : (byte*)buffers.Rows(rows, shape.InputStride, shape.Input),
                    Rows = rows,
                    Weights = precision == WeightPrecision.Int4 ? FourBits(buffers, shape) : new LinearWeights(
                        buffers.Floats(Panels.RoundUp(shape.Output)),
                        precision == WeightPrecision.Int8 ? buffers.Floats(Panels.RoundUp(shape.Output)) : null,
                        buffers.Bytes(precision switch
                        {
                            WeightPrecision.Float32 => PanelLayout.Length(shape.Output, shape.Input) * sizeof(float),
                            WeightPrecision.BFloat16 => PanelLayout.Length(shape.Output, shape.Input) * sizeof(ushort),
                            _ => new Int8Quantization(shape.InputBits).Length(shape.Output, shape.Input),
                        })),
                    Residual = shape.AddsResidual ? buffers.Rows(rows, shape.OutputStride, shape.Output) : null,
                    Output = buffers.Rows(rows, shape.OutputStride, shape.Output),
                    EndPanel = panels,
                };
                kernels.Linear(kernel, precision, call);

                // As threads would share them.
                for (int first = 0; first < panels && panels > 4; first += 4)
                {
                    (call.FirstPanel, call.EndPanel) = (first, Math.Min(first + 4, panels));
                    kernels.Linear(kernel, precision, call);
                }
            }
        }
    }

    private static void LogitsOfUpperBits(KernelSet kernels, BoundedBuffers buffers)
    {
        ModelDescription model = kernels.Model;
        if (model is not { ScreensOutput: true, QuantizedInputBits: 8 })
        {
            return;
        }

        int tokens = model.TargetVocabularySize;
        for (int rows = 1; rows <= 3; rows++)
        {
            buffers.Begin($"{kernels}: {nameof(LogitsOfUpperBits)}, {rows} rows");
            kernels.LogitsOfUpperBits(new LinearCall
            {
                Input = buffers.Bytes((long)rows * model.QuantizedStride),
                Rows = rows,
                Weights = new LinearWeights(
                    buffers.Floats(Panels.RoundUp(tokens)), buffers.Floats(Panels.RoundUp(tokens)), buffers.Bytes(UpperBits.Length(tokens, model.ModelDimension))),
                Output = buffers.Rows(rows, model.LogitsStride, tokens),
                EndPanel = PanelLayout.Panels(tokens),
            });
        }
    }

    private static void AppendKeysAndValues(KernelSet kernels, BoundedBuffers buffers)
    {
        int width = kernels.Model.AttentionWidth;
        for (int first = 0; first <= 33; first++)
        {
            foreach (int rows in new[] { 1, 2, 17 })
            {
                buffers.Begin($"{kernels}: {nameof(AppendKeysAndValues)}, {rows} rows from position {first}");
                kernels.AppendKeysAndValues(buffers.Rows(rows, 3 * width, 3 * width), rows, first, Keys(buffers, first + rows, width), Values(buffers, first + rows, width));
            }
        }
    }

    private static void StoreCrossKeysAndValues(KernelSet kernels, BoundedBuffers buffers)
    {
        int width = kernels.Model.AttentionWidth;
        for (int rows = 1; rows <= MaxPositions; rows++)
        {
            buffers.Begin($"{kernels}: {nameof(StoreCrossKeysAndValues)}, {rows} rows");
            kernels.StoreCrossKeysAndValues(buffers.Rows(rows, 2 * width, 2 * width), rows, Keys(buffers, rows, width), Values(buffers, rows, width));
        }
    }

    private static void SelfAttention(KernelSet kernels, BoundedBuffers buffers)
    {
        foreach ((int rows, int positions) in AttentionSizes(kernels.Model))
        {
            // With the padding mask, and with the causal mask: the last row sees all.
            Run(visible: positions, step: 0);
            if (positions >= rows)
            {
                Run(visible: positions - rows + 1, step: 1);
            }

            void Run(int visible, int step)
            {
                ModelDescription model = kernels.Model;
                int width = model.AttentionWidth;
                buffers.Begin($"{kernels}: {nameof(SelfAttention)} of {rows} rows to {positions} positions, step {step}");

                // From the last row and the first position to the first row and the last position that any row sees with the mask.
                int distances = step == 0 ? rows + positions - 1 : positions;
                int biasStride = RelativePositions.RowLength(distances);
                float* positionBias = model.PositionalEncoding == PositionalEncoding.Relative ? buffers.Floats((long)model.Heads * biasStride) + rows - 1 : null;
                kernels.SelfAttention(
                    buffers.Rows(rows, 3 * width, 3 * width),
                    rows,
                    Keys(buffers, positions, width),
                    Values(buffers, positions, width),
                    visible,
                    step,
                    positionBias,
                    biasStride,
                    buffers.Floats(model.AttentionScratch),
                    buffers.Rows(rows, model.AttentionStride, width));
            }
        }
    }

    private static void PlaceScores(KernelSet kernels, BoundedBuffers buffers)
    {
        ModelDescription model = kernels.Model;
        int stride = (Math.Max(model.MaxSourceLength, model.MaxTargetLength) + CachePositions - 1) / CachePositions * CachePositions;
        foreach ((int rows, int positions) in AttentionSizes(model))
        {
            buffers.Begin($"{kernels}: {nameof(PlaceScores)} of {rows} rows to {positions} positions");
            kernels.PlaceScores(
                buffers.Floats((long)rows * model.HeadWidth), rows, Keys(buffers, positions, model.AttentionWidth), positions, buffers.Floats((long)rows * stride));
        }
    }

    private static void Exponentials(KernelSet kernels, BoundedBuffers buffers)
    {
        for (int count = 1; count <= MaxPositions; count++)
        {
            buffers.Begin($"{kernels}: {nameof(Exponentials)} of {count}");
            kernels.Exponentials(buffers.Floats(Panels.RoundUp(count)), count, 1.5f);
        }
    }

    private static void Gate(KernelSet kernels, BoundedBuffers buffers)
    {
        ModelDescription model = kernels.Model;
        int width = Panels.RoundUp(model.FeedForwardDimension);
        for (int rows = 1; rows <= 3 && model.GatedFeedForward; rows++)
        {
            buffers.Begin($"{kernels}: {nameof(Gate)} of {rows} rows");
            kernels.Gate(buffers.Rows(rows, 2 * width, 2 * width), rows, buffers.Rows(rows, model.FeedForwardStride, model.FeedForwardDimension));
        }
    }

    private static void Rotate(KernelSet kernels, BoundedBuffers buffers)
    {
        ModelDescription model = kernels.Model;
        int width = 3 * model.AttentionWidth;
        int stride = 2 * Panels.RoundUp(model.RotaryPairs);
        for (int rows = 1; rows <= 3 && model.PositionalEncoding == PositionalEncoding.Rotary; rows++)
        {
            buffers.Begin($"{kernels}: {nameof(Rotate)} of {rows} rows");
            kernels.Rotate(buffers.Rows(rows, width, width), rows, buffers.Rows(rows, stride, stride));
        }
    }

    private static void CrossAttention(KernelSet kernels, BoundedBuffers buffers)
    {
        ModelDescription model = kernels.Model;
        int width = model.AttentionWidth;
        foreach ((int rows, int positions) in AttentionSizes(model))
        {
            buffers.Begin($"{kernels}: {nameof(CrossAttention)} of {rows} rows to {positions} positions");
            kernels.CrossAttention(
                buffers.Rows(rows, width, width),
                rows,
                Keys(buffers, positions, width),
                Values(buffers, positions, width),
                positions,
                buffers.Floats(model.AttentionScratch),
                buffers.Rows(rows, model.AttentionStride, width));
        }
    }

    private static void Softmax(KernelSet kernels, BoundedBuffers buffers)
    {
        for (int count = 1; count <= MaxPositions; count++)
        {
            for (int rows = 1; rows <= 2; rows++)
            {
                buffers.Begin($"{kernels}: {nameof(Softmax)} of {rows} rows of {count}");
                kernels.Softmax(buffers.Rows(rows, Panels.RoundUp(count) + 16, count), rows, count, Panels.RoundUp(count) + 16, 1f);
            }
        }
    }

    private static void ArgMax(KernelSet kernels, BoundedBuffers buffers)
    {
        buffers.Begin($"{kernels}: {nameof(ArgMax)}");
        float* logits = buffers.Floats(kernels.Model.LogitsStride);
        new Span<float>(logits, kernels.Model.LogitsStride).Clear();
        Assert.Equal(0, kernels.ArgMax(logits));
    }

    private static void SumOfExponentials(KernelSet kernels, BoundedBuffers buffers)
    {
        buffers.Begin($"{kernels}: {nameof(SumOfExponentials)}");
        float* logits = buffers.Floats(kernels.Model.LogitsStride);
        new Span<float>(logits, kernels.Model.LogitsStride).Clear();
        Assert.Equal(kernels.Model.LogitsStride, kernels.SumOfExponentials(logits, buffers.Floats(1)));
    }

    /// <summary>Few rows with every number of positions, and every number of rows with few.</summary>
    private static IEnumerable<(int Rows, int Positions)> AttentionSizes(ModelDescription model)
    {
        int longest = Math.Max(model.MaxSourceLength, model.MaxTargetLength);
        IEnumerable<int> positions = [.. Enumerable.Range(1, MaxPositions), longest];
        foreach (int count in positions.Where(count => count <= longest).Distinct())
        {
            foreach (int rows in count is 1 or 16 or 33 ? Enumerable.Range(1, MaxRows) : count % 8 == 7 ? RowsOfAttention : [1, 13])
            {
                yield return (rows, count);
            }
        }
    }

    private static float* Keys(BoundedBuffers buffers, int positions, int width) =>
        buffers.Floats((long)(positions + CachePositions - 1) / CachePositions * CachePositions * width);

    private static float* Values(BoundedBuffers buffers, int positions, int width) => buffers.Floats((long)positions * width);
}
