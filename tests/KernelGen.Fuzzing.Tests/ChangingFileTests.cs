using KernelGen.Checkpoints;
using KernelGen.Fuzzing.Seeds;

namespace KernelGen.Fuzzing.Tests;

/// <summary>Files that another process truncates, overwrites or deletes while they are used.</summary>
public sealed class ChangingFileTests
{
    private static readonly byte[] Checkpoint = SafetensorsParts.Write(SafetensorsParts.Of(FuzzedVanilla.Description, "F32"));
    private static readonly byte[] Packed = Pack();
    private static readonly ModelLoadOptions InMemory = new() { ReadIntoMemory = true };

    /// <summary>A checkpoint is packed while it loads, so that a loaded model needs the file no more, however it was read.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_checkpoint_may_be_truncated_once_it_is_loaded(bool readIntoMemory)
    {
        using var file = new TemporaryFile(Checkpoint);
        using FuzzedVanilla model = FuzzedVanilla.Load(file.Path, new ModelLoadOptions { ReadIntoMemory = readIntoMemory });
        float[] before = Logits(model);
        File.WriteAllBytes(file.Path, []);
        Assert.Equal(before, Logits(model));
    }

    [Fact]
    public void A_packed_file_that_was_read_into_memory_may_be_overwritten_truncated_and_deleted()
    {
        using var file = new TemporaryFile(Packed);
        using FuzzedVanilla mapped = FuzzedVanilla.Load(new MemoryStream(Packed));
        using FuzzedVanilla model = FuzzedVanilla.Load(file.Path, InMemory);
        float[] expected = Logits(mapped);
        Assert.Equal(expected, Logits(model));
        File.WriteAllBytes(file.Path, new byte[Packed.Length]);
        Assert.Equal(expected, Logits(model));
        File.WriteAllBytes(file.Path, []);
        Assert.Equal(expected, Logits(model));
        File.Delete(file.Path);
        Assert.Equal(expected, Logits(model));
    }

    [Fact]
    public void A_file_that_is_truncated_while_it_is_read_is_refused_as_truncated()
    {
        // Long enough that not all of it is read at the beginning.
        byte[] contents = SafetensorsParts.FromHeader("{\"a\":{\"dtype\":\"U8\",\"shape\":[3000000],\"data_offsets\":[0,3000000]}}"u8, new byte[3_000_000]);
        foreach (int rest in new[] { 2_000_000, 1 << 20, 500_000, 10, 0 })
        {
            using var file = new TemporaryFile(contents);
            using FileMemory memory = FileMemory.Read(file.Path, (_, _, length) =>
            {
                Assert.Equal(contents.Length, length);
                using var writer = new FileStream(file.Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
                writer.SetLength(rest);
            });
            Assert.Equal(Math.Max(rest, 1 << 20), memory.Length);
            CheckpointException exception = Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(memory));
            Assert.Contains("truncated", exception.Message);
        }
    }

    [Fact]
    public void A_file_that_grows_while_it_is_read_is_as_long_as_it_was()
    {
        using var file = new TemporaryFile(Checkpoint);
        using FileMemory memory = FileMemory.Read(file.Path, (_, beginning, _) =>
        {
            Assert.Equal(Checkpoint, beginning.ToArray());
            using var writer = new FileStream(file.Path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
            writer.Write(new byte[100]);
        });
        using var opened = SafetensorsFile.Open(memory);
        Assert.Equal(Checkpoint.Length, memory.Length);
    }

    [Fact]
    public void Both_ways_to_read_a_file_refuse_the_same_with_the_same_words()
    {
        foreach (byte[] contents in new byte[][] { [], [1, 2, 3], Checkpoint[..^1], Packed[..^1], Packed[..100], [.. Packed, 0], [.. "PK\u0003\u0004 and more"u8] })
        {
            using var file = new TemporaryFile(contents);
            string mapped = Assert.Throws<CheckpointException>(() => FuzzedVanilla.Load(file.Path)).Message;
            Assert.Equal(mapped, Assert.Throws<CheckpointException>(() => FuzzedVanilla.Load(file.Path, InMemory)).Message);
        }

        string missing = Path.Combine(Path.GetTempPath(), "there is no such file");
        Assert.Throws<FileNotFoundException>(() => FuzzedVanilla.Load(missing, InMemory));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Ten_gigabytes_of_a_packed_file_that_announces_them_are_refused_and_not_read(bool readIntoMemory)
    {
        const long Length = 10L << 30;
        byte[] header = Packed[..4096];
        BitConverter.TryWriteBytes(header.AsSpan(16), Length);
        BitConverter.TryWriteBytes(header.AsSpan(40), 0);
        BitConverter.TryWriteBytes(header.AsSpan(40), Numerics.Crc32C.Finish(Numerics.Crc32C.Append(Numerics.Crc32C.Initial, header)));
        using var file = TemporaryFile.Sparse(Length, header);
        long memory = Environment.WorkingSet;
        CheckpointException exception = Assert.Throws<CheckpointException>(() => FuzzedVanilla.Load(file.Path, new ModelLoadOptions { ReadIntoMemory = readIntoMemory }));
        Assert.Contains($"it holds {Length - 4096} bytes of weights", exception.Message);
        Assert.InRange(Environment.WorkingSet - memory, long.MinValue, 1 << 30);
    }

    [Fact]
    public void A_packed_file_cannot_give_tokens_that_the_vocabulary_does_not_have()
    {
        // The bias of the output projection ends with minus infinity up to a whole panel: five columns of it here.
        byte[] minusInfinities = [.. Enumerable.Repeat(BitConverter.GetBytes(float.NegativeInfinity), 5).SelectMany(static bytes => bytes)];
        int padding = Packed.AsSpan().IndexOf(minusInfinities);
        Assert.True(padding > 4096);
        for (int column = 0; column < 5; column++)
        {
            byte[] file = [.. Packed];
            BitConverter.TryWriteBytes(file.AsSpan(padding + (4 * column)), 1e30f);
            CheckpointException exception = Assert.Throws<CheckpointException>(() => FuzzedVanilla.Load(new MemoryStream(file)));
            Assert.Contains("after token 10, the last of the vocabulary", exception.Message);
        }
    }

    private static float[] Logits(FuzzedVanilla model) => model.Logits([3, 4, 5], [model.StartToken, 1, 2]);

    private static byte[] Pack()
    {
        using FuzzedVanilla model = FuzzedVanilla.Load(new MemoryStream(Checkpoint));
        var packed = new MemoryStream();
        model.Save(packed);
        return packed.ToArray();
    }
}
