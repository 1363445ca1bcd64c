using KernelGen.Generator.Planning;

namespace KernelGen.Generator.Emission.InstructionSets;

/// <summary>Vectors of 128 bits, which every CPU has: four of them hold a panel. What some CPUs have no instruction for is in the runtime.</summary>
internal sealed class PortableInstructions : VectorInstructions
{
    public override VectorSet Vectors => VectorSet.Portable;

    public override string Vector => "Vector128";

    public override string Guard => "true";

    public override string FusedMultiplyAdd => "Exact_.FusedMultiplyAdd";

    public override string FusedMultiplyAddLane => "Exact_.FusedMultiplyAddLane";

    public override string MultiplyAddAdjacent => "Exact_.MultiplyAddAdjacent";

    public override bool SumsBytesIn16Bits => false;

    public override DotProductInstructions DotProducts { get; } = new("Exact_.HasDotProducts", "Exact_.AddDotProducts");

    public override string WidenToInt32(string place) => $"Simd_.AsInt32(Simd_.WidenLower(Simd_.AsUInt16(Simd_.CreateScalarUnsafe({KernelContext.At("double", place)}))))";

    public override string WidenToInt16(string place) => $"Simd_.WidenLower(Simd_.AsSByte(Simd_.CreateScalarUnsafe({KernelContext.At("double", place)})))";

    public override string EmitNarrowToBytes(SourceWriter writer)
    {
        writer.Write("Shorts_ narrow0 = Simd_.Narrow(whole0, whole1);");
        writer.Write("Shorts_ narrow2 = Simd_.Narrow(whole2, whole3);");
        return "Simd128_.Narrow(narrow0, narrow2)";
    }

    public override void EmitStoreAsWords(SourceWriter writer)
    {
        writer.Write("*(Shorts_*)(output + (2 * i)) = Simd_.Narrow(whole0, whole1);");
        writer.Write("*(Shorts_*)(output + (2 * i) + 16) = Simd_.Narrow(whole2, whole3);");
    }

    public override void EmitQuarter(SourceWriter writer, Func<string, string, string, string> combine)
    {
        writer.Write($"Floats128_ half0 = {combine("Simd128_", "lanes0", "lanes2")}, half1 = {combine("Simd128_", "lanes1", "lanes3")};");
        writer.Write($"Floats128_ quarter = {combine("Simd128_", "half0", "half1")};");
    }
}
