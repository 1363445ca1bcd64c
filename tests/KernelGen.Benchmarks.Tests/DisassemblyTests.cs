using System.Runtime.Intrinsics.X86;
using KernelGen.Benchmarks.Disassembly;
using KernelGen.Benchmarks.Models;

namespace KernelGen.Benchmarks.Tests;

/// <summary>The kernels as the JIT compiles them, and how its listing is read.</summary>
public sealed class DisassemblyTests
{
    public static TheoryData<string, InstructionSet> Cases => [.. from model in new[] { "base", "zh-en", "g2p", "t5-small" } from set in new[] { InstructionSet.Avx512, InstructionSet.Avx2 } select (model, set)];

    /// <summary>
    /// Tiles are the loops that run for each product. Nothing in them touches the stack, but for one: the tall tile of 8-bit products for AVX2 keeps one of its
    /// eight sums there, which costs less than to be a row lower.
    /// </summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Loops_hold_everything_in_registers_and_check_nothing(string name, InstructionSet instructionSet)
    {
        Assert.SkipUnless(X86Base.X64.IsSupported, "Only listings of x64 code can be read.");
        Assert.SkipUnless(InstructionSets.IsSupported(instructionSet), $"This process cannot use {instructionSet}.");
        string folder = Directory.CreateTempSubdirectory("kernelgen-").FullName;
        try
        {
            ModelCase model = ModelCase.All.Single(model => model.Name == name);
            CompiledMethod[] methods = [.. JitListing
                .Create(model, instructionSet, Path.Combine(folder, "listing.txt"))
                .Where(static method => !method.Name.StartsWith("get_", StringComparison.Ordinal))];
            Assert.All(methods, static method => Assert.True(method.IsOptimized, $"{method.Name} is not optimised."));
            Assert.All(methods, static method => Assert.Equal(0, method.RangeChecks));

            CompiledMethod[] tiles = [.. methods.Where(static method => method.Name.Contains("Of", StringComparison.Ordinal) && method.Name.Contains("By", StringComparison.Ordinal))];
            string[] families = ["Tile", "Int8", "Scores", "WeightedSum"];
            foreach (string family in model.Description is { ScreensOutput: true, QuantizedInputBits: 8 } ? [.. families, "UpperBits"] : families)
            {
                Assert.Contains(tiles, method => method.Name.StartsWith(family, StringComparison.Ordinal));
            }

            foreach (CompiledMethod tile in tiles)
            {
                int onStack = instructionSet == InstructionSet.Avx2 && tile.Name is "Int8Of4By16" or "Int8ScaledBytesOf4By16" ? 1 : 0;
                InnerLoop loop = Assert.Single(tile.InnerLoops);
                Assert.True(
                    loop.StackReads <= onStack && loop.StackWrites <= onStack && loop.Calls == 0,
                    $"{tile.Name}<{string.Join(", ", tile.TypeArguments)}>: {loop.StackReads} reads and {loop.StackWrites} writes of the stack, {loop.Calls} calls.");
            }

            // Exponentials have so many constants that AVX2's registers do not hold all; what is computed stays in registers.
            string[] rows = ["Norm", "Quantize", "Exponentials", "SumOfExponentials", "DivideBySum", "ArgMax", "Embed"];
            foreach (string row in rows)
            {
                CompiledMethod method = Assert.Single(methods, method => method.Name == row);
                Assert.NotEmpty(method.InnerLoops);
                Assert.All(method.InnerLoops, loop => Assert.True(loop.StackWrites == 0 && loop.Calls == 0, $"{row}: {loop}"));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Spills_calls_and_checks_are_found_in_a_listing()
    {
        string[] listing =
        [
            "; Assembly listing for method A.B+Kernels:Sum[A.B+Last,A.Float32Weights](ptr,int):float (FullOpts)",
            "; rbp based frame",
            "G_M000_IG01:                ;; offset=0x0000",
            "       push     rbp",
            "       vmovups  ymmword ptr [rbp-0x30], ymm0",
            "G_M000_IG02:                ;; offset=0x0004",
            "       xor      ecx, ecx",
            "       align    [0 bytes for IG03]",
            "G_M000_IG03:                ;; offset=0x0008",
            "       vaddps   ymm1, ymm1, ymmword ptr [rbp-0x30]",
            "       vmovups  ymmword ptr [rbp-0x50], ymm1",
            "       mov      rax, qword ptr [rsp+0x08]",
            "       call     [A.B:Add(ptr)]",
            "       cmp      ecx, eax",
            "       jae      SHORT G_M000_IG05",
            "       jl       SHORT G_M000_IG03",
            "G_M000_IG04:                ;; offset=0x0020",
            "       dec      edx",
            "       jne      G_M000_IG02",
            "       ret      ",
            "G_M000_IG05:                ;; offset=0x0030",
            "       call     CORINFO_HELP_RNGCHKFAIL",
            "; Assembly listing for method A.B+Kernels:None() (Tier0)",
            "G_M001_IG01:                ;; offset=0x0000",
            "       ret      ",
        ];
        IReadOnlyList<CompiledMethod> methods = CompiledMethod.ReadAll(listing);
        Assert.Equal(2, methods.Count);
        Assert.Equal(("A.B+Kernels", "Sum", true, 1), (methods[0].Type, methods[0].Name, methods[0].IsOptimized, methods[0].RangeChecks));
        Assert.Equal(["Last", "Float32Weights"], methods[0].TypeArguments);
        Assert.Equal(new InnerLoop("G_M000_IG03", 7, 2, 1, 1), Assert.Single(methods[0].InnerLoops));
        Assert.Equal(("None", false, 0), (methods[1].Name, methods[1].IsOptimized, methods[1].InnerLoops.Count));

        // Without a frame, rbp is a register like others.
        listing[1] = "; rsp based frame";
        Assert.Equal(new InnerLoop("G_M000_IG03", 7, 1, 0, 1), Assert.Single(CompiledMethod.ReadAll(listing)[0].InnerLoops));
    }

    [Theory]
    [InlineData("; Assembly listing for method nothing", "G_M000_IG01:")]
    [InlineData("; Assembly listing for method A:B() (FullOpts)", "       jl       SHORT G_M000_IG03")]
    public void A_listing_that_is_not_understood_is_refused(string heading, string line) =>
        Assert.Throws<FormatException>(() => CompiledMethod.ReadAll([heading, line]));
}
