namespace KernelGen.Benchmarks.Peers;

/// <summary>A matrix <c>[outputs, inputs]</c> in symmetric int8: one scale for each block of inputs of each output.</summary>
internal sealed class Int8Weights
{
    private const float Largest = 127;
    private readonly int _inputs;

    /// <summary>Quantises a matrix.</summary>
    /// <param name="weights"><c>[outputs, inputs]</c>, row by row.</param>
    /// <param name="inputs">The length of a row.</param>
    /// <param name="block">The inputs that share a scale; divides <paramref name="inputs"/>.</param>
    public Int8Weights(ReadOnlySpan<float> weights, int inputs, int block)
    {
        _inputs = inputs;
        Scales = new float[weights.Length / block];
        Values = new sbyte[weights.Length];
        for (int i = 0; i < Scales.Length; i++)
        {
            ReadOnlySpan<float> values = weights.Slice(i * block, block);
            float scale = 0;
            foreach (float value in values)
            {
                scale = Math.Max(scale, Math.Abs(value) / Largest);
            }

            Scales[i] = scale;
            for (int j = 0; j < block; j++)
            {
                Values[(i * block) + j] = scale == 0 ? (sbyte)0 : (sbyte)MathF.Round(values[j] / scale);
            }
        }
    }

    /// <summary><c>[outputs, blocks]</c>.</summary>
    public float[] Scales { get; }

    /// <summary><c>[outputs, inputs]</c>, from -127 to 127.</summary>
    public sbyte[] Values { get; }

    /// <summary>The values as <c>[inputs, outputs]</c>.</summary>
    public sbyte[] Transposed()
    {
        sbyte[] result = new sbyte[Values.Length];
        int outputs = Values.Length / _inputs;
        for (int output = 0; output < outputs; output++)
        {
            for (int input = 0; input < _inputs; input++)
            {
                result[(input * outputs) + output] = Values[(output * _inputs) + input];
            }
        }

        return result;
    }

    /// <summary>The values with the zero point 128.</summary>
    public byte[] Unsigned() => Array.ConvertAll(Values, static value => (byte)(value + 128));
}
