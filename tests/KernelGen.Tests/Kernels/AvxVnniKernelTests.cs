using System.Diagnostics.CodeAnalysis;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using KernelGen.Execution;
using KernelGen.Packing;
using KernelGen.Tests.Declarations;
using KernelGen.Tests.Goldens;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.Kernels;

/// <summary>
/// The kernels for AVX-VNNI with its instructions in software, so that they are tested on CPUs without it. On CPUs that have it, all other tests run with the
/// instructions themselves.
/// </summary>
public sealed class AvxVnniKernelTests
{
    /// <summary>Widths that fill panels and steps and widths that do not, each format of 8-bit weights, each activation; one or both panels of a group.</summary>
    public static TheoryData<string> Models =>
        [nameof(GoldenVanillaPreNorm), nameof(HeadsOf4), nameof(HeadsOf11), nameof(HeadsOf72), nameof(OddScreened), nameof(OneMoreThanAPanel), nameof(WideGated), nameof(WideOdd), nameof(WideOddGated)];

    public static TheoryData<string> Goldens => Golden.Names;

    [Theory]
    [MemberData(nameof(Models))]
    public void Linear_layers_are_the_scalar_product(string name)
    {
        KernelSet kernels = Emulated(name);
        foreach (LinearKernel kernel in Enum.GetValues<LinearKernel>())
        {
            foreach (WeightPrecision precision in LinearShape.Of(kernel, kernels.Model).Precisions.Where(LayoutFacts.IsQuantizedWith))
            {
                LinearKernelTests.CheckRows(kernels, kernel, precision);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Goldens))]
    public void Whole_models_have_the_bits_of_the_portable_ones(string name)
    {
        Golden golden = Golden.Named(name);
        using EncoderDecoder portable = Load(golden, golden.Model.KernelsFor(InstructionSet.Portable));
        using EncoderDecoder emulated = Load(golden, Emulated(golden.Model));
        Assert.Equal(InstructionSet.AvxVnni, emulated.InstructionSet);
        for (int i = 0; i < golden.Sources.Length; i++)
        {
            BitAssert.Equal(portable.Encode(golden.Sources[i]), emulated.Encode(golden.Sources[i]), $"{name}: memory {i}");
            BitAssert.Equal(portable.Logits(golden.Sources[i], golden.TargetPrefixes[i]), emulated.Logits(golden.Sources[i], golden.TargetPrefixes[i]), $"{name}: logits {i}");
        }

        // All at once, so that tall tiles have their turn, and by screening where the model has it.
        var options = new GenerationOptions { MaxLength = golden.MaxNewTokens };
        GenerationResult[] expected = portable.Generate(golden.Sources, options), actual = emulated.Generate(golden.Sources, options);
        for (int i = 0; i < expected.Length; i++)
        {
            ResultAssert.Same(expected[i], actual[i], $"{name}: source {i}");
        }
    }

    /// <summary>Sums that pass the largest integer go on with the smallest, and nothing saturates before: what the software does, and the instructions where they are.</summary>
    [Fact]
    public void Products_are_added_modulo_2_to_the_32()
    {
        var random = new Random(7);
        byte[] bytes = new byte[32];
        sbyte[] signed = new sbyte[32];
        short[] words = new short[16], others = new short[16];
        int[] sums = new int[8];
        for (int repeat = 0; repeat < 2000; repeat++)
        {
            bool isExtreme = repeat % 2 == 0;
            for (int i = 0; i < 32; i++)
            {
                bytes[i] = (byte)(isExtreme ? 255 * random.Next(2) : random.Next(256));
                signed[i] = (sbyte)(isExtreme ? (random.Next(2) == 0 ? -128 : 127) : random.Next(-128, 128));
            }

            for (int i = 0; i < 16; i++)
            {
                words[i] = (short)(isExtreme ? (random.Next(2) == 0 ? short.MinValue : short.MaxValue) : random.Next(short.MinValue, short.MaxValue + 1));
                others[i] = (short)(isExtreme ? (random.Next(2) == 0 ? short.MinValue : short.MaxValue) : random.Next(short.MinValue, short.MaxValue + 1));
            }

            for (int i = 0; i < 8; i++)
            {
                sums[i] = isExtreme ? (random.Next(2) == 0 ? int.MinValue : int.MaxValue) : random.Next(int.MinValue, int.MaxValue);
            }

            int[] ofBytes = new int[8], ofWords = new int[8];
            for (int lane = 0; lane < 8; lane++)
            {
                ofBytes[lane] = unchecked(sums[lane] + Enumerable.Range(4 * lane, 4).Sum(i => bytes[i] * signed[i]));
                ofWords[lane] = unchecked(sums[lane] + (words[2 * lane] * others[2 * lane]) + (words[(2 * lane) + 1] * others[(2 * lane) + 1]));
            }

            Check<EmulatedAvxVnniWeights>();
            if (AvxVnni.IsSupported)
            {
                Check<AvxVnniWeights>();
            }

            void Check<TWeights>()
                where TWeights : struct, IWeightPrecision
            {
                Assert.Equal(Vector256.Create(ofBytes), TWeights.AddProducts(Vector256.Create(sums), Vector256.Create(bytes), Vector256.Create(signed)));
                Assert.Equal(Vector256.Create(ofWords), TWeights.AddProducts(Vector256.Create(sums), Vector256.Create(words), Vector256.Create(others)));
            }
        }
    }

    private static KernelSet Emulated(string name) => Emulated(DeclaredModels.Named(name));

    private static KernelSet Emulated(DeclaredModel model)
    {
        Assert.SkipUnless(model.EmulatedAvxVnni.IsSupported, "This process cannot use AVX2, whose kernels these are.");
        return model.EmulatedAvxVnni;
    }

    private static EngineModel Load(Golden golden, KernelSet kernels) => new(ModelLoader.Load(
        golden.ModelPath,
        golden.Model.Description,
        new ModelLoadOptions { InstructionSet = InstructionSet.Portable, Precision = WeightPrecision.Int8 },
        (packed, _) => kernels.CreateEngine(packed)));

    /// <summary>A model that runs with any kernels.</summary>
    private sealed class EngineModel : EncoderDecoder
    {
        [SetsRequiredMembers]
        public EngineModel(Engine engine)
            : base(engine)
        {
        }
    }
}
