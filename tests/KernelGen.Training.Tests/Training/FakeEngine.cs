using KernelGen.Numerics;

namespace KernelGen.Training.Tests.Training;

/// <summary>
/// Stands for what computes gradients: losses and gradients are functions of the weights, of the batch and of the key of dropout, so that anything that is forgotten or done twice changes
/// all that follows.
/// </summary>
internal sealed unsafe class FakeEngine : TrainingEngine
{
    private readonly TrainingParameters _parameters;
    private readonly long[] _places;

    public FakeEngine(TrainingParameters parameters)
    {
        _parameters = parameters;
        float[] marks = new float[parameters.Length];
        fixed (float* block = marks)
        {
            foreach (TensorPlace part in parameters.Tensors.SelectMany(static tensor => tensor.Parts))
            {
                float[] ones = [.. Enumerable.Repeat(1f, part.Columns)];
                for (int row = 0; row < part.Rows; row++)
                {
                    part.SetRow(block, row, ones);
                }
            }
        }

        _places = [.. Enumerable.Range(0, marks.Length).Where(i => marks[i] == 1).Select(static i => (long)i)];
    }

    /// <summary>Called with each batch before anything is computed.</summary>
    public Action<PairBatch, TrainingPass>? OnBatch { get; set; }

    /// <summary>Called with the gradients of each batch.</summary>
    public Action<TrainingParameters>? OnGradients { get; set; }

    /// <summary>What is returned instead of the loss.</summary>
    public Func<double, double>? Loss { get; set; }

    /// <summary>What evaluations say, instead of a function of the weights.</summary>
    public Func<double>? EvaluatedLoss { get; set; }

    public bool IsDisposed { get; private set; }

    internal override double Accumulate(PairBatch batch, in TrainingPass pass)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        OnBatch?.Invoke(batch, pass);
        ulong hash = Hash(batch) ^ pass.Dropout.Key;
        foreach (long place in _places)
        {
            uint noise = (uint)(((ulong)place * 0x9E3779B97F4A7C15) ^ hash) * 2654435761;
            float gradient = ((_parameters.WeightBlock[place] * 0.1f) + ((int)noise * 1e-10f)) * batch.Labels.Length * pass.GradientScale;
            _parameters.GradientBlock[place] = pass.Accumulates ? _parameters.GradientBlock[place] + gradient : gradient;
        }

        OnGradients?.Invoke(_parameters);
        double loss = batch.Labels.Length * (1 + ((hash % 1000) * 1e-3) + _parameters.WeightBlock[_places[0]]);
        return Loss?.Invoke(loss) ?? loss;
    }

    internal override (double Loss, int Right) Evaluate(PairBatch batch, float smoothing)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        double loss = EvaluatedLoss?.Invoke() ?? Math.Abs(_parameters.WeightBlock[_places[0]]) + (_parameters.WeightBlock[_places[^1]] * 0.5);
        return (batch.Labels.Length * loss, batch.Pairs);
    }

    public override void Dispose() => IsDisposed = true;

    private static ulong Hash(PairBatch batch)
    {
        uint state = Crc32C.Initial;
        state = Crc32C.Append(state, System.Runtime.InteropServices.MemoryMarshal.AsBytes(batch.SourceTokens));
        state = Crc32C.Append(state, System.Runtime.InteropServices.MemoryMarshal.AsBytes(batch.TargetTokens));
        state = Crc32C.Append(state, System.Runtime.InteropServices.MemoryMarshal.AsBytes(batch.Labels));
        state = Crc32C.Append(state, System.Runtime.InteropServices.MemoryMarshal.AsBytes(batch.SourceLengths));
        return Crc32C.Append(state, System.Runtime.InteropServices.MemoryMarshal.AsBytes(batch.TargetLengths));
    }
}
