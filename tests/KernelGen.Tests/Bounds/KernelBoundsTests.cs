using System.Reflection;
using KernelGen.Execution;
using KernelGen.Packing;
using KernelGen.Tests.Declarations;
using KernelGen.Tests.Kernels;
using KernelGen.Tests.Packing;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.Bounds;

/// <summary>
/// No kernel reads or writes a byte outside its buffers: where it does, the process ends with the stack of the kernel on standard error, and the case stands
/// in the file <see cref="CaseName"/> beside the tests.
/// </summary>
public sealed class KernelBoundsTests
{
    private const string CaseName = "running-bounds-case.txt";

    private static readonly DeclaredModel[] Models = [.. DeclaredModels.All, .. DeclaredModels.Remainders];

    public static TheoryData<string, InstructionSet> Cases => Theories.WithEach<InstructionSet>(Models.Select(static model => model.Description.Name));

    [Theory]
    [MemberData(nameof(Cases))]
    public void No_kernel_leaves_its_buffers(string model, InstructionSet instructionSet)
    {
        SkipUnlessSupported();
        KernelSet kernels = Models.Single(declared => declared.Description.Name == model).KernelsFor(instructionSet);
        using var file = new CaseFile(Path.Combine(AppContext.BaseDirectory, CaseName));
        foreach (Guard guard in Enum.GetValues<Guard>())
        {
            using var buffers = new BoundedBuffers(guard, file);
            foreach (Action<KernelSet, BoundedBuffers> run in KernelBounds.Cases.Values)
            {
                run(kernels, buffers);
            }
        }
    }

    [Fact]
    public void No_pointer_code_of_the_runtime_leaves_its_buffers()
    {
        SkipUnlessSupported();
        using var file = new CaseFile(Path.Combine(AppContext.BaseDirectory, $"runtime-{CaseName}"));
        foreach (Guard guard in Enum.GetValues<Guard>())
        {
            using var buffers = new BoundedBuffers(guard, file);
            foreach (Action<BoundedBuffers> run in RuntimeBounds.Cases.Values)
            {
                run(buffers);
            }
        }
    }

    /// <summary>A model whose weights end, and begin, at an inaccessible page: whatever the engine hands to the kernels lies within.</summary>
    [Theory]
    [MemberData(nameof(ModelsInFiles))]
    public unsafe void No_call_leaves_the_packed_file(string name, WeightPrecision precision)
    {
        SkipUnlessSupported();
        DeclaredModel declared = DeclaredModels.Named(name);
        byte[] packed;
        using (EncoderDecoder model = declared.Load(TensorFile.Write(RandomCheckpoint.Create(declared.Description)), InstructionSet.Portable, precision))
        {
            packed = PackedBytes.Save(model);
        }

        // Only so it is used in place wherever it is put.
        Assert.Equal(0, packed.Length % PackedModel.Alignment);

        int[] source = new Samples(1).Tokens(declared.Description.MaxSourceLength, declared.Description.SourceVocabularySize);
        using var file = new CaseFile(Path.Combine(AppContext.BaseDirectory, $"model-{CaseName}"));
        foreach (InstructionSet instructionSet in Enum.GetValues<InstructionSet>().Where(InstructionSets.IsSupported))
        {
            foreach (Guard guard in Enum.GetValues<Guard>())
            {
                using var buffers = new BoundedBuffers(guard, file);
                buffers.Begin($"{name}, {precision}, {instructionSet} in a packed file");
                Span<byte> memory = buffers.SpanOfBytes(packed.Length);
                packed.CopyTo(memory);
                fixed (byte* start = memory)
                {
                    using var stream = new UnmanagedMemoryStream(start, packed.Length);
                    using EncoderDecoder model = declared.Load(stream, instructionSet, precision);
                    foreach (GenerationOptions options in new GenerationOptions[]
                    {
                        new() { ParallelGreedy = false }, new() { ParallelGreedy = true, MaxLength = Math.Min(12, model.MaxTargetLength) }, new() { BeamSize = 3, ReturnCrossAttention = true },
                        new() { Sampling = new SamplingOptions { Seed = 1, TopP = 0.9 }, HypothesisCount = 3 },
                    })
                    {
                        Assert.NotEmpty(model.Generate(source, options).Hypotheses);
                    }
                }
            }
        }
    }

    public static TheoryData<string, WeightPrecision> ModelsInFiles =>
        Theories.WithEach<WeightPrecision>([nameof(SmallestShape), nameof(HeadsOf1), nameof(HeadsOf4), nameof(GoldenBart), nameof(GoldenT5), nameof(OddScreened), nameof(RelativeHeadOf3), nameof(WideGated), nameof(RotaryHeads)]);

    [Fact]
    public void Every_kernel_has_its_cases() => Assert.Equal(
        typeof(IModelKernels).GetInterfaces().Append(typeof(IModelKernels)).SelectMany(static one => one.GetMethods()).Where(static method => !method.IsSpecialName).Select(static method => method.Name).Distinct().Order(),
        KernelBounds.Cases.Keys.Order());

    /// <summary>What another type of the runtime can call with an address. What only its own type calls is run by those.</summary>
    [Fact]
    public void Every_method_of_the_runtime_that_takes_an_address_has_its_cases()
    {
        const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;
        string[] methods =
        [
            .. typeof(EncoderDecoder).Assembly.GetTypes()
                .Where(static type => type.Namespace is "KernelGen.Numerics" or "KernelGen.Packing" or "KernelGen.Decoding" or "KernelGen.Checkpoints"
                    || type == typeof(OutputScreening))
                .SelectMany(static type => type.GetMethods(Declared))
                .Where(static method => !method.IsPrivate && !method.IsSpecialName && method.GetParameters().Any(static parameter => parameter.ParameterType.IsPointer))
                .Select(static method => $"{method.DeclaringType!.Name}.{method.Name}")
                .Distinct()
                .Order(),
        ];
        Assert.NotEmpty(methods);
        Assert.Empty(methods.Except(RuntimeBounds.Cases.Keys).Except(RuntimeBounds.RunByLoading));
    }

    [Fact]
    public void The_models_have_every_remainder_of_every_dimension()
    {
        foreach ((string name, Func<ModelDescription, int> dimension) in new (string, Func<ModelDescription, int>)[]
        {
            (nameof(ModelDescription.ModelDimension), static model => model.ModelDimension),
            (nameof(ModelDescription.HeadDimension), static model => model.HeadDimension),
            (nameof(ModelDescription.FeedForwardDimension), static model => model.FeedForwardDimension),
            (nameof(ModelDescription.SourceVocabularySize), static model => model.SourceVocabularySize),
            (nameof(ModelDescription.TargetVocabularySize), static model => model.TargetVocabularySize),
            ("the longest sequence", static model => Math.Max(model.MaxSourceLength, model.MaxTargetLength)),
        })
        {
            AssertEveryRemainder(Panels.Width, name, Models, dimension);
        }

        DeclaredModel[] narrow = [.. Models.Where(static model => model.Description.QuantizedInputBits == 12)];
        DeclaredModel[] wide = [.. Models.Where(static model => model.Description.QuantizedInputBits == 8)];
        AssertEveryRemainder(2, "12-bit inputs", narrow, static model => model.ModelDimension);
        AssertEveryRemainder(8, "8-bit inputs", wide, static model => model.ModelDimension);
        AssertEveryRemainder(8, "upper bits", [.. wide.Where(static model => model.Description.ScreensOutput)], static model => model.ModelDimension);

        static void AssertEveryRemainder(int divisor, string name, DeclaredModel[] models, Func<ModelDescription, int> dimension)
        {
            int[] missing = [.. Enumerable.Range(0, divisor).Except(models.Select(model => dimension(model.Description) % divisor))];
            Assert.True(missing.Length == 0, $"No declared model leaves {string.Join(", ", missing)} of {divisor}: {name}.");
        }
    }

    /// <summary>One byte outside ends a process, which tells where it was.</summary>
    [Theory]
    [InlineData(nameof(Read_after))]
    [InlineData(nameof(Write_after))]
    [InlineData(nameof(Read_before))]
    [InlineData(nameof(Write_before))]
    public async Task One_byte_outside_is_noticed(string step)
    {
        SkipUnlessSupported();
        string path = Path.Combine(AppContext.BaseDirectory, $"{step}-{CaseName}");
        File.Delete(path);
        ChildProgram program = await ChildProgram.Run("KernelGen.Tests", "", "-explicit", "only", "-method", $"{typeof(KernelBoundsTests).FullName}.{step}");
        Assert.True(program.ExitCode != 0, program.Everything);
        Assert.Contains("AccessViolationException", program.Everything);
        Assert.Contains($"{nameof(KernelBoundsTests)}.{step}", program.Everything);
        Assert.StartsWith($"{step}, inaccessible page {(step.EndsWith("after", StringComparison.Ordinal) ? "after" : "before")}", CaseFile.Read(path));
    }

    [Fact(Explicit = true)]
    public unsafe void Read_after() => Step(Guard.After, nameof(Read_after), static (buffer, length) => _ = Volatile.Read(ref buffer[length]));

    [Fact(Explicit = true)]
    public unsafe void Write_after() => Step(Guard.After, nameof(Write_after), static (buffer, length) => Volatile.Write(ref buffer[length], 1));

    [Fact(Explicit = true)]
    public unsafe void Read_before() => Step(Guard.Before, nameof(Read_before), static (buffer, _) => _ = Volatile.Read(ref buffer[-1]));

    [Fact(Explicit = true)]
    public unsafe void Write_before() => Step(Guard.Before, nameof(Write_before), static (buffer, _) => Volatile.Write(ref buffer[-1], 1));

    private unsafe delegate void Access(byte* buffer, int length);

    private static unsafe void Step(Guard guard, string name, Access access)
    {
        const int Length = 100;
        using var file = new CaseFile(Path.Combine(AppContext.BaseDirectory, $"{name}-{CaseName}"));
        using var buffers = new BoundedBuffers(guard, file);
        buffers.Begin(name);
        byte* buffer = buffers.Bytes(Length);
        new Span<byte>(buffer, Length).Fill(1);
        access(buffer, Length);
    }

    private static void SkipUnlessSupported() =>
        Assert.SkipUnless(PageGuardedMemory.IsSupported, "Pages are made inaccessible with mprotect, which this system does not have.");
}
