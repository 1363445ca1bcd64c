using KernelGen.Generator.Planning;

namespace KernelGen.Generator.Emission.InstructionSets;

/// <summary>AVX-512: one vector holds a panel, and one instruction narrows it.</summary>
internal sealed class Avx512Instructions : VectorInstructions
{
    private const string X86 = "global::System.Runtime.Intrinsics.X86";

    public override VectorSet Vectors => VectorSet.Avx512;

    public override string Vector => "Vector512";

    public override string Guard =>
        $"global::System.Runtime.Intrinsics.Vector512.IsHardwareAccelerated && {X86}.Avx512F.VL.IsSupported"
        + $" && {X86}.Avx512BW.VL.IsSupported && {X86}.Avx512DQ.VL.IsSupported";

    public override string FusedMultiplyAdd => "Simd_.FusedMultiplyAdd";

    public override string MultiplyAddAdjacent => "Avx512BW_.MultiplyAddAdjacent";

    public override bool SumsBytesIn16Bits => true;

    public override string WidenToInt32(string place) => $"Avx512F_.ConvertToVector512Int32({KernelContext.At("UnsignedShorts256_", place)})";

    public override string WidenToInt16(string place) => $"Avx512BW_.ConvertToVector512Int16({KernelContext.At("SignedBytes256_", place)})";

    public override string EmitNarrowToBytes(SourceWriter writer) => "Avx512F_.ConvertToVector128SByte(whole0)";

    public override void EmitStoreAsWords(SourceWriter writer) =>
        writer.Write("*(Shorts256_*)(output + (2 * i)) = Avx512F_.ConvertToVector256Int16(whole0);");

    public override void EmitQuarter(SourceWriter writer, Func<string, string, string, string> combine)
    {
        writer.Write($"Floats256_ half = {combine("Simd256_", "Simd_.GetLower(lanes0)", "Simd_.GetUpper(lanes0)")};");
        writer.Write($"Floats128_ quarter = {combine("Simd128_", "Simd256_.GetLower(half)", "Simd256_.GetUpper(half)")};");
    }
}
