using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using KernelGen.Layout;
using KernelGen.Recipes;

namespace KernelGen.Execution;

/// <summary>
/// Self-attention of one position of several hypotheses of a source to the cache that they share (<see cref="TokenPlaces"/>): the scores of all places are computed together, and each
/// hypothesis takes those of its own tokens, in their order. So every result has the bits of attention to a cache with these tokens alone. Kernels compute scores and exponentials; the rest is bound
/// by reading values here and there, which vectors of any width do alike, so it is not generated.
/// </summary>
/// <typeparam name="TKernels">The generated kernels.</typeparam>
internal sealed unsafe class HypothesisAttention<TKernels>
    where TKernels : struct, IModelKernels
{
    private readonly ModelDescription _model;
    private readonly int _width;
    private readonly int _headWidth;
    private readonly int _scoreStride;
    private readonly float _scale;
    private readonly bool _readsAhead;

    /// <param name="model">The widths.</param>
    public HypothesisAttention(ModelDescription model)
    {
        _model = model;
        _width = model.AttentionWidth;
        _headWidth = model.HeadWidth;
        ModelLayout layout = ModelRecipe.Of(model).Layout;
        _scoreStride = layout.ScoreStride;
        _readsAhead = layout.ReadsHeadsAhead;
        _scale = ModelLayout.Base2Scale(model.HeadDimension, model.ScaleScores);
    }

    /// <summary>Computes a task, whose keys and values are in their places.</summary>
    /// <param name="task">The task.</param>
    /// <param name="scratch">Room of <see cref="ModelDescription.AttentionScratch"/> floats.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Attend(in AttentionTask task, float* scratch)
    {
        const int Block = ModelLayout.HypothesisRows;
        int visible = task.Cached + 1;
        float* scores = scratch + (Block * _scoreStride);
        float* queries = scores + (Block * _scoreStride);
        for (int first = 0; first < task.Rows; first += Block)
        {
            int rows = Math.Min(Block, task.Rows - first);
            for (int head = 0; head < _width; head += _headWidth)
            {
                if (_readsAhead && head + _headWidth < _width)
                {
                    ReadAhead(task.Keys + ((head + _headWidth) * PanelLayout.Width), task.Values + head + _headWidth, task.EndPlace);
                }

                for (int row = 0; row < rows; row++)
                {
                    NativeMemory.Copy(task.Input + ((nint)(first + row) * 3 * _width) + head, queries + (row * _headWidth), (nuint)_headWidth * sizeof(float));
                }

                // As many places at a time as a row of scores has room for.
                for (int firstPlace = 0; firstPlace < task.EndPlace; firstPlace += _scoreStride)
                {
                    float* keys = task.Keys + ((nint)firstPlace * _width) + (head * PanelLayout.Width);
                    TKernels.PlaceScores(queries, rows, keys, Math.Min(_scoreStride, task.EndPlace - firstPlace), scores);
                    for (int row = 0; row < rows; row++)
                    {
                        Gather(scores + (row * _scoreStride), task.Places + ((nint)(first + row) * task.PlacesStride), firstPlace, visible, scratch + (row * _scoreStride));
                    }
                }

                for (int row = 0; row < rows; row++)
                {
                    float* rowScores = scratch + (row * _scoreStride);
                    if (task.PositionBias != null)
                    {
                        Add(task.PositionBias + ((nint)(head / _headWidth) * task.PositionBiasStride), visible, rowScores);
                    }

                    float sum = TKernels.Exponentials(rowScores, visible, _scale);
                    float* output = task.Output + ((nint)(first + row) * _model.AttentionStride) + head;
                    float inverse = sum == 0 ? 0 : 1 / sum;
                    int* places = task.Places + ((nint)(first + row) * task.PlacesStride);
                    int column = 0;
                    for (; Fma.IsSupported && Vector256.IsHardwareAccelerated && column + (2 * PanelLayout.Width) <= _headWidth; column += 2 * PanelLayout.Width)
                    {
                        SumOfTwoPanels(rowScores, places, visible, task.Values + head + column, inverse, output + column);
                    }

                    for (; column < _headWidth; column += PanelLayout.Width)
                    {
                        SumOfPanel(rowScores, places, visible, task.Values + head + column, inverse, output + column);
                    }
                }
            }
        }
    }

    /// <summary>The scores of a hypothesis' tokens that stand in the places from the first on, in the order of the tokens.</summary>
    private void Gather(float* scores, int* places, int firstPlace, int visible, float* output)
    {
        for (int position = 0; position < visible; position++)
        {
            uint place = (uint)(places[position] - firstPlace);
            if (place < (uint)_scoreStride)
            {
                output[position] = scores[place];
            }
        }
    }

    /// <summary>Adds relative positions to scores.</summary>
    private static void Add(float* bias, int count, float* scores)
    {
        for (int position = 0; position < count; position++)
        {
            scores[position] += bias[position];
        }
    }

    /// <summary>16 columns of the values of a hypothesis' tokens, each times its exponential, added in the order of the tokens, and multiplied with the inverse of the exponentials' sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SumOfPanel(float* exponentials, int* places, int visible, float* values, float inverse, float* output)
    {
        Vector128<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
        for (int position = 0; position < visible; position++)
        {
            float* value = values + ((nint)places[position] * _width);
            var exponential = Vector128.Create(exponentials[position]);
            sum0 = PortableArithmetic.FusedMultiplyAdd(exponential, Vector128.Load(value), sum0);
            sum1 = PortableArithmetic.FusedMultiplyAdd(exponential, Vector128.Load(value + 4), sum1);
            sum2 = PortableArithmetic.FusedMultiplyAdd(exponential, Vector128.Load(value + 8), sum2);
            sum3 = PortableArithmetic.FusedMultiplyAdd(exponential, Vector128.Load(value + 12), sum3);
        }

        var factor = Vector128.Create(inverse);
        (sum0 * factor).Store(output);
        (sum1 * factor).Store(output + 4);
        (sum2 * factor).Store(output + 8);
        (sum3 * factor).Store(output + 12);
    }

    /// <summary>The same for 32 columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SumOfTwoPanels(float* exponentials, int* places, int visible, float* values, float inverse, float* output)
    {
        Vector256<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
        for (int position = 0; position < visible; position++)
        {
            float* value = values + ((nint)places[position] * _width);
            var exponential = Vector256.Create(exponentials[position]);
            sum0 = Vector256.FusedMultiplyAdd(exponential, Vector256.Load(value), sum0);
            sum1 = Vector256.FusedMultiplyAdd(exponential, Vector256.Load(value + 8), sum1);
            sum2 = Vector256.FusedMultiplyAdd(exponential, Vector256.Load(value + 16), sum2);
            sum3 = Vector256.FusedMultiplyAdd(exponential, Vector256.Load(value + 24), sum3);
        }

        var factor = Vector256.Create(inverse);
        (sum0 * factor).Store(output);
        (sum1 * factor).Store(output + 8);
        (sum2 * factor).Store(output + 16);
        (sum3 * factor).Store(output + 24);
    }

    /// <summary>Begins to read the keys and values of a head.</summary>
    private void ReadAhead(float* keys, float* values, int endPlace)
    {
        for (int place = 0; place < endPlace; place++)
        {
            // Of a panel of keys as many lines as its positions have of values, so that both are read alike.
            float* line = keys + ((nint)(place / PanelLayout.Width * PanelLayout.Width) * _width) + (place % PanelLayout.Width * _headWidth);
            for (int i = 0; i < _headWidth; i += PanelLayout.Width)
            {
                CacheHints.ReadSoon(line + i);
                CacheHints.ReadSoon(values + i);
            }

            values += _width;
        }
    }
}
