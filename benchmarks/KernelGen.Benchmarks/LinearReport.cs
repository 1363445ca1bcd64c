using System.Runtime.InteropServices;
using KernelGen.Execution;

namespace KernelGen.Benchmarks;

/// <summary>Linear kernels against the fused multiply-adds that a register-only loop reaches in the same run.</summary>
internal static unsafe class LinearReport
{
    private delegate void Linear(float* input, int rows, float* weights, float* output);

    private delegate void LinearWithResidual(float* input, int rows, float* weights, float* residual, float* output);

    public static void Print()
    {
        foreach (InstructionSet instructionSet in Enum.GetValues<InstructionSet>().Reverse().Where(InstructionSets.IsSupported))
        {
            switch (instructionSet)
            {
                case InstructionSet.Avx512:
                    Print<Narrow.Avx512Kernels, ZhEn.Avx512Kernels, Base.Avx512Kernels>();
                    break;
                case InstructionSet.Avx2:
                    Print<Narrow.Avx2Kernels, ZhEn.Avx2Kernels, Base.Avx2Kernels>();
                    break;
                default:
                    Print<Narrow.PortableKernels, ZhEn.PortableKernels, Base.PortableKernels>();
                    break;
            }
        }
    }

    private static void Print<TNarrow, TZhEn, TBase>()
        where TNarrow : struct, IModelKernels
        where TZhEn : struct, IModelKernels
        where TBase : struct, IModelKernels
    {
        double peak = FmaPeak.Measure();
        Console.WriteLine($"Linear kernels, {TBase.InstructionSet}, one thread; register-only peak in the same run: {peak:F1} GFLOP/s");
        foreach (int rows in new[] { 1, 24, 64 })
        {
            Print("128 -> 1024, ReLU", 128, 1024, rows, peak, TNarrow.FeedForwardExpand);
            Print("256 -> 768", 256, 768, rows, peak, TZhEn.QueryKeyValue);
            Print("512 -> 2048, ReLU", 512, 2048, rows, peak, TBase.FeedForwardExpand);
            Print("2048 -> 512, + residual", 2048, 512, rows, peak, TBase.FeedForwardContract);
        }
    }

    private static void Print(string name, int inputs, int outputs, int rows, double peak, Linear kernel) =>
        Print(name, inputs, outputs, rows, peak, (input, rows, weights, _, output) => kernel(input, rows, weights, output));

    private static void Print(string name, int inputs, int outputs, int rows, double peak, LinearWithResidual kernel)
    {
        // The strides of these shapes are at most 16 floats wider than the rows.
        float* input = Random(rows * (inputs + 16));
        float* weights = Random((inputs + 1) * outputs);
        float* residual = Random(rows * (outputs + 16));
        float* output = Random(rows * (outputs + 16));
        double seconds = Timing.Measure(() => kernel(input, rows, weights, residual, output)).Minimum;
        double gigaflops = 2.0 * rows * inputs * outputs / seconds / 1e9;
        double gigabytes = sizeof(float) * (double)inputs * outputs / seconds / 1e9;
        Console.WriteLine($"  {rows,3} rows  {name,-24} {gigaflops,7:F1} GFLOP/s = {gigaflops / peak,6:P1} of peak   weights {gigabytes,6:F1} GB/s");
        NativeMemory.AlignedFree(input);
        NativeMemory.AlignedFree(weights);
        NativeMemory.AlignedFree(residual);
        NativeMemory.AlignedFree(output);
    }

    private static float* Random(int floats)
    {
        var random = new Random(floats);
        float* memory = (float*)NativeMemory.AlignedAlloc((nuint)floats * sizeof(float), 64);
        for (int i = 0; i < floats; i++)
        {
            memory[i] = random.NextSingle() - 0.5f;
        }

        return memory;
    }
}
