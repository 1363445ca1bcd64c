using System.Runtime.CompilerServices;

namespace KernelGen.Numerics;

/// <summary>
/// Elementary functions in double precision that have the same bits on every platform: made of nothing but +, -, ·, / and bits, each
/// rounded as IEEE 754 says. <see cref="Math"/> asks the platform's C library, and those differ in the last bits.
/// </summary>
/// <remarks>The polynomials and reductions are those of fdlibm (Sun Microsystems, 1993); results are within 1 unit in the last place.</remarks>
internal static class DeterministicMath
{
    /// <summary>The largest magnitude that <see cref="SinCos"/> takes: up to it, the reduction is exact enough.</summary>
    public const double LargestAngle = 1 << 20;

    private const int MantissaBits = 52;
    private const int ExponentBias = 1023;
    private const double MantissaScale = 1L << MantissaBits;
    private const double SmallestNormal = 2.2250738585072014e-308;

    private const double Ln2High = 6.93147180369123816490e-01;
    private const double Ln2Low = 1.90821492927058770002e-10;
    private const double InverseLn2 = 1.44269504088896338700;

    // ln(10000) in two parts.
    private const double Ln10000 = 9.210340371976184;
    private const double Ln10000Low = -8.683024893528997e-16;

    // π/2 in parts of 33 bits, so that their products with a small whole number are exact, and what is left.
    private const double InverseHalfPi = 6.36619772367581382433e-01;
    private const double HalfPi1 = 1.57079632673412561417;
    private const double HalfPi2 = 6.07710050630396597660e-11;
    private const double HalfPi3 = 2.02226624879595063154e-21;

    // 1.5 · 2⁵²: adding and subtracting it rounds to a whole number.
    private const double RoundingConstant = 6755399441055744.0;

    /// <summary>The natural logarithm.</summary>
    public static double Log(double x)
    {
        if (!(x > 0) || double.IsPositiveInfinity(x))
        {
            return x == 0 ? double.NegativeInfinity : x > 0 ? x : double.NaN;
        }

        // x = 2^k · (1 + f), with 1 + f from √½ to √2.
        int k = 0;
        if (x < SmallestNormal)
        {
            x *= MantissaScale;
            k = -MantissaBits;
        }

        ulong bits = BitConverter.DoubleToUInt64Bits(x) + (0x3FF0_0000_0000_0000 - 0x3FE6_A09E_667F_3BCD);
        k += (int)(bits >> MantissaBits) - ExponentBias;
        double f = BitConverter.UInt64BitsToDouble((bits & 0x000F_FFFF_FFFF_FFFF) + 0x3FE6_A09E_667F_3BCD) - 1.0;

        // ln(1 + f) = f - f²/2 + s · (f²/2 + R(s²)), s = f / (2 + f)
        double s = f / (2.0 + f);
        double z = s * s;
        double w = z * z;
        double even = w * (3.999999999940941908e-01 + (w * (2.222219843214978396e-01 + (w * 1.531383769920937332e-01))));
        double odd = z * (6.666666666666735130e-01 + (w * (2.857142874366239149e-01 + (w * (1.818357216161805012e-01 + (w * 1.479819860511658591e-01))))));
        double halfSquare = 0.5 * f * f;
        return (k * Ln2High) - ((halfSquare - ((s * (halfSquare + (even + odd))) + (k * Ln2Low))) - f);
    }

    /// <summary>e to the power of x.</summary>
    public static double Exp(double x)
    {
        if (!(x <= 709.782712893383973096))
        {
            return x > 0 ? double.PositiveInfinity : double.NaN;
        }

        if (x < -745.13321910194110842)
        {
            return 0;
        }

        // x = k · ln 2 + r, r within ± ln 2 / 2
        double k = ((x * InverseLn2) + RoundingConstant) - RoundingConstant;
        double high = x - (k * Ln2High);
        double low = k * Ln2Low;
        double r = high - low;
        double z = r * r;
        double c = r - (z * (1.66666666666666019037e-01 + (z * (-2.77777777770155933842e-03 + (z * (6.61375632143793436117e-05
            + (z * (-1.65339022054652515390e-06 + (z * 4.13813679705723846039e-08)))))))));
        double y = 1.0 + (((r * c / (2.0 - c)) - low) + high);

        // In two steps, so that the result may be subnormal and the first factor need not be.
        int power = (int)k;
        int first = power / 2;
        return y * PowerOfTwo(first) * PowerOfTwo(power - first);
    }

    /// <summary><c>10000^(-numerator / denominator)</c>.</summary>
    /// <param name="numerator">At least 0.</param>
    /// <param name="denominator">At least 1, and at least half of the numerator.</param>
    public static double InversePowerOf10000(int numerator, int denominator)
    {
        // The exponent in two parts: what rounding it would lose is felt nine times in the result.
        double quotient = (double)numerator / denominator;
        double rest = numerator - MultiplyExactly(quotient, denominator, out double error);
        double quotientLow = (rest - error) / denominator;
        double high = MultiplyExactly(quotient, Ln10000, out double low);
        low += (quotient * Ln10000Low) + (quotientLow * Ln10000);
        double power = Exp(-high);
        return power - (power * low);
    }

    /// <summary>Sine and cosine of an angle in radians.</summary>
    /// <param name="x">The angle, within ± <see cref="LargestAngle"/>.</param>
    /// <param name="sine">Receives the sine.</param>
    /// <param name="cosine">Receives the cosine.</param>
    /// <exception cref="ArgumentOutOfRangeException">The angle is too large, or no number.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SinCos(double x, out double sine, out double cosine)
    {
        if (!(x >= -LargestAngle && x <= LargestAngle))
        {
            throw new ArgumentOutOfRangeException(nameof(x), x, $"The angle must lie within ±{LargestAngle}.");
        }

        // x = n · π/2 + y, y in two parts. The products with n are exact, and so is the first difference.
        double n = ((x * InverseHalfPi) + RoundingConstant) - RoundingConstant;
        double first = x - (n * HalfPi1);
        double product = n * HalfPi2;
        double second = first - product;
        double lost = (first - second) - product;
        double third = n * HalfPi3;
        lost -= third;
        double y = second + lost;
        double yLow = (second - y) + lost;

        double z = y * y;
        double sineOfY = SinePolynomial(y, z, yLow);
        double cosineOfY = CosinePolynomial(y, z, yLow);
        int quadrant = (int)n & 3;
        sine = (quadrant & 1) == 0 ? sineOfY : cosineOfY;
        cosine = (quadrant & 1) == 0 ? cosineOfY : sineOfY;
        if (quadrant is 2 or 3)
        {
            sine = -sine;
        }

        if (quadrant is 1 or 2)
        {
            cosine = -cosine;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double SinePolynomial(double y, double z, double yLow)
    {
        double r = 8.33333333332248946124e-03 + (z * (-1.98412698298579493134e-04 + (z * (2.75573137070700676789e-06
            + (z * (-2.50507602534068634195e-08 + (z * 1.58969099521155010221e-10)))))));
        double cube = z * y;
        return y - (((z * ((0.5 * yLow) - (cube * r))) - yLow) - (cube * -1.66666666666666324348e-01));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double CosinePolynomial(double y, double z, double yLow)
    {
        double r = z * (4.16666666666666019037e-02 + (z * (-1.38888888888741095749e-03 + (z * (2.48015872894767294178e-05
            + (z * (-2.75573143513906633035e-07 + (z * (2.08757232129817482790e-09 + (z * -1.13596475577881948265e-11))))))))));
        double half = 0.5 * z;
        double w = 1.0 - half;
        return w + (((1.0 - w) - half) + ((z * r) - (y * yLow)));
    }

    /// <summary>The product, rounded, and what rounding lost (Dekker 1971).</summary>
    private static double MultiplyExactly(double a, double b, out double error)
    {
        double aHigh = UpperHalf(a);
        double aLow = a - aHigh;
        double bHigh = UpperHalf(b);
        double bLow = b - bHigh;
        double product = a * b;
        error = (((aHigh * bHigh) - product) + (aHigh * bLow) + (aLow * bHigh)) + (aLow * bLow);
        return product;
    }

    /// <summary>The number without the lower half of its mantissa.</summary>
    private static double UpperHalf(double a) => BitConverter.UInt64BitsToDouble(BitConverter.DoubleToUInt64Bits(a) & ~0x07FF_FFFFul);

    private static double PowerOfTwo(int exponent) => BitConverter.UInt64BitsToDouble((ulong)(exponent + ExponentBias) << MantissaBits);
}
