using System.Text;
using KernelGen.Checkpoints;
using KernelGen.Execution;
using KernelGen.Packing;
using KernelGen.Tests.Declarations;

namespace KernelGen.Tests.Packing;

/// <summary>Whatever a packed file is, it is used rightly or refused with a reason.</summary>
public sealed class DamagedPackedFileTests
{
    private static readonly byte[] Valid = PackedBytes.Of(DeclaredModels.Named(nameof(GoldenBart)));

    private static int FieldsEnd => PackedBytes.Fields + BitConverter.ToInt32(Valid, PackedBytes.FieldsLength);

    [Fact]
    public void Every_changed_bit_of_the_header_is_refused()
    {
        for (int i = 0; i < 4096; i++)
        {
            // All of what means something, and some of the zeros.
            for (int bit = i % 8; bit < 8; bit += i < FieldsEnd ? 1 : 8)
            {
                AssertRefused(Valid.WithByte(i, (byte)(Valid[i] ^ (1 << bit))));
            }
        }
    }

    [Fact]
    public void Every_changed_byte_of_the_weights_is_found_when_asked_for()
    {
        for (int i = 4096; i < Valid.Length; i += 1 + (i % 97))
        {
            byte[] changed = Valid.WithByte(i, (byte)(Valid[i] ^ (1 << (i % 8))));
            Assert.Contains("checksum of its weights", AssertRefused(changed, verifies: true));
            Load(changed, verifies: false).Dispose();
        }

        Load(Valid, verifies: true).Dispose();
    }

    [Fact]
    public void Every_truncated_file_is_refused()
    {
        for (int length = 0; length < Valid.Length; length += length < FieldsEnd ? 1 : 1 + (length % 499))
        {
            string message = AssertRefused(Valid[..length]);
            Assert.Contains(length == 0 ? "empty" : "truncated", message);
        }

        Assert.Contains("truncated", AssertRefused(Valid[..^1]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4096)]
    public void Bytes_after_the_end_are_refused(int count) => Assert.Contains($"{count} too many", AssertRefused([.. Valid, .. new byte[count]]));

    [Fact]
    public void A_file_on_disk_is_refused_by_its_path_and_let_go()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, Valid[..5000]);
            CheckpointException exception = Assert.Throws<CheckpointException>(() => GoldenBart.Load(path));
            Assert.StartsWith($"The file '{path}' is truncated: it has 5000 bytes, and its header announces {Valid.Length}.", exception.Message);
            File.WriteAllBytes(path, []);
            Assert.Contains("is empty", Assert.Throws<CheckpointException>(() => GoldenBart.Load(path)).Message);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData(PackedBytes.FormatVersion, 2u, "version 2 of the packed format")]
    [InlineData(PackedBytes.LayoutVersion, 99u, "version 99 of the packed layout")]
    public void Another_version_is_refused_with_what_to_do(int offset, uint version, string expected)
    {
        string message = AssertRefused(Valid.With(offset, version).Sealed());
        Assert.Contains(expected, message);
        Assert.Contains("Save it again from the checkpoint.", message);
    }

    [Fact]
    public void A_header_that_lies_under_a_right_checksum_is_refused()
    {
        Assert.Contains("precision 200", AssertRefused(Valid.WithByte(PackedBytes.Precision, 200).Sealed()));
        Assert.Contains("be arranged", AssertRefused(Valid.WithByte(PackedBytes.Sharing, 0x83).Sealed()));
        Assert.Contains("bytes of weights", AssertRefused(Valid.WithByte(PackedBytes.Sharing, 0).Sealed()));
        foreach (int reserved in new[] { 34, 35, 44, 63, FieldsEnd, 4095 })
        {
            Assert.Contains($"byte {reserved} of its header is 1", AssertRefused(Valid.WithByte(reserved, 1).Sealed()));
        }

        foreach (uint lie in new uint[] { 0, 1, 64, 4095, 4097, 8192, 0x7FFFFFFF, 0x80000000, 0xFFFFF000, uint.MaxValue })
        {
            AssertRefused(Valid.With(PackedBytes.DataOffset, lie).Sealed());
            AssertRefused(Valid.With(PackedBytes.FieldsLength, lie).Sealed());
            AssertRefused(Valid.With(PackedBytes.FileLength, lie).Sealed());
            AssertRefused(Valid.With(PackedBytes.FileLength + 4, lie == 0 ? 1 : lie).Sealed());
        }

        // Shorter and longer, with everything but the weights in order.
        AssertRefused(Valid[..^64].With(PackedBytes.FileLength, (uint)Valid.Length - 64).Sealed());
        AssertRefused([.. ((byte[])[.. Valid, .. new byte[64]]).With(PackedBytes.FileLength, (uint)Valid.Length + 64).Sealed()]);
    }

    [Fact]
    public void Embeddings_of_different_vocabularies_cannot_be_one()
    {
        byte[] file = PackedBytes.Of(DeclaredModels.Named(nameof(GoldenVanilla)));
        byte[] lie = file.WithByte(PackedBytes.Sharing, 1).Sealed();
        CheckpointException exception = Assert.Throws<CheckpointException>(() => PackedBytes.Open(lie, GoldenVanilla.Description));
        Assert.Contains("cannot be arranged", exception.Message);
    }

    [Fact]
    public void Random_lies_under_a_right_checksum_are_refused_or_harmless()
    {
        var random = new Random(1);
        int[] source = [3, 4, 5];
        int accepted = 0;
        for (int i = 0; i < 3000; i++)
        {
            byte[] file = [.. Valid];
            for (int change = random.Next(1, 4); change > 0; change--)
            {
                file[random.Next(random.Next(2) == 0 ? FieldsEnd : file.Length)] = (byte)random.Next(256);
            }

            try
            {
                using GoldenBart model = Load(file.Sealed(), verifies: false);
                accepted++;
                model.Generate(source);
            }
            catch (CheckpointException exception)
            {
                AssertHelps(exception);
            }
            catch (InvalidOperationException exception)
            {
                // Weights may be any numbers, and none.
                Assert.Contains("The weights overflow", exception.Message);
            }
        }

        Assert.InRange(accepted, 100, 2900);
    }

    [Fact]
    public void Another_declaration_is_refused_with_all_that_differs()
    {
        string message = AssertMismatch(GoldenBart.Description with { ModelDimension = 256, Activation = Activation.Relu, LayerNormEpsilon = 1e-6, FinalNorm = true });
        Assert.Contains("saved from another declaration", message);
        Assert.Contains("ModelDimension is 48 in the file and 256 in the declaration", message);
        Assert.Contains("Activation is Gelu in the file and Relu in the declaration", message);
        Assert.Contains("LayerNormEpsilon is 1E-05 in the file and 1E-06 in the declaration", message);
        Assert.Contains("FinalNorm is false in the file and true in the declaration", message);
        Assert.DoesNotContain("Heads", message);
    }

    [Fact]
    public void A_file_of_another_model_is_refused_and_named()
    {
        CheckpointException exception = Assert.Throws<CheckpointException>(() => GoldenVanilla.Load(new MemoryStream(Valid)));
        Assert.Contains("'GoldenVanilla' was given a file saved from 'GoldenBart'", exception.Message);
        Assert.Contains("Architecture is Bart in the file and Vanilla in the declaration", exception.Message);
    }

    [Fact]
    public void Each_setting_that_decides_the_result_is_compared()
    {
        ModelDescription model = GoldenBart.Description;
        foreach ((string name, ModelDescription other) in new[]
        {
            (nameof(model.Architecture), model with { Architecture = Architecture.Marian }),
            (nameof(model.ModelDimension), model with { ModelDimension = 96 }),
            (nameof(model.Heads), model with { Heads = 4 }),
            (nameof(model.FeedForwardDimension), model with { FeedForwardDimension = 81 }),
            (nameof(model.EncoderLayers), model with { EncoderLayers = 1 }),
            (nameof(model.DecoderLayers), model with { DecoderLayers = 3 }),
            (nameof(model.SourceVocabularySize), model with { SourceVocabularySize = 46 }),
            (nameof(model.TargetVocabularySize), model with { TargetVocabularySize = 44 }),
            (nameof(model.MaxSourceLength), model with { MaxSourceLength = 65 }),
            (nameof(model.MaxTargetLength), model with { MaxTargetLength = 63 }),
            (nameof(model.NormPlacement), model with { NormPlacement = NormPlacement.Pre }),
            (nameof(model.FinalNorm), model with { FinalNorm = true }),
            (nameof(model.EmbeddingNorm), model with { EmbeddingNorm = false }),
            (nameof(model.Activation), model with { Activation = Activation.Silu }),
            (nameof(model.PositionalEncoding), model with { PositionalEncoding = PositionalEncoding.None }),
            (nameof(model.PositionOffset), model with { PositionOffset = 0 }),
            (nameof(model.ScaleEmbedding), model with { ScaleEmbedding = !model.ScaleEmbedding }),
            (nameof(model.TieEmbeddings), model with { TieEmbeddings = !model.TieEmbeddings }),
            (nameof(model.OutputBias), model with { OutputBias = !model.OutputBias }),
            (nameof(model.LayerNormEpsilon), model with { LayerNormEpsilon = 1e-12 }),
        })
        {
            Assert.Contains($": {name} is ", AssertMismatch(other));
        }
    }

    [Fact]
    public void Kernels_of_another_plan_are_refused_as_such()
    {
        string message = AssertMismatch(GoldenBart.Description with { LogitsStride = 64 });
        Assert.Contains("for kernels of another version", message);
        Assert.Contains("LogitsStride is 48 in the file and 64 in this build", message);
        Assert.DoesNotContain("another declaration", message);
    }

    [Fact]
    public void Fields_that_are_unknown_missing_or_no_fields_are_told()
    {
        string fields = Encoding.UTF8.GetString(Valid, PackedBytes.Fields, FieldsEnd - PackedBytes.Fields);
        Assert.Contains("'Gates' is '3' in the file and unknown here", AssertRefused(WithFields(fields + "Gates=3\n")));
        Assert.Contains("Heads is missing in the file and 3 in the declaration", AssertRefused(WithFields(fields.Replace("\nHeads=3\n", "\n"))));
        Assert.Contains("ModelDimension is missing", AssertRefused(WithFields("\0\n=\n\n")));
        Assert.Contains("ModelDimension is missing", AssertRefused(WithFields("")));
        Assert.DoesNotContain("\u001b", AssertRefused(WithFields(fields.Replace("Heads=3", "Heads=\u001b[31m" + new string('9', 1000)))));
    }

    [Fact]
    public void A_packed_file_is_no_safetensors_file_and_the_message_says_what_it_is()
    {
        CheckpointException exception = Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(new MemoryStream(Valid)));
        Assert.Contains("It is a packed file", exception.Message);
    }

    [Fact]
    public void A_transfer_as_text_is_recognised()
    {
        byte[] converted = [.. Valid[..4], .. Valid[5..]];
        Assert.Contains("first 8 bytes, as by a transfer as text", AssertRefused(converted));
    }

    [Fact]
    public void Machines_of_the_other_byte_order_are_refused()
    {
        PackedFile.RefuseBigEndian(isLittleEndian: true);
        Assert.Contains("big-endian", Assert.Throws<PlatformNotSupportedException>(() => PackedFile.RefuseBigEndian(isLittleEndian: false)).Message);
    }

    private static GoldenBart Load(byte[] file, bool verifies) => GoldenBart.Load(new MemoryStream(file), new ModelLoadOptions { VerifyChecksum = verifies });

    /// <summary>The reason for which a file is refused.</summary>
    private static string AssertRefused(byte[] file, bool verifies = false)
    {
        CheckpointException exception = Assert.Throws<CheckpointException>(() => Load(file, verifies));
        AssertHelps(exception);
        return exception.Message;
    }

    private static string AssertMismatch(ModelDescription description) =>
        Assert.Throws<CheckpointException>(() => PackedBytes.Open(Valid, description)).Message;

    /// <summary>A message says of what it speaks, and ends with what to do.</summary>
    private static void AssertHelps(CheckpointException exception)
    {
        Assert.StartsWith("The stream ", exception.Message);
        Assert.Matches("(again|again from the checkpoint|and complete)\\.$", exception.Message);
    }

    /// <summary>The file with other fields, otherwise in order.</summary>
    private static byte[] WithFields(string fields)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(fields);
        byte[] header = new byte[4096];
        Valid.AsSpan(0, PackedBytes.Fields).CopyTo(header);
        bytes.CopyTo(header, PackedBytes.Fields);
        return ((byte[])[.. header, .. Valid[4096..]]).With(PackedBytes.FieldsLength, (uint)bytes.Length).Sealed();
    }
}
