using KernelGen.Execution;
using KernelGen.Tests.Declarations;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.Kernels;

/// <summary>
/// Fused attention and its caches: bit for bit the scalar steps, whether positions come one by one or together, with the padding mask and with the
/// causal mask. Everything in the caches that a row may not see is a NaN.
/// </summary>
public sealed unsafe class AttentionKernelTests
{
    /// <summary>Caches hold whole pairs of key panels.</summary>
    private const int CachePositions = 32;

    private static readonly int[] SomeLengths = [.. Enumerable.Range(1, 18), 24, 31, 32, 33, 40];

    public static TheoryData<string, InstructionSet> Cases => DeclaredModels.WithInstructionSets;

    /// <summary>The models whose sources may be so long that kernels go through them in another order.</summary>
    public static TheoryData<string, InstructionSet> LongCases =>
        Theories.WithEach<InstructionSet>([.. DeclaredModels.All.Where(static model => model.Description.MaxSourceLength > 512).Select(static model => model.Description.Name)]);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Self_attention_with_the_padding_mask_has_the_bits_of_the_scalar_steps(string model, InstructionSet instructionSet)
    {
        KernelSet kernels = DeclaredModels.Named(model).KernelsFor(instructionSet);
        var heads = new Heads(kernels.Model);
        foreach (int length in heads.Lengths)
        {
            CheckSelfAttention(kernels, heads, firstPosition: 0, rows: length, visible: length, visibleStep: 0);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Self_attention_with_the_causal_mask_has_the_bits_of_the_scalar_steps(string model, InstructionSet instructionSet)
    {
        KernelSet kernels = DeclaredModels.Named(model).KernelsFor(instructionSet);
        var heads = new Heads(kernels.Model);
        foreach (int length in heads.Lengths)
        {
            CheckSelfAttention(kernels, heads, firstPosition: 0, rows: length, visible: 1, visibleStep: 1);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Self_attention_of_a_later_block_has_the_bits_of_the_scalar_steps(string model, InstructionSet instructionSet)
    {
        KernelSet kernels = DeclaredModels.Named(model).KernelsFor(instructionSet);
        var heads = new Heads(kernels.Model);
        foreach (int first in new[] { 1, 7, 15, 16, 17, 31 })
        {
            foreach (int rows in new[] { 2, 3, 5, 8, 13, 25 }.Where(rows => first + rows <= heads.Positions))
            {
                CheckSelfAttention(kernels, heads, first, rows, visible: first + 1, visibleStep: 1);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_decoding_step_has_the_bits_of_the_scalar_steps(string model, InstructionSet instructionSet)
    {
        KernelSet kernels = DeclaredModels.Named(model).KernelsFor(instructionSet);
        var heads = new Heads(kernels.Model);
        for (int position = 0; position < heads.Positions; position++)
        {
            CheckSelfAttention(kernels, heads, position, rows: 1, visible: position + 1, visibleStep: 1);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Cross_attention_has_the_bits_of_the_scalar_steps(string model, InstructionSet instructionSet)
    {
        KernelSet kernels = DeclaredModels.Named(model).KernelsFor(instructionSet);
        ModelDescription shape = kernels.Model;
        var heads = new Heads(shape);
        foreach (int visible in heads.Lengths)
        {
            (GuardedBuffer keys, GuardedBuffer values) = heads.Cache(visible);
            foreach (int rows in new[] { 1, 2, 3, 5, 12, 13, 27 }.Where(rows => rows <= heads.Positions))
            {
                using GuardedBuffer query = GuardedBuffer.OfRows(heads.Query.AsSpan(0, rows), shape.AttentionWidth);
                using var scratch = new GuardedBuffer(shape.AttentionScratch);
                using var output = new GuardedBuffer(rows * shape.AttentionStride);
                kernels.CrossAttention(query.Pointer, rows, keys.Pointer, values.Pointer, visible, scratch.Pointer, output.Pointer);

                string what = $"{kernels}: cross-attention of {rows} rows to {visible} positions";
                float[][] expected = [.. Enumerable.Range(0, rows).Select(row => heads.Expected(row, visible))];
                output.AssertRows(expected, shape.AttentionStride, what);
                scratch.AssertMargins(what);
            }

            keys.Dispose();
            values.Dispose();
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Hypotheses_that_share_a_cache_have_the_bits_of_caches_of_their_own(string model, InstructionSet instructionSet)
    {
        KernelSet kernels = DeclaredModels.Named(model).KernelsFor(instructionSet);
        ModelDescription shape = kernels.Model;
        var heads = new Heads(shape);
        var random = new Random(heads.Positions);
        int scoreStride = (Math.Max(shape.MaxSourceLength, shape.MaxTargetLength) + CachePositions - 1) / CachePositions * CachePositions;
        foreach (int room in new[] { heads.Positions, scoreStride + 21 })
        {
            // Each token has a place of its own somewhere in the room; what stands between is not a number.
            int[] placeOf = [.. Enumerable.Range(0, room).ToArray().OrderBy(_ => random.Next()).Take(heads.Positions)];
            (GuardedBuffer keys, GuardedBuffer values) = heads.EmptyCache(room);
            heads.Store(keys, values, placeOf);
            foreach ((int rows, int visible) in new[] { (1, 1), (2, 2), (4, 3), (4, 15), (3, 16), (5, 17), (6, 24), (7, 31), (13, 33), (4, 40) }.Where(size => Math.Max(size.Item1, size.Item2) <= heads.Positions))
            {
                // The first tokens in common, and then any.
                int[] common = [.. Enumerable.Range(0, heads.Positions).ToArray().OrderBy(_ => random.Next())];
                int[][] tokens = [.. Enumerable.Range(0, rows).Select(_ => (int[])[.. common[..(visible / 2)], .. common[(visible / 2)..].OrderBy(_ => random.Next()).Take(visible - (visible / 2))])];
                int[] places = [.. tokens.SelectMany(row => row.Select(token => placeOf[token]).Append(int.MinValue))];
                using GuardedBuffer input = GuardedBuffer.OfRows(heads.QueryKeyValue.AsSpan(0, rows), 3 * shape.AttentionWidth);
                using var scratch = new GuardedBuffer(shape.AttentionScratch);
                using var output = new GuardedBuffer(rows * shape.AttentionStride);
                using GuardedBuffer? positionBias = heads.PositionBias(1, visible - 1, visible);
                fixed (int* first = places)
                {
                    var task = new AttentionTask
                    {
                        Kind = AttentionKind.Hypotheses,
                        Input = input.Pointer,
                        Rows = rows,
                        Keys = keys.Pointer,
                        Values = values.Pointer,
                        Cached = visible - 1,
                        Places = first,
                        PlacesStride = visible + 1,
                        EndPlace = places.Max() + 1,
                        PositionBias = positionBias is null ? null : positionBias.Pointer,
                        PositionBiasStride = positionBias is null ? 0 : positionBias.Length / shape.Heads,
                        Output = output.Pointer,
                    };
                    kernels.HypothesisAttention(in task, scratch.Pointer);
                }

                string what = $"{kernels}: {rows} hypotheses of {visible} tokens in {room} places";
                output.AssertRows([.. tokens.Select((row, hypothesis) => heads.ExpectedOf(hypothesis, row))], shape.AttentionStride, what);
                scratch.AssertMargins(what);
            }

            keys.Dispose();
            values.Dispose();
        }
    }

    [Theory]
    [MemberData(nameof(LongCases))]
    public void Attention_of_few_rows_and_of_many_to_a_long_source_has_the_bits_of_the_scalar_steps(string model, InstructionSet instructionSet)
    {
        KernelSet kernels = DeclaredModels.Named(model).KernelsFor(instructionSet);
        ModelDescription shape = kernels.Model;
        var heads = new Heads(shape, most: 560);
        foreach (int visible in new[] { 511, 512, 513, 528, 559 })
        {
            (GuardedBuffer keys, GuardedBuffer values) = heads.Cache(visible);
            foreach (int rows in new[] { 1, 2, 5, 8, 9, 95, 96, 121 })
            {
                using GuardedBuffer query = GuardedBuffer.OfRows(heads.Query.AsSpan(0, rows), shape.AttentionWidth);
                using var scratch = new GuardedBuffer(shape.AttentionScratch);
                using var output = new GuardedBuffer(rows * shape.AttentionStride);
                kernels.CrossAttention(query.Pointer, rows, keys.Pointer, values.Pointer, visible, scratch.Pointer, output.Pointer);
                string what = $"{kernels}: cross-attention of {rows} rows to {visible} positions";
                output.AssertRows([.. Enumerable.Range(0, rows).Select(row => heads.Expected(row, visible))], shape.AttentionStride, what);
                scratch.AssertMargins(what);

                // Head after head, as threads share them, the last one first.
                output.Span.Clear();
                for (int head = shape.Heads - 1; head >= 0; head--)
                {
                    kernels.CrossAttention(query.Pointer, rows, keys.Pointer, values.Pointer, visible, head, head + 1, scratch.Pointer, output.Pointer);
                }

                output.AssertRows([.. Enumerable.Range(0, rows).Select(row => heads.Expected(row, visible))], shape.AttentionStride, what + ", head after head");
            }

            keys.Dispose();
            values.Dispose();
        }

        CheckSelfAttention(kernels, heads, firstPosition: 0, rows: 513, visible: 513, visibleStep: 0);
        CheckSelfAttention(kernels, heads, firstPosition: 100, rows: 96, visible: 559, visibleStep: 0);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Values_of_one_in_a_column_of_their_own_give_the_probabilities_that_weigh_values_to_the_output(string model, InstructionSet instructionSet)
    {
        KernelSet kernels = DeclaredModels.Named(model).KernelsFor(instructionSet);
        ModelDescription shape = kernels.Model;
        var heads = new Heads(shape);
        foreach (int visible in heads.Lengths.Where(length => length <= shape.HeadWidth))
        {
            (GuardedBuffer keys, GuardedBuffer values) = heads.Cache(visible);
            values.Span.Clear();
            for (int position = 0; position < visible; position++)
            {
                for (int head = 0; head < shape.Heads; head++)
                {
                    values.Span[(position * shape.AttentionWidth) + (head * shape.HeadWidth) + position] = 1;
                }
            }

            foreach (int rows in new[] { 1, 3, 13, 27 }.Where(rows => rows <= heads.Positions))
            {
                using GuardedBuffer query = GuardedBuffer.OfRows(heads.Query.AsSpan(0, rows), shape.AttentionWidth);
                using var scratch = new GuardedBuffer(shape.AttentionScratch);
                using var output = new GuardedBuffer(rows * shape.AttentionStride);
                kernels.CrossAttention(query.Pointer, rows, keys.Pointer, values.Pointer, visible, scratch.Pointer, output.Pointer);

                string what = $"{kernels}: cross-attention of {rows} rows to {visible} positions";
                for (int head = 0; head < shape.Heads; head++)
                {
                    for (int row = 0; row < rows; row++)
                    {
                        ReadOnlySpan<float> probabilities = output.Span.Slice((row * shape.AttentionStride) + (head * shape.HeadWidth), visible);
                        BitAssert.Equal(heads.ExpectedProbabilities(row, visible, head), probabilities, $"{what}: head {head}, row {row}");
                        Closeness.AssertClose(
                            heads.WeightedSum(probabilities, head),
                            heads.Expected(row, visible).AsSpan(head * shape.HeadWidth, shape.HeadDimension),
                            1e-5,
                            $"{what}: values weighed by head {head}, row {row}");
                    }
                }

                output.AssertMargins(what);
                scratch.AssertMargins(what);
            }

            keys.Dispose();
            values.Dispose();
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Keys_and_values_are_appended_at_their_positions(string model, InstructionSet instructionSet)
    {
        KernelSet kernels = DeclaredModels.Named(model).KernelsFor(instructionSet);
        ModelDescription shape = kernels.Model;
        var heads = new Heads(shape);
        foreach (int first in new[] { 0, 1, 15, 16, 30 })
        {
            foreach (int rows in new[] { 1, 2, 16, 18 }.Where(rows => first + rows <= heads.Positions))
            {
                using GuardedBuffer input = GuardedBuffer.OfRows(heads.QueryKeyValue.AsSpan(first, rows), 3 * shape.AttentionWidth);
                (GuardedBuffer keys, GuardedBuffer values) = heads.EmptyCache(first + rows);
                kernels.AppendKeysAndValues(input.Pointer, rows, first, keys.Pointer, values.Pointer);
                AssertCache(heads, keys, values, first, rows, $"{kernels}: {rows} positions appended from position {first}");
                keys.Dispose();
                values.Dispose();
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Cross_attention_keys_and_values_are_stored_from_position_0(string model, InstructionSet instructionSet)
    {
        KernelSet kernels = DeclaredModels.Named(model).KernelsFor(instructionSet);
        ModelDescription shape = kernels.Model;
        var heads = new Heads(shape);
        foreach (int rows in heads.Lengths)
        {
            float[][] keyValue = [.. Enumerable.Range(0, rows).Select(row => heads.QueryKeyValue[row][shape.AttentionWidth..])];
            using GuardedBuffer input = GuardedBuffer.OfRows(keyValue, 2 * shape.AttentionWidth);
            (GuardedBuffer keys, GuardedBuffer values) = heads.EmptyCache(rows);
            kernels.StoreCrossKeysAndValues(input.Pointer, rows, keys.Pointer, values.Pointer);
            AssertCache(heads, keys, values, 0, rows, $"{kernels}: {rows} source positions stored");
            keys.Dispose();
            values.Dispose();
        }
    }

    private static void CheckSelfAttention(KernelSet kernels, Heads heads, int firstPosition, int rows, int visible, int visibleStep)
    {
        ModelDescription shape = kernels.Model;
        (GuardedBuffer keys, GuardedBuffer values) = heads.Cache(visible + ((rows - 1) * visibleStep));
        using GuardedBuffer input = GuardedBuffer.OfRows(heads.QueryKeyValue.AsSpan(firstPosition, rows), 3 * shape.AttentionWidth);
        using var scratch = new GuardedBuffer(shape.AttentionScratch);
        using var output = new GuardedBuffer(rows * shape.AttentionStride);
        using GuardedBuffer? positionBias = heads.PositionBias(rows, firstPosition, visible + ((rows - 1) * visibleStep));
        float* bias = positionBias is null ? null : positionBias.Pointer + rows - 1;
        int biasStride = positionBias is null ? 0 : positionBias.Length / shape.Heads;
        kernels.SelfAttention(input.Pointer, rows, keys.Pointer, values.Pointer, visible, visibleStep, bias, biasStride, scratch.Pointer, output.Pointer);

        string what = $"{kernels}: self-attention of {rows} rows from position {firstPosition}, the first of which sees {visible}, step {visibleStep}";
        float[][] expected = [.. Enumerable.Range(0, rows).Select(row => heads.Expected(firstPosition + row, visible + (row * visibleStep), heads.HasPositionBias))];
        output.AssertRows(expected, shape.AttentionStride, what);
        scratch.AssertMargins(what);
        keys.Dispose();
        values.Dispose();
    }

    private static void AssertCache(Heads heads, GuardedBuffer keys, GuardedBuffer values, int first, int rows, string what)
    {
        (GuardedBuffer expectedKeys, GuardedBuffer expectedValues) = heads.Cache(first + rows, first);
        keys.AssertRows([expectedKeys.Span.ToArray()], keys.Length, $"{what}: keys");
        values.AssertRows([expectedValues.Span.ToArray()], values.Length, $"{what}: values");
        expectedKeys.Dispose();
        expectedValues.Dispose();
    }

    /// <summary>Random queries, keys and values of a model's heads for a number of positions, in the room that the kernels give them.</summary>
    private sealed class Heads
    {
        private readonly ModelDescription _model;
        private readonly Dictionary<(int Row, int Visible, bool HasPositionBias), float[]> _expected = [];
        private readonly float _scale;

        /// <summary>What is added to the scores of a head, from the most negative distance between key and query on.</summary>
        private readonly float[][] _positionBias;

        public Heads(ModelDescription model, int most = 40)
        {
            _model = model;
            Positions = Math.Min(most, Math.Max(model.MaxSourceLength, model.MaxTargetLength));
            var samples = new Samples(model.AttentionWidth);
            QueryKeyValue = [.. Enumerable.Range(0, Positions).Select(_ => WithRoom(samples))];
            _positionBias = samples.NormalRows(model.Heads, (2 * Positions) - 1, 2);
            _scale = model.ScaleScores ? (float)(1 / Math.Sqrt(model.HeadDimension)) : 1;
        }

        public int Positions { get; }

        public IEnumerable<int> Lengths => SomeLengths.Where(length => length <= Positions);

        public bool HasPositionBias => _model.PositionalEncoding == PositionalEncoding.Relative;

        public float[][] QueryKeyValue { get; }

        public float[][] Query => [.. QueryKeyValue.Select(row => row[.._model.AttentionWidth])];

        /// <summary>Caches in which nothing stands yet.</summary>
        public (GuardedBuffer Keys, GuardedBuffer Values) EmptyCache(int positions) => (
            new GuardedBuffer((positions + CachePositions - 1) / CachePositions * CachePositions * _model.AttentionWidth),
            new GuardedBuffer(positions * _model.AttentionWidth));

        /// <summary>Caches in which positions stand from <paramref name="first"/> on.</summary>
        public (GuardedBuffer Keys, GuardedBuffer Values) Cache(int positions, int first = 0)
        {
            int width = _model.AttentionWidth;
            (GuardedBuffer keys, GuardedBuffer values) = EmptyCache(positions);
            for (int position = first; position < positions; position++)
            {
                for (int i = 0; i < width; i++)
                {
                    keys.Span[(((position / Panels.Width * width) + i) * Panels.Width) + (position % Panels.Width)] = QueryKeyValue[position][width + i];
                    values.Span[(position * width) + i] = QueryKeyValue[position][(2 * width) + i];
                }
            }

            return (keys, values);
        }

        /// <summary>Puts each position into a place of a cache.</summary>
        public void Store(GuardedBuffer keys, GuardedBuffer values, int[] places)
        {
            int width = _model.AttentionWidth;
            for (int position = 0; position < Positions; position++)
            {
                for (int i = 0; i < width; i++)
                {
                    keys.Span[(((places[position] / Panels.Width * width) + i) * Panels.Width) + (places[position] % Panels.Width)] = QueryKeyValue[position][width + i];
                    values.Span[(places[position] * width) + i] = QueryKeyValue[position][(2 * width) + i];
                }
            }
        }

        /// <summary>The output row of a query that sees the keys and values of some rows, in their order, by the scalar steps.</summary>
        public float[] ExpectedOf(int query, int[] rows)
        {
            float[] output = new float[_model.AttentionWidth];
            for (int head = 0; head < _model.Heads; head++)
            {
                float[]? bias = HasPositionBias ? _positionBias[head][(Positions - rows.Length)..Positions] : null;
                ReferenceKernels.Attention(Part(query, 0, head), [.. rows.Select(row => Part(row, 1, head))], [.. rows.Select(row => Part(row, 2, head))], _scale, bias)
                    .CopyTo(output, head * _model.HeadWidth);
            }

            return output;
        }

        /// <summary>
        /// What relative positions add to the scores of rows from a position on, a row for each head, from the last of these rows and position 0 on; not a number
        /// where no row and position meet. <see langword="null"/> where the model has none.
        /// </summary>
        public GuardedBuffer? PositionBias(int rows, int firstPosition, int positions)
        {
            if (!HasPositionBias)
            {
                return null;
            }

            int distances = rows + positions - 1;
            int stride = Panels.RoundUp(distances + Panels.Width);
            var buffer = new GuardedBuffer(_model.Heads * stride);
            for (int head = 0; head < _model.Heads; head++)
            {
                _positionBias[head].AsSpan(Positions - 1 - (firstPosition + rows - 1), distances).CopyTo(buffer.Span[(head * stride)..]);
            }

            return buffer;
        }

        /// <summary>The output row of a query that sees the first positions, by the scalar steps, after it was compared with double precision.</summary>
        public float[] Expected(int row, int visible, bool hasPositionBias = false)
        {
            if (_expected.TryGetValue((row, visible, hasPositionBias), out float[]? output))
            {
                return output;
            }

            output = new float[_model.AttentionWidth];
            for (int head = 0; head < _model.Heads; head++)
            {
                float[] query = Part(row, 0, head);
                float[][] keys = [.. Enumerable.Range(0, visible).Select(position => Part(position, 1, head))];
                float[][] values = [.. Enumerable.Range(0, visible).Select(position => Part(position, 2, head))];
                float[]? bias = hasPositionBias ? _positionBias[head][(Positions - 1 - row)..(Positions - 1 - row + visible)] : null;
                float[] result = ReferenceKernels.Attention(query, keys, values, _scale, bias);
                double[] exact = DoubleKernels.Attention(
                    DoubleKernels.Widen(query),
                    Array.ConvertAll(keys, key => DoubleKernels.Widen(key)),
                    Array.ConvertAll(values, value => DoubleKernels.Widen(value)),
                    _scale,
                    bias is null ? null : [.. bias.Select(value => (double)_scale * value)]);
                Closeness.AssertClose(exact, result, 1e-5, $"{_model.Name}: attention of row {row} to {visible} positions in scalar steps, head {head}");
                result.CopyTo(output, head * _model.HeadWidth);
            }

            _expected.Add((row, visible, hasPositionBias), output);
            return output;
        }

        /// <summary>The probabilities with which a query of a head weighs the first positions, by the scalar steps.</summary>
        public float[] ExpectedProbabilities(int row, int visible, int head) =>
            ReferenceKernels.AttentionWeights(Part(row, 0, head), [.. Enumerable.Range(0, visible).Select(position => Part(position, 1, head))], _scale);

        /// <summary>The values of a head's first positions, weighed.</summary>
        public double[] WeightedSum(ReadOnlySpan<float> weights, int head)
        {
            double[] sum = new double[_model.HeadDimension];
            for (int position = 0; position < weights.Length; position++)
            {
                float[] value = Part(position, 2, head);
                for (int i = 0; i < sum.Length; i++)
                {
                    sum[i] += (double)weights[position] * value[i];
                }
            }

            return sum;
        }

        private float[] Part(int row, int part, int head) =>
            QueryKeyValue[row].AsSpan((part * _model.AttentionWidth) + (head * _model.HeadWidth), _model.HeadDimension).ToArray();

        /// <summary>A row of queries, keys and values; what a head does not fill of its room is zero.</summary>
        private float[] WithRoom(Samples samples)
        {
            float[] row = new float[3 * _model.AttentionWidth];
            for (int place = 0; place < row.Length; place += _model.HeadWidth)
            {
                samples.Normal(_model.HeadDimension).CopyTo(row, place);
            }

            return row;
        }
    }
}
