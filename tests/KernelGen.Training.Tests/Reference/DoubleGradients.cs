using KernelGen.Tests.Reference;

namespace KernelGen.Training.Tests.Reference;

/// <summary>The kernels of training as mathematics, in double precision.</summary>
internal static class DoubleGradients
{
    /// <summary>The gradient of the inputs of a layer normalisation.</summary>
    public static double[] LayerNorm(double[] input, double[] gamma, double[] gradient, double epsilon)
    {
        double mean = input.Average();
        double inverse = 1 / Math.Sqrt(input.Average(x => (x - mean) * (x - mean)) + epsilon);
        double[] normalized = [.. input.Select(x => (x - mean) * inverse)];
        double[] g = [.. gradient.Zip(gamma, static (a, b) => a * b)];
        double meanOfGradient = g.Average();
        double slope = g.Zip(normalized, static (a, b) => a * b).Average();
        return [.. g.Zip(normalized, (a, x) => inverse * (a - meanOfGradient - (x * slope)))];
    }

    /// <summary>The gradient of the inputs of a normalisation by the root mean square.</summary>
    public static double[] RootMeanSquareNorm(double[] input, double[] gamma, double[] gradient, double epsilon)
    {
        double inverse = 1 / Math.Sqrt(input.Average(static x => x * x) + epsilon);
        double[] g = [.. gradient.Zip(gamma, static (a, b) => a * b)];
        double slope = g.Zip(input, (a, x) => a * x * inverse).Average();
        return [.. g.Zip(input, (a, x) => inverse * (a - (x * inverse * slope)))];
    }

    /// <summary>The derivative of the function of a feed-forward block.</summary>
    public static double Activation(Activation activation, double x)
    {
        switch (activation)
        {
            case KernelGen.Activation.Relu:
                return x > 0 ? 1 : 0;
            case KernelGen.Activation.Gelu:
                return ReferenceMath.NormalDistribution(x) + (x * Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI));
            case KernelGen.Activation.GeluTanh:
                double tanh = Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)));
                return ((1 + tanh) / 2) + (x / 2 * (1 - (tanh * tanh)) * Math.Sqrt(2 / Math.PI) * (1 + (3 * 0.044715 * x * x)));
            case KernelGen.Activation.Silu:
                double sigmoid = 1 / (1 + Math.Exp(-x));
                return sigmoid * (1 + (x * (1 - sigmoid)));
            case KernelGen.Activation.Tanh:
                return 1 / (Math.Cosh(x) * Math.Cosh(x));
            default:
                throw new ArgumentOutOfRangeException(nameof(activation));
        }
    }

    /// <summary><c>softmax(scale · scores)</c>.</summary>
    public static double[] Softmax(double[] scores, double scale)
    {
        double maximum = scores.Max();
        double[] powers = [.. scores.Select(score => Math.Exp((score - maximum) * scale))];
        return [.. powers.Select(power => power / powers.Sum())];
    }

    /// <summary>The gradient of a softmax's scores.</summary>
    public static double[] Softmax(double[] probabilities, double[] gradient, double scale)
    {
        double mean = probabilities.Zip(gradient, static (p, g) => p * g).Sum();
        return [.. probabilities.Zip(gradient, (p, g) => p * (g - mean) * scale)];
    }

    /// <summary>The smoothed cross-entropy of a row of logits.</summary>
    public static double CrossEntropy(double[] logits, int target, double smoothing)
    {
        double logSum = logits.Max() + Math.Log(logits.Sum(logit => Math.Exp(logit - logits.Max())));
        double loss = (1 - smoothing) * (logSum - logits[target]);
        return smoothing == 0 ? loss : loss + (smoothing * (logSum - logits.Average()));
    }

    /// <summary>The gradient of its logits.</summary>
    public static double[] CrossEntropyGradient(double[] logits, int target, double smoothing) =>
        [.. Softmax(logits, 1).Select((p, i) => p - (smoothing / logits.Length) - (i == target ? 1 - smoothing : 0))];
}
