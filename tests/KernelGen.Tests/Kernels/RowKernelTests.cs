using KernelGen.Execution;
using KernelGen.Tests.Declarations;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.Kernels;

/// <summary>The kernels that work row by row: embedding, norm, gate, arg-max and the sum of exponentials.</summary>
public sealed unsafe class RowKernelTests
{
    private const int MaxRows = 40;

    public static TheoryData<string, InstructionSet> Cases => DeclaredModels.WithInstructionSets;

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_token_is_embedded(string model, InstructionSet instructionSet)
    {
        KernelSet kernels = DeclaredModels.Named(model).KernelsFor(instructionSet);
        ModelDescription shape = kernels.Model;
        int dimension = shape.ModelDimension;
        float scale = shape.ScaleEmbedding ? (float)Math.Sqrt(dimension) : 1f;
        bool hasPositions = shape.AddsPositions;
        var samples = new Samples(dimension);
        float[] table = samples.Normal(shape.SourceVocabularySize * dimension);
        float[] encoding = samples.Normal(dimension);
        using GuardedBuffer embedding = Panels.Pack(table, shape.SourceVocabularySize, dimension);
        using GuardedBuffer position = GuardedBuffer.OfRows([encoding], shape.ModelStride);
        for (int token = 0; token < shape.SourceVocabularySize; token++)
        {
            float[] row = table[(token * dimension)..((token + 1) * dimension)];
            float[] expected = ReferenceKernels.Embed(row, scale, hasPositions ? encoding : []);
            double[] exact = [.. row.Select((x, i) => (x * (shape.ScaleEmbedding ? Math.Sqrt(dimension) : 1)) + (hasPositions ? encoding[i] : 0))];
            Closeness.AssertClose(exact, expected, 1e-6, $"{kernels}: embedding of token {token} in scalar steps");

            using var output = new GuardedBuffer(shape.ModelStride);
            kernels.Embed(token, embedding.Pointer, hasPositions ? position.Pointer : null, output.Pointer);
            output.AssertRows([expected], shape.ModelStride, $"{kernels}: embedding of token {token}");
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_norm_has_the_bits_of_the_scalar_steps(string model, InstructionSet instructionSet)
    {
        KernelSet kernels = DeclaredModels.Named(model).KernelsFor(instructionSet);
        ModelDescription shape = kernels.Model;
        int dimension = shape.ModelDimension;
        var samples = new Samples(dimension);
        float[][] inputs = samples.NormalRows(MaxRows, dimension);
        inputs[1] = [.. Enumerable.Repeat(1234.5f, dimension)]; // no variance
        inputs[2] = new float[dimension];
        inputs[3] = Array.ConvertAll(inputs[3], static x => 1000 + x); // a mean far from 0
        inputs[4] = Array.ConvertAll(inputs[4], static x => 1e-6f * x); // a variance below epsilon
        float[] gamma = Array.ConvertAll(samples.Normal(dimension, 0.3f), static x => 1 + x);
        float[] beta = samples.Normal(dimension, 0.3f);
        float[][] expected = [.. inputs.Select(input => Norm(shape, input, gamma, beta))];
        for (int row = 0; row < MaxRows; row++)
        {
            // Where x is around 1000, x - mean is known to 3e-5 only; in a row of equal numbers that is divided by √ε.
            bool hasMean = shape.Normalization == Normalization.LayerNorm;
            double tolerance = hasMean && row is 1 or 3 ? 0.05 : 5e-6;
            double[] exact = hasMean
                ? DoubleKernels.LayerNorm(DoubleKernels.Widen(inputs[row]), DoubleKernels.Widen(gamma), DoubleKernels.Widen(beta), shape.LayerNormEpsilon)
                : DoubleKernels.RootMeanSquareNorm(DoubleKernels.Widen(inputs[row]), DoubleKernels.Widen(gamma), shape.LayerNormEpsilon);
            Closeness.AssertClose(exact, expected[row], tolerance, $"{kernels}: norm of row {row} in scalar steps");
        }

        using GuardedBuffer norm = NormWeights(shape, gamma, beta);
        for (int rows = 1; rows <= MaxRows; rows++)
        {
            using GuardedBuffer input = GuardedBuffer.OfRows(inputs.AsSpan(0, rows), shape.ModelStride);
            using var output = new GuardedBuffer(rows * shape.ModelStride);
            kernels.Norm(input.Pointer, rows, norm.Pointer, output.Pointer);
            output.AssertRows(expected.AsSpan(0, rows), shape.ModelStride, $"{kernels}: norm of {rows} rows");

            kernels.Norm(input.Pointer, rows, norm.Pointer, input.Pointer);
            input.AssertRows(expected.AsSpan(0, rows), shape.ModelStride, $"{kernels}: norm of {rows} rows in place");
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Arg_max_finds_the_highest_logit_wherever_it_is(string model, InstructionSet instructionSet)
    {
        KernelSet kernels = DeclaredModels.Named(model).KernelsFor(instructionSet);
        int vocabulary = kernels.Model.TargetVocabularySize;
        float[] logits = new Samples(vocabulary).Normal(vocabulary);
        Assert.Equal(ReferenceKernels.ArgMax(logits), ArgMax(kernels, logits));
        for (int best = 0; best < vocabulary; best++)
        {
            float[] changed = [.. logits];
            changed[best] = 100;
            Assert.Equal(best, ArgMax(kernels, changed));
            Assert.Equal(best, ArgMax(kernels, Array.ConvertAll(changed, static logit => logit - 1000)));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Arg_max_takes_the_lowest_of_equal_logits(string model, InstructionSet instructionSet)
    {
        KernelSet kernels = DeclaredModels.Named(model).KernelsFor(instructionSet);
        int vocabulary = kernels.Model.TargetVocabularySize;
        Assert.Equal(0, ArgMax(kernels, new float[vocabulary]));
        Assert.Equal(0, ArgMax(kernels, [.. Enumerable.Repeat(float.NegativeInfinity, vocabulary)]));

        // Pairs in every distance that a panel and its neighbours have.
        float[] logits = new Samples(vocabulary).Normal(vocabulary);
        for (int first = 0; first < Math.Min(vocabulary, 33); first++)
        {
            for (int second = first + 1; second < Math.Min(vocabulary, first + 35); second++)
            {
                float[] tied = [.. logits];
                tied[first] = tied[second] = 100;
                Assert.Equal(first, ArgMax(kernels, tied));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Sum_of_exponentials_has_the_bits_of_the_scalar_steps(string model, InstructionSet instructionSet)
    {
        KernelSet kernels = DeclaredModels.Named(model).KernelsFor(instructionSet);
        int vocabulary = kernels.Model.TargetVocabularySize;
        foreach (float spread in new[] { 0f, 0.1f, 3f, 60f })
        {
            float[] logits = new Samples(vocabulary).Normal(vocabulary, spread);
            logits[vocabulary / 2] = vocabulary > 2 ? float.NegativeInfinity : logits[vocabulary / 2]; // a suppressed token
            (float maximum, float sum) = ReferenceKernels.SumOfExponentials(logits);
            double exact = logits.Sum(logit => Math.Exp((double)logit - maximum));
            Closeness.AssertClose([exact], [sum], 2e-6, $"{kernels}: sum of exponentials in scalar steps, spread {spread}");

            using GuardedBuffer row = LogitsRow(kernels, logits);
            float actualMaximum;
            float actualSum = kernels.SumOfExponentials(row.Pointer, &actualMaximum);
            Assert.Equal(BitConverter.SingleToInt32Bits(maximum + 0f), BitConverter.SingleToInt32Bits(actualMaximum + 0f));
            Assert.Equal(BitConverter.SingleToInt32Bits(sum), BitConverter.SingleToInt32Bits(actualSum));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_logit_that_is_not_a_number_is_found_wherever_it_is(string model, InstructionSet instructionSet)
    {
        KernelSet kernels = DeclaredModels.Named(model).KernelsFor(instructionSet);
        int vocabulary = kernels.Model.TargetVocabularySize;
        float[] logits = new Samples(vocabulary).Normal(vocabulary);
        for (int place = 0; place < vocabulary; place++)
        {
            // Quiet ones, signalling ones, with either sign and with all kinds of bits in them.
            float[] changed = [.. logits];
            changed[place] = BitConverter.Int32BitsToSingle((int)(0x7F800001u + ((uint)place * 0x9E3779B9u & 0x003FFFFEu) + (uint)(place % 2 << 22) + ((uint)(place / 2 % 2) << 31)));
            Assert.True(float.IsNaN(changed[place]));
            Assert.Equal(-1, ArgMax(kernels, changed));
            using GuardedBuffer row = LogitsRow(kernels, changed);
            float maximum;
            Assert.True(float.IsNaN(kernels.SumOfExponentials(row.Pointer, &maximum)));
            Assert.True(float.IsNaN(maximum));

            changed[place] = float.PositiveInfinity;
            Assert.Equal(place, ArgMax(kernels, changed));
            changed.CopyTo(row.Span);
            Assert.True(float.IsNaN(kernels.SumOfExponentials(row.Pointer, &maximum)));
            Assert.Equal(float.PositiveInfinity, maximum);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_norm_of_what_is_not_finite_shows_in_no_other_row(string model, InstructionSet instructionSet)
    {
        int rows = 6; // more than are computed side by side
        KernelSet kernels = DeclaredModels.Named(model).KernelsFor(instructionSet);
        ModelDescription shape = kernels.Model;
        int dimension = shape.ModelDimension;
        var samples = new Samples(dimension);
        float[][] inputs = samples.NormalRows(rows, dimension);
        float[] gamma = samples.Normal(dimension), beta = samples.Normal(dimension);
        float[][] expected = [.. inputs.Select(input => Norm(shape, input, gamma, beta))];
        using GuardedBuffer norm = NormWeights(shape, gamma, beta);
        foreach (float special in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            inputs[1][dimension / 2] = special;
            using GuardedBuffer input = GuardedBuffer.OfRows(inputs, shape.ModelStride);
            using var output = new GuardedBuffer(rows * shape.ModelStride);
            kernels.Norm(input.Pointer, rows, norm.Pointer, output.Pointer);

            // An infinite root mean square leaves zeros of all other elements: what multiplies the row next finds the one that is no number.
            bool leavesZeros = shape.Normalization == Normalization.RootMeanSquare && !float.IsNaN(special);
            for (int i = 0; i < dimension; i++)
            {
                float value = output.Span[shape.ModelStride + i];
                Assert.True(leavesZeros && i != dimension / 2 ? value == 0 : float.IsNaN(value), $"{kernels}: element {i} is {value} beside {special}");
            }

            foreach (int row in Enumerable.Range(0, rows).Where(static row => row != 1))
            {
                BitAssert.Equal(expected[row], output.Span.Slice(row * shape.ModelStride, dimension), $"{kernels}: norm of row {row} beside {special}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_norm_of_squares_that_overflow_is_beta_or_zero(string model, InstructionSet instructionSet)
    {
        KernelSet kernels = DeclaredModels.Named(model).KernelsFor(instructionSet);
        ModelDescription shape = kernels.Model;
        int dimension = shape.ModelDimension;
        Assert.SkipWhen(dimension == 1, "One number has no variance.");
        var samples = new Samples(dimension);
        float[] gamma = samples.Normal(dimension), beta = samples.Normal(dimension);
        float[][] large = samples.NormalRows(1, dimension, 1e30f);
        using GuardedBuffer norm = NormWeights(shape, gamma, beta);
        using GuardedBuffer input = GuardedBuffer.OfRows(large, shape.ModelStride);
        using var output = new GuardedBuffer(shape.ModelStride);
        kernels.Norm(input.Pointer, 1, norm.Pointer, output.Pointer);
        float[] expected = Norm(shape, large[0], gamma, beta);
        output.AssertRows([expected], shape.ModelStride, $"{kernels}: norm of numbers around 1e30");
        Assert.Equal(shape.Normalization == Normalization.LayerNorm ? beta : new float[dimension], expected);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_gate_has_the_bits_of_the_scalar_steps(string model, InstructionSet instructionSet)
    {
        KernelSet kernels = DeclaredModels.Named(model).KernelsFor(instructionSet);
        ModelDescription shape = kernels.Model;
        int width = shape.FeedForwardDimension;
        int room = Panels.RoundUp(width);
        if (!shape.GatedFeedForward)
        {
            Assert.Throws<NotSupportedException>(() => kernels.Gate(null, 1, null));
            return;
        }

        // Ordinary numbers, and those where an activation is zero or the identity.
        var samples = new Samples(width);
        float[][] gates = samples.NormalRows(MaxRows, width, 3), values = samples.NormalRows(MaxRows, width);
        gates[1] = samples.Normal(width, 1e-20f);
        gates[2] = samples.Normal(width, 1e10f);
        gates[3] = new float[width];
        values[4] = samples.Normal(width, 1e30f);
        float[][] expected = [.. gates.Zip(values, (gate, value) => ReferenceKernels.Gate(shape.Activation, gate, value))];
        for (int row = 0; row < MaxRows; row++)
        {
            float[] value = values[row];
            double[] exact = [.. gates[row].Select((gate, i) => ReferenceMath.Activate(shape.Activation, gate) * value[i])];
            double tolerance = 4e-7 * value.Max(MathF.Abs) * Math.Max(1, gates[row].Max(MathF.Abs));
            Closeness.AssertClose(exact, expected[row], tolerance, $"{kernels}: gate of row {row} in scalar steps");
        }

        float[][] inputs = [.. gates.Zip(values, (gate, value) => (float[])[.. gate, .. new float[room - width], .. value])];
        for (int rows = 1; rows <= MaxRows; rows++)
        {
            using GuardedBuffer input = GuardedBuffer.OfRows(inputs.AsSpan(0, rows), 2 * room);
            using var output = new GuardedBuffer(rows * shape.FeedForwardStride);
            kernels.Gate(input.Pointer, rows, output.Pointer);
            output.AssertRows(expected.AsSpan(0, rows), shape.FeedForwardStride, $"{kernels}: gate of {rows} rows");
        }
    }

    /// <summary>The norm of a model, in scalar steps.</summary>
    private static float[] Norm(ModelDescription shape, float[] input, float[] gamma, float[] beta) => shape.Normalization == Normalization.LayerNorm
        ? ReferenceKernels.LayerNorm(input, gamma, beta, (float)shape.LayerNormEpsilon)
        : ReferenceKernels.RootMeanSquareNorm(input, gamma, (float)shape.LayerNormEpsilon);

    /// <summary>The weights of a norm as its kernel reads them, without β where it has none.</summary>
    private static GuardedBuffer NormWeights(ModelDescription shape, float[] gamma, float[] beta) =>
        GuardedBuffer.OfRows(shape.Normalization == Normalization.LayerNorm ? [gamma, beta] : [gamma], Panels.RoundUp(gamma.Length));

    private static int ArgMax(KernelSet kernels, float[] logits)
    {
        using GuardedBuffer row = LogitsRow(kernels, logits);
        return kernels.ArgMax(row.Pointer);
    }

    /// <summary>A row as the output projection leaves it: minus infinity after the vocabulary.</summary>
    private static GuardedBuffer LogitsRow(KernelSet kernels, float[] logits)
    {
        var row = new GuardedBuffer(kernels.Model.LogitsStride);
        row.Span.Fill(float.NegativeInfinity);
        logits.CopyTo(row.Span);
        return row;
    }
}
