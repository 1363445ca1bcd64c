using System.IO.Compression;
using System.Runtime.InteropServices;
using KernelGen.Checkpoints;
using KernelGen.Execution;
using KernelGen.Layout;
using KernelGen.Packing;
using KernelGen.Tests.Declarations;
using KernelGen.Tests.Reference;
using Microsoft.Win32.SafeHandles;

namespace KernelGen.Tests.Packing;

/// <summary>A model that was saved and loaded again is the same model, however it is loaded.</summary>
public sealed unsafe class PackedFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("KernelGen.Tests");

    public static TheoryData<string> Names => DeclaredModels.Names;

    public static TheoryData<string, WeightPrecision> NamesWithPrecisions => DeclaredModels.WithPrecisions;

    public static TheoryData<string, InstructionSet> Cases => DeclaredModels.WithInstructionSets;

    private string PackedPath => Path.Combine(_folder.FullName, "model.packed");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_saved_model_gives_the_same_bits_on_every_instruction_set(string name, InstructionSet instructionSet)
    {
        Assert.SkipUnless(InstructionSets.IsSupported(instructionSet), $"This process cannot use {instructionSet}.");
        DeclaredModel declared = DeclaredModels.Named(name);
        using EncoderDecoder original = declared.Load(TensorFile.Write(RandomCheckpoint.Create(declared.Description)), InstructionSet.Portable);
        original.Save(PackedPath);
        Assert.Equal(["model.packed"], _folder.EnumerateFiles().Select(static file => file.Name));

        using EncoderDecoder fromPath = declared.Load(PackedPath, instructionSet);
        using EncoderDecoder fromStream = declared.Load(new MemoryStream(File.ReadAllBytes(PackedPath)), instructionSet);
        AssertSame(declared, original, fromPath, $"{name}, {instructionSet}, path");
        AssertSame(declared, original, fromStream, $"{name}, {instructionSet}, stream");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_same_weights_give_the_same_file_wherever_they_come_from(string name)
    {
        DeclaredModel declared = DeclaredModels.Named(name);
        byte[] bytes = PackedBytes.Of(declared);
        Assert.Equal(bytes, PackedBytes.Of(declared));
        File.WriteAllBytes(PackedPath, bytes);
        using EncoderDecoder again = declared.Load(PackedPath, InstructionSets.Best);
        Assert.Equal(bytes, PackedBytes.Save(again));
    }

    [Theory]
    [MemberData(nameof(NamesWithPrecisions))]
    public void Packing_leaves_no_byte_as_it_was(string name, WeightPrecision precision)
    {
        ModelDescription description = DeclaredModels.Named(name).Description;
        using var file = SafetensorsFile.Open(TensorFile.Write(RandomCheckpoint.Create(description)));
        CheckpointTensors tensors = CheckpointTensors.Read(file, description);
        IReadOnlyDictionary<int, FourBitWeights> fourBits = WeightPacking.QuantizeFourBits(description, tensors, precision == WeightPrecision.Int4 ? double.MaxValue : -1);
        Assert.Equal(Fill(0), Fill(0xCD));
        Assert.All(fourBits.Values, static layer => layer.Dispose());

        byte[] Fill(byte before)
        {
            LayoutFacts facts = LayoutFacts.Of(tensors, precision, hasScreen: description.ScreensOutput && LayoutFacts.CanScreen(description, precision)) with
            {
                FourBits = new SlotSet([.. fourBits.Keys]),
            };
            using var block = new NativeBlock(PackedModel.LengthOf(description, facts) / sizeof(float));
            var bytes = new Span<byte>(block.Pointer, checked((int)block.Length * sizeof(float)));
            bytes.Fill(before);
            WeightPacking.Fill(new PackedModel(description, facts, block, (byte*)block.Pointer), tensors, fourBits);
            return bytes.ToArray();
        }
    }

    [Fact]
    public void Tied_and_equal_embeddings_are_stored_once()
    {
        // One vocabulary for all, by declaration; the same embeddings by their content; and neither.
        PackedModel tied = Opened(nameof(OneMoreThanAPanel), RandomCheckpoint.Create(OneMoreThanAPanel.Description));
        Dictionary<string, Tensor> tensors = RandomCheckpoint.Create(GoldenVanillaHead64.Description);
        PackedModel apart = Opened(nameof(GoldenVanillaHead64), tensors);
        tensors["target_embedding.weight"] = tensors["source_embedding.weight"];
        PackedModel equal = Opened(nameof(GoldenVanillaHead64), tensors);

        Assert.True(tied.Facts.SharesOutput && tied.Output.Panels == tied.Decoder.Embedding);
        Assert.Equal(new LayoutFacts(WeightPrecision.Float32, SharesEmbedding: false, SharesOutput: false, HasScreen: false), apart.Facts);
        Assert.Equal(new LayoutFacts(WeightPrecision.Float32, SharesEmbedding: true, SharesOutput: false, HasScreen: false), equal.Facts);
        Assert.True(equal.Decoder.Embedding == equal.Encoder.Embedding && equal.Output.Panels != equal.Decoder.Embedding);
        Assert.Equal(PanelLayout.Length(100, 128) * sizeof(float), apart.ByteLength - equal.ByteLength);

        static PackedModel Opened(string name, Dictionary<string, Tensor> tensors)
        {
            DeclaredModel declared = DeclaredModels.Named(name);
            using EncoderDecoder model = declared.Load(TensorFile.Write(tensors), InstructionSet.Portable);
            return PackedBytes.Open(PackedBytes.Save(model), declared.Description, verifiesChecksum: true);
        }
    }

    [Theory]
    [MemberData(nameof(NamesWithPrecisions))]
    public void Every_precision_comes_back_as_it_was_saved(string name, WeightPrecision precision)
    {
        DeclaredModel declared = DeclaredModels.Named(name);
        ModelDescription description = declared.Description;
        Dictionary<string, Tensor> tensors = RandomCheckpoint.Create(description);
        using EncoderDecoder model = declared.Load(TensorFile.Write(tensors), InstructionSets.Best, precision);
        byte[] saved = PackedBytes.Save(model);
        using EncoderDecoder opened = declared.Load(new MemoryStream(saved), InstructionSet.Portable, null);
        int[] source = new Samples(3).Tokens(Math.Min(9, description.MaxSourceLength), description.SourceVocabularySize);
        int[] target = new Samples(4).Tokens(Math.Min(7, description.MaxTargetLength), description.TargetVocabularySize);
        BitAssert.Equal(model.Logits(source, target), opened.Logits(source, target), $"{name}, {precision}");
        Assert.Equal(model.Generate(source).Hypotheses[0].Tokens, opened.Generate(source).Hypotheses[0].Tokens);
        Assert.Equal(saved, PackedBytes.Save(opened));
    }

    [Fact]
    public void Another_precision_than_the_saved_one_is_refused()
    {
        DeclaredModel declared = DeclaredModels.Named(nameof(GoldenVanilla));
        using EncoderDecoder model = declared.Load(TensorFile.Write(RandomCheckpoint.Create(declared.Description)), InstructionSet.Portable, WeightPrecision.Int8);
        byte[] saved = PackedBytes.Save(model);
        declared.Load(new MemoryStream(saved), InstructionSet.Portable, WeightPrecision.Int8).Dispose();
        CheckpointException exception = Assert.Throws<CheckpointException>(() => declared.Load(new MemoryStream(saved), InstructionSet.Portable, WeightPrecision.BFloat16));
        Assert.Contains("was saved with Int8 weights", exception.Message, StringComparison.Ordinal);
        Assert.Contains("asks for BFloat16", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_is_mapped_and_used_in_place()
    {
        File.WriteAllBytes(PackedPath, PackedBytes.Of(DeclaredModels.Named(nameof(GoldenBart))));
        FileMemory memory = FileMemory.Map(PackedPath);
        PackedModel model = PackedFile.Open(memory, GoldenBart.Description, precision: null, verifiesChecksum: false);
        using SafeHandle owner = model.Memory;
        Assert.IsType<SafeMemoryMappedViewHandle>(owner);
        Assert.True(model.Start == memory.Start + 4096);
        Assert.False(memory.IsDisposed);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(64)]
    [InlineData(4)]
    [InlineData(1)]
    public void Unmanaged_memory_is_used_in_place_where_it_is_aligned(int offset)
    {
        byte[] bytes = PackedBytes.Of(DeclaredModels.Named(nameof(GoldenVanilla)));
        byte* memory = (byte*)NativeMemory.AlignedAlloc((nuint)(bytes.Length + offset), 64);
        try
        {
            bytes.CopyTo(new Span<byte>(memory + offset, bytes.Length));
            using var stream = new UnmanagedMemoryStream(memory + offset, bytes.Length);
            PackedModel model = PackedFile.Open(FileMemory.Of(stream), GoldenVanilla.Description, precision: null, verifiesChecksum: true);
            using SafeHandle owner = model.Memory;
            Assert.Equal(offset % 64 == 0, model.Start == memory + offset + 4096);
            Assert.Equal(0u, (nuint)model.Start % 64);
            Assert.Equal(new ReadOnlySpan<byte>(memory + offset + 4096, bytes.Length - 4096), new ReadOnlySpan<byte>(model.Start, (int)model.ByteLength));
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    [Fact]
    public void A_stream_is_read_from_where_it_stands_and_may_be_closed_afterwards()
    {
        DeclaredModel declared = DeclaredModels.Named(nameof(GoldenMarian));
        using EncoderDecoder original = declared.Load(TensorFile.Write(RandomCheckpoint.Create(declared.Description)), InstructionSet.Portable);

        // A stream that cannot seek and does not know its length.
        using var compressed = new MemoryStream();
        using (var deflate = new DeflateStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            deflate.Write([1, 2, 3]);
            original.Save(deflate);
        }

        compressed.Position = 0;
        EncoderDecoder model;
        using (var inflate = new DeflateStream(compressed, CompressionMode.Decompress))
        {
            inflate.ReadExactly(new byte[3]);
            model = declared.Load(inflate, InstructionSets.Best);
        }

        using (model)
        {
            AssertSame(declared, original, model, "a stream that cannot seek");
        }
    }

    [Fact]
    public void A_path_may_hold_safetensors_after_it_held_a_packed_file()
    {
        DeclaredModel declared = DeclaredModels.Named(nameof(GoldenVanilla));
        byte[] safetensors = TensorFile.Write(RandomCheckpoint.Create(declared.Description, seed: 7)).ToArray();
        File.WriteAllBytes(PackedPath, PackedBytes.Of(declared, seed: 7));
        using EncoderDecoder packed = declared.Load(PackedPath, InstructionSets.Best);
        File.Move(PackedPath, PackedPath + ".old");
        File.WriteAllBytes(PackedPath, safetensors);
        using EncoderDecoder checkpoint = declared.Load(PackedPath, InstructionSets.Best);
        AssertSame(declared, packed, checkpoint, "safetensors in the place of a packed file");
    }

    [Fact]
    public void Special_tokens_may_be_declared_otherwise()
    {
        byte[] bytes = PackedBytes.Of(DeclaredModels.Named(nameof(GoldenVanilla)));
        using SafeHandle owner = PackedBytes.Open(bytes, GoldenVanilla.Description with { Name = "Renamed", SuppressedTokens = [5], EndToken = 7, StartToken = 3, PadToken = 2 }).Memory;
        Assert.False(owner.IsClosed);
    }

    [Fact]
    public void Saving_over_a_file_in_use_leaves_its_user_what_it_had()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows does not replace a file that is mapped.");
        DeclaredModel declared = DeclaredModels.Named(nameof(GoldenVanilla));
        using EncoderDecoder first = declared.Load(TensorFile.Write(RandomCheckpoint.Create(declared.Description, seed: 1)), InstructionSet.Portable);
        using EncoderDecoder second = declared.Load(TensorFile.Write(RandomCheckpoint.Create(declared.Description, seed: 2)), InstructionSet.Portable);
        first.Save(PackedPath);
        using EncoderDecoder mapped = declared.Load(PackedPath, InstructionSets.Best);
        second.Save(PackedPath);
        mapped.Save(PackedPath + ".copy");
        AssertSame(declared, first, mapped, "the file that was replaced");
        using EncoderDecoder later = declared.Load(PackedPath, InstructionSets.Best);
        AssertSame(declared, second, later, "the file that replaced it");

        // A model may also be saved to where it lies.
        later.Save(PackedPath);
        AssertSame(declared, second, later, "the file that it was saved over");
    }

    [Fact]
    public void A_place_that_cannot_be_written_is_named_and_left_as_it_was()
    {
        using GoldenVanilla model = GoldenVanilla.Load(TensorFile.Write(RandomCheckpoint.Create(GoldenVanilla.Description)));
        string directory = Path.Combine(_folder.FullName, "directory");
        Directory.CreateDirectory(directory);
        string missing = Path.Combine(_folder.FullName, "missing", "model.packed");
        Assert.Contains(missing, Assert.ThrowsAny<IOException>(() => model.Save(missing)).Message);
        Exception exception = Assert.ThrowsAny<Exception>(() => model.Save(directory));
        Assert.True(exception is IOException or UnauthorizedAccessException);
        Assert.Contains($"'{directory}' cannot be written", exception.Message);
        Assert.Equal(["directory"], _folder.EnumerateFileSystemInfos().Select(static entry => entry.Name));
        Assert.Throws<ArgumentException>(() => model.Save(""));
        Assert.Throws<ArgumentNullException>(() => model.Save((string)null!));
        Assert.Throws<ArgumentNullException>(() => model.Save((Stream)null!));
        Assert.Throws<ArgumentException>(() => model.Save(new MemoryStream([], writable: false)));
        model.Save(PackedPath);
        Assert.True(File.Exists(PackedPath));
    }

    [Fact]
    public void A_disposed_model_is_not_saved_and_its_file_no_longer_mapped()
    {
        File.WriteAllBytes(PackedPath, PackedBytes.Of(DeclaredModels.Named(nameof(GoldenVanilla))));
        GoldenVanilla model = GoldenVanilla.Load(PackedPath);
        using IEnumerator<GeneratedToken> stream = model.Stream([4, 5, 6]).GetEnumerator();
        Assert.True(stream.MoveNext());
        model.Dispose();
        model.Dispose();
        Assert.Throws<ObjectDisposedException>(() => model.Save(PackedPath + ".copy"));
        Assert.Throws<ObjectDisposedException>(() => model.Encode([4, 5, 6]));

        // The call that runs still has the weights, which the file stands for until it ends.
        int tokens = 1;
        while (stream.MoveNext())
        {
            tokens++;
        }

        Assert.InRange(tokens, 2, 64);
        Assert.Equal([PackedPath], _folder.EnumerateFiles().Select(static file => file.FullName));
    }

    [Fact]
    public void The_mapping_ends_with_the_last_call()
    {
        File.WriteAllBytes(PackedPath, PackedBytes.Of(DeclaredModels.Named(nameof(GoldenVanilla))));
        PackedModel model = PackedFile.Open(FileMemory.Map(PackedPath), GoldenVanilla.Description, precision: null, verifiesChecksum: false);
        Engine engine = Engine.Create<GoldenVanilla.PortableKernels>(model);
        Workspace workspace = engine.Rent();
        engine.Dispose();
        bool held = false;
        model.Memory.DangerousAddRef(ref held);
        model.Memory.DangerousRelease();
        engine.Return(workspace);
        Assert.Throws<ObjectDisposedException>(() => model.Memory.DangerousAddRef(ref held));
    }

    [Fact]
    public void Calls_at_once_on_one_mapping_and_on_several_give_the_same_bits()
    {
        DeclaredModel declared = DeclaredModels.Named(nameof(GoldenMarian));
        File.WriteAllBytes(PackedPath, PackedBytes.Of(declared));
        using EncoderDecoder shared = declared.Load(PackedPath, InstructionSets.Best);
        int[][] sources = [.. Enumerable.Range(1, 20).Select(length => new Samples(length).Tokens(length, shared.SourceVocabularySize))];
        float[][] expected = [.. sources.Select(source => shared.Encode(source))];
        Parallel.For(0, 100, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            using EncoderDecoder own = declared.Load(PackedPath, InstructionSets.Best);
            int source = i % sources.Length;
            BitAssert.Equal(expected[source], shared.Encode(sources[source]), "the shared model");
            BitAssert.Equal(expected[source], own.Encode(sources[source]), "a model of its own");
        });
    }

    private static void AssertSame(DeclaredModel declared, EncoderDecoder expected, EncoderDecoder actual, string what)
    {
        var samples = new Samples(3);
        foreach (int length in new[] { 1, 7, 33 })
        {
            int[] source = samples.Tokens(Math.Min(length, declared.Description.MaxSourceLength), declared.Description.SourceVocabularySize);
            int[] target = samples.Tokens(Math.Min(length, declared.Description.MaxTargetLength), declared.Description.TargetVocabularySize);
            Assert.Equal(expected.Generate(source).Hypotheses[0].Tokens, actual.Generate(source).Hypotheses[0].Tokens);
            BitAssert.Equal(expected.Logits(source, target), actual.Logits(source, target), $"{what}, {length} tokens");
        }
    }
}
