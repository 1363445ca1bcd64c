using KernelGen.Layout;

namespace KernelGen.Generator.Emission.Int8Formats;

/// <summary>16-bit numbers times 16-bit numbers, a group of two at once (<see cref="Int8Layout.Words"/>).</summary>
internal sealed class WordFormat : Int8Format
{
    public override Int8Layout Plan => Int8Layout.Words;

    public override string Weights => "Shorts_";

    public override IReadOnlyList<string> Summary => [$"Quantises rows: q = round(x / scale), ties to even, the scale being max |x| / {Plan.LargestInput}."];

    public override void EmitBeforeRows(SourceWriter writer)
    {
        writer.Write($"// The sum of more than {Plan.MaxInputs} products must fit in 32 bits too.");
        writer.Write($"float largest = width > {Plan.MaxInputs} ? {Plan.MaxInputs * Plan.LargestInput} / width : {Plan.LargestInput};");
    }

    public override string Scale(KernelContext context) => "highest / largest";

    public override void EmitNarrow(SourceWriter writer, KernelContext context) => context.Instructions.EmitStoreAsWords(writer);

    public override string InitialSum(KernelContext context, string place) => $"{context.Integers}.Zero";

    public override string Weight(KernelContext context, string place) => context.Instructions.WidenToInt16(place);

    public override IReadOnlyList<string> Inputs(int row) => [$"input{row}"];

    public override string ProductArguments(KernelContext context, string weight, int row) => $"{weight}, input{row}";

    public override (string Parameters, string Sum) Product(KernelContext context) =>
        ($"Shorts_ weight, {context.Integers} input", $"{context.Instructions.MultiplyAddAdjacent}(weight, {context.Simd}.AsInt16(input))");

    public override string Addition(KernelContext context) => $"TPrecision.AddProducts(sum, weight, {context.Simd}.AsInt16(input))";
}
