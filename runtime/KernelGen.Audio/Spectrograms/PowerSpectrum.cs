using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using KernelGen.Numerics;

namespace KernelGen.Audio;

/// <summary>
/// The power |X|² of windows of 400 samples at 201 frequencies, in double precision, of four windows at once: each has a lane, so that its bits are the same on every
/// instruction set and wherever it stands. The real transform of 400 samples is a complex one of 200, whose factors are 4, 5, 5 and 2 (Stockham's order, Cochran
/// et al. 1967), and one pass that takes it apart.
/// </summary>
internal sealed class PowerSpectrum
{
    /// <summary>How many windows are transformed at once.</summary>
    public const int Windows = 4;

    /// <summary>The samples of as many windows.</summary>
    public const int Samples = ((Windows - 1) * Hop) + Length;

    /// <summary>The frequencies: 0, 40 Hz, ... 8 kHz.</summary>
    public const int Frequencies = Half + 1;

    private const int Length = LogMelSpectrogram.WindowLength;
    private const int Hop = LogMelSpectrogram.HopLength;
    private const int Half = Length / 2;

    /// <summary>The window: Hann's, periodic.</summary>
    private static readonly double[] Window = [.. Enumerable.Range(0, Length).Select(static i => 0.5 - (0.5 * Root(i).Real))];

    /// <summary>e^(-2πi · k / 400), the real parts and then the imaginary ones.</summary>
    private static readonly (double Real, double Imaginary)[] Roots = [.. Enumerable.Range(0, Length).Select(Root)];

    // sin and cos of 2π/5 and 4π/5.
    private static readonly double Cosine1 = Roots[Length / 5].Real;
    private static readonly double Cosine2 = Roots[2 * Length / 5].Real;
    private static readonly double Sine1 = -Roots[Length / 5].Imaginary;
    private static readonly double Sine2 = -Roots[2 * Length / 5].Imaginary;

    private readonly Complex[] _first = new Complex[Half];
    private readonly Complex[] _second = new Complex[Half];

    /// <summary>Four complex numbers.</summary>
    private readonly struct Complex(Vector256<double> real, Vector256<double> imaginary)
    {
        public readonly Vector256<double> Real = real;
        public readonly Vector256<double> Imaginary = imaginary;

        public static Complex operator +(in Complex a, in Complex b) => new(a.Real + b.Real, a.Imaginary + b.Imaginary);

        public static Complex operator -(in Complex a, in Complex b) => new(a.Real - b.Real, a.Imaginary - b.Imaginary);

        public static Complex operator *(in Complex a, double b) => new(a.Real * b, a.Imaginary * b);

        public Complex Times((double Real, double Imaginary) root)
        {
            Vector256<double> real = Vector256.Create(root.Real);
            Vector256<double> imaginary = Vector256.Create(root.Imaginary);
            return new((Real * real) - (Imaginary * imaginary), (Real * imaginary) + (Imaginary * real));
        }

        /// <summary>Multiplied by -i.</summary>
        public Complex Turned() => new(Imaginary, -Real);
    }

    /// <summary>Transforms four windows.</summary>
    /// <param name="samples">The samples of the first window, and on to the end of the last: <see cref="Samples"/>.</param>
    /// <param name="powers">Receives the powers, [<see cref="Frequencies"/>, windows].</param>
    public void Compute(ReadOnlySpan<float> samples, Span<Vector256<double>> powers)
    {
        Load(samples[..Samples], _first);
        Transform4(_first, _second);
        Transform5(_second, _first, Half / 4, 4);
        Transform5(_first, _second, Half / 20, 20);
        Transform2(_second, _first);
        TakeApart(_first, powers[..Frequencies]);
    }

    private static (double Real, double Imaginary) Root(int k)
    {
        DeterministicMath.SinCos(2 * Math.PI * k / Length, out double sine, out double cosine);
        return (cosine, -sine);
    }

    /// <summary>Even samples become real parts, odd ones imaginary parts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Load(ReadOnlySpan<float> samples, Span<Complex> numbers)
    {
        ReadOnlySpan<float> first = samples[..Length];
        ReadOnlySpan<float> second = samples.Slice(Hop, Length);
        ReadOnlySpan<float> third = samples.Slice(2 * Hop, Length);
        ReadOnlySpan<float> fourth = samples.Slice(3 * Hop, Length);
        double[] window = Window;
        for (int i = 0; i < numbers.Length; i++)
        {
            int even = 2 * i;
            int odd = even + 1;
            numbers[i] = new(
                Vector256.Create(first[even], second[even], third[even], (double)fourth[even]) * window[even],
                Vector256.Create(first[odd], second[odd], third[odd], (double)fourth[odd]) * window[odd]);
        }
    }

    /// <summary>The first pass: butterflies of four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transform4(Complex[] input, Complex[] output)
    {
        const int Count = Half / 4;
        (double Real, double Imaginary)[] roots = Roots;
        ref Complex from = ref MemoryMarshal.GetArrayDataReference(input);
        ref Complex to = ref MemoryMarshal.GetArrayDataReference(output);
        for (int p = 0; p < Count; p++)
        {
            Complex a = Unsafe.Add(ref from, p);
            Complex b = Unsafe.Add(ref from, p + Count);
            Complex c = Unsafe.Add(ref from, p + (2 * Count));
            Complex d = Unsafe.Add(ref from, p + (3 * Count));
            Complex sum = a + c;
            Complex difference = a - c;
            Complex otherSum = b + d;
            Complex otherDifference = (b - d).Turned();
            int root = p * (Length / Half);
            Unsafe.Add(ref to, 4 * p) = sum + otherSum;
            Unsafe.Add(ref to, (4 * p) + 1) = (difference + otherDifference).Times(roots[root]);
            Unsafe.Add(ref to, (4 * p) + 2) = (sum - otherSum).Times(roots[2 * root]);
            Unsafe.Add(ref to, (4 * p) + 3) = (difference - otherDifference).Times(roots[3 * root]);
        }
    }

    /// <summary>A pass of butterflies of five.</summary>
    /// <param name="input">The numbers.</param>
    /// <param name="output">Receives the numbers.</param>
    /// <param name="length">The length of the transforms that are left.</param>
    /// <param name="stride">How many of them there are.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transform5(Complex[] input, Complex[] output, int length, int stride)
    {
        int count = length / 5;
        (double Real, double Imaginary)[] roots = Roots;
        double cosine1 = Cosine1, cosine2 = Cosine2, sine1 = Sine1, sine2 = Sine2;
        ref Complex from = ref MemoryMarshal.GetArrayDataReference(input);
        ref Complex to = ref MemoryMarshal.GetArrayDataReference(output);
        for (int p = 0; p < count; p++)
        {
            int root = p * (Length / length);
            for (int q = 0; q < stride; q++)
            {
                int place = q + (stride * p);
                Complex a = Unsafe.Add(ref from, place);
                Complex b = Unsafe.Add(ref from, place + (stride * count));
                Complex c = Unsafe.Add(ref from, place + (2 * stride * count));
                Complex d = Unsafe.Add(ref from, place + (3 * stride * count));
                Complex e = Unsafe.Add(ref from, place + (4 * stride * count));
                Complex outerSum = b + e;
                Complex innerSum = c + d;
                Complex outerDifference = b - e;
                Complex innerDifference = c - d;
                Complex even1 = a + (outerSum * cosine1) + (innerSum * cosine2);
                Complex even2 = a + (outerSum * cosine2) + (innerSum * cosine1);
                Complex odd1 = ((outerDifference * sine1) + (innerDifference * sine2)).Turned();
                Complex odd2 = ((outerDifference * sine2) - (innerDifference * sine1)).Turned();
                place = q + (5 * stride * p);
                Unsafe.Add(ref to, place) = a + outerSum + innerSum;
                Unsafe.Add(ref to, place + stride) = (even1 + odd1).Times(roots[root]);
                Unsafe.Add(ref to, place + (2 * stride)) = (even2 + odd2).Times(roots[2 * root]);
                Unsafe.Add(ref to, place + (3 * stride)) = (even2 - odd2).Times(roots[3 * root]);
                Unsafe.Add(ref to, place + (4 * stride)) = (even1 - odd1).Times(roots[4 * root]);
            }
        }
    }

    /// <summary>The last pass: butterflies of two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transform2(Complex[] input, Complex[] output)
    {
        const int Stride = Half / 2;
        ref Complex from = ref MemoryMarshal.GetArrayDataReference(input);
        ref Complex to = ref MemoryMarshal.GetArrayDataReference(output);
        for (int q = 0; q < Stride; q++)
        {
            Complex a = Unsafe.Add(ref from, q);
            Complex b = Unsafe.Add(ref from, q + Stride);
            Unsafe.Add(ref to, q) = a + b;
            Unsafe.Add(ref to, q + Stride) = a - b;
        }
    }

    /// <summary>Z, the transform of even samples + i · odd samples → |X|²: X(k) = E(k) + w · O(k) and X(200 - k) = conjugate of E(k) - w · O(k), w = e^(-2πi · k / 400).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TakeApart(Complex[] numbers, Span<Vector256<double>> powers)
    {
        (double Real, double Imaginary)[] roots = Roots;
        for (int k = 0; k <= Half / 2; k++)
        {
            Complex one = numbers[k];
            Complex other = numbers[k == 0 ? 0 : Half - k];
            Complex even = new Complex(one.Real + other.Real, one.Imaginary - other.Imaginary) * 0.5;
            Complex odd = (new Complex(one.Imaginary + other.Imaginary, other.Real - one.Real) * 0.5).Times(roots[k]);
            Complex low = even + odd;
            Complex high = even - odd;
            powers[k] = (low.Real * low.Real) + (low.Imaginary * low.Imaginary);
            powers[Half - k] = (high.Real * high.Real) + (high.Imaginary * high.Imaginary);
        }
    }
}
