using System.Numerics;
using System.Runtime.CompilerServices;

namespace KernelGen.Training;

/// <summary>
/// A step of <see cref="Adam"/> and <see cref="AdamW"/>: one pass over weights, gradients and the two means, each read once. Operations round as IEEE 754 says and none is
/// fused, so that vectors of every width and single numbers have the same bits.
/// </summary>
internal static unsafe class AdamUpdate
{
    /// <summary>Changes weights and means.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(in UpdateNumbers numbers, in UpdatedWeights updated)
    {
        float* weights = updated.Weights, gradients = updated.Gradients, means = updated.Means, squares = updated.Squares;
        int count = updated.Count;
        Vector<float> gradientScale = new(numbers.GradientScale), keptMean = new(numbers.KeptMean), takenMean = new(numbers.TakenMean);
        Vector<float> keptSquare = new(numbers.KeptSquare), takenSquare = new(numbers.TakenSquare);
        Vector<float> rootScale = new(numbers.RootScale), epsilon = new(numbers.Epsilon), rate = new(numbers.Rate);

        // A weight times 1 has its bits; minus infinity, which forbids a token, among them.
        float decayOfOne = updated.Decays ? numbers.Decay : 1;
        Vector<float> decay = new(decayOfOne);
        int i = 0;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> gradient = Vector.Load(gradients + i) * gradientScale;
            Vector<float> mean = (Vector.Load(means + i) * keptMean) + (gradient * takenMean);
            Vector<float> square = (Vector.Load(squares + i) * keptSquare) + (gradient * gradient * takenSquare);
            mean.Store(means + i);
            square.Store(squares + i);
            Vector<float> direction = mean / ((Vector.SquareRoot(square) * rootScale) + epsilon);
            ((Vector.Load(weights + i) * decay) - (direction * rate)).Store(weights + i);
        }

        for (; i < count; i++)
        {
            float gradient = gradients[i] * numbers.GradientScale;
            float mean = (means[i] * numbers.KeptMean) + (gradient * numbers.TakenMean);
            float square = (squares[i] * numbers.KeptSquare) + (gradient * gradient * numbers.TakenSquare);
            means[i] = mean;
            squares[i] = square;
            float direction = mean / ((MathF.Sqrt(square) * numbers.RootScale) + numbers.Epsilon);
            weights[i] = (weights[i] * decayOfOne) - (direction * numbers.Rate);
        }
    }
}
