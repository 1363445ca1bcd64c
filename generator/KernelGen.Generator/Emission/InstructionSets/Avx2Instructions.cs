using KernelGen.Generator.Planning;

namespace KernelGen.Generator.Emission.InstructionSets;

/// <summary>AVX2 with fused multiply-add: two vectors hold a panel.</summary>
internal sealed class Avx2Instructions : VectorInstructions
{
    private const string X86 = "global::System.Runtime.Intrinsics.X86";

    public override VectorSet Vectors => VectorSet.Avx2;

    public override string Int8Variant => "AvxVnni";

    public override string Vector => "Vector256";

    public override string Guard => $"{X86}.Avx2.IsSupported && {X86}.Fma.IsSupported";

    public override string FusedMultiplyAdd => "Simd_.FusedMultiplyAdd";

    public override string MultiplyAddAdjacent => "Avx2_.MultiplyAddAdjacent";

    public override bool SumsBytesIn16Bits => true;

    public override string WidenToInt32(string place) => $"Avx2_.ConvertToVector256Int32({KernelContext.Cast("ushort", place)})";

    public override string WidenToInt16(string place) => $"Avx2_.ConvertToVector256Int16({KernelContext.Cast("sbyte", place)})";

    public override string EmitNarrowToBytes(SourceWriter writer)
    {
        writer.Write("Shorts_ narrow0 = Simd_.Narrow(whole0, whole1);");
        return "Simd128_.Narrow(Simd_.GetLower(narrow0), Simd_.GetUpper(narrow0))";
    }

    public override void EmitStoreAsWords(SourceWriter writer) => writer.Write("*(Shorts_*)(output + (2 * i)) = Simd_.Narrow(whole0, whole1);");

    public override void EmitQuarter(SourceWriter writer, Func<string, string, string, string> combine)
    {
        writer.Write($"Floats256_ half = {combine("Simd256_", "lanes0", "lanes1")};");
        writer.Write($"Floats128_ quarter = {combine("Simd128_", "Simd256_.GetLower(half)", "Simd256_.GetUpper(half)")};");
    }
}
