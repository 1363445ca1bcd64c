using System.Numerics;
using System.Runtime.CompilerServices;

namespace KernelGen.Training;

/// <summary>
/// Gradient descent with momentum, as <c>torch.optim.SGD</c>: <c>m = momentum·m + g</c> with g the gradient, and a weight loses <c>rate · m</c>.
/// </summary>
public sealed unsafe record Sgd : Optimizer
{
    /// <summary>How much of the step before goes on: 0.9 by default, from 0, without any memory, to below 1.</summary>
    public double Momentum { get; init; } = 0.9;

    internal override int MomentCount => Momentum == 0 ? 0 : 1;

    internal override IEnumerable<(string Name, string Value)> Fields => [(nameof(Optimizer), nameof(Sgd)), (nameof(Momentum), OptionText.Of(Momentum))];

    internal override void Check() => CheckKept(nameof(Momentum), Momentum);

    internal override UpdateNumbers NumbersOf(long step, double learningRate) => new() { KeptMean = (float)Momentum, Rate = (float)learningRate };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Update(in UpdateNumbers numbers, in UpdatedWeights updated)
    {
        float* weights = updated.Weights, gradients = updated.Gradients, means = updated.Means;
        bool hasMomentum = means != null;
        Vector<float> gradientScale = new(numbers.GradientScale), kept = new(numbers.KeptMean), rate = new(numbers.Rate);
        int i = 0;
        for (; i <= updated.Count - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> direction = Vector.Load(gradients + i) * gradientScale;
            if (hasMomentum)
            {
                direction += Vector.Load(means + i) * kept;
                direction.Store(means + i);
            }

            (Vector.Load(weights + i) - (direction * rate)).Store(weights + i);
        }

        for (; i < updated.Count; i++)
        {
            float direction = gradients[i] * numbers.GradientScale;
            if (hasMomentum)
            {
                direction += means[i] * numbers.KeptMean;
                means[i] = direction;
            }

            weights[i] -= direction * numbers.Rate;
        }
    }
}
