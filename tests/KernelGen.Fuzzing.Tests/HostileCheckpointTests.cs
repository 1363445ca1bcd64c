using System.Text;
using KernelGen.Checkpoints;
using KernelGen.Fuzzing.Seeds;

namespace KernelGen.Fuzzing.Tests;

/// <summary>Each danger of a checkpoint, by name. What they have in common: a refusal that names the file and the tensor, in no time.</summary>
public sealed class HostileCheckpointTests
{
    private const long TenGigabytes = 10L << 30;

    private static readonly byte[] Valid = SafetensorsParts.Write(SafetensorsParts.Of(FuzzedVanilla.Description, "F32"));

    [Theory]
    [InlineData(0x8000_0000_0000_0000)]
    [InlineData(0x7FFF_FFFF_FFFF_FFFF)]
    [InlineData(0x7FFF_FFFF_FFFF_FFF8)]
    [InlineData(0xFFFF_FFFF_FFFF_FFFF)]
    [InlineData(0xFFFF_FFFF_FFFF_FFF8)]
    [InlineData(0x1_0000_0000)]
    [InlineData(0x8000_0000)]
    [InlineData(100_000_001)]
    public void A_header_longer_than_any_file_is_refused(ulong length)
    {
        using var file = new TemporaryFile([.. BitConverter.GetBytes(length), .. "{}"u8]);
        Assert.Contains($"a header of {length} bytes", AssertRefused(file.Path).Message);
    }

    [Theory]
    [InlineData("\"data_offsets\":[0,4]", "\"data_offsets\":[0,9223372036854775807]", "ends at byte 9223372036854775807")]
    [InlineData("\"data_offsets\":[0,4]", "\"data_offsets\":[9223372036854775804,9223372036854775807]", "ends at byte 9223372036854775807")]
    [InlineData("\"data_offsets\":[0,4]", "\"data_offsets\":[18446744073709551612,4]", "whole numbers from 0")]
    [InlineData("\"data_offsets\":[0,4]", "\"data_offsets\":[-4,0]", "whole numbers from 0")]
    [InlineData("\"data_offsets\":[0,4]", "\"data_offsets\":[8,4]", "begins at 8, after its end at 4")]
    [InlineData("\"data_offsets\":[0,4]", "\"data_offsets\":[4,8]", "first")]
    [InlineData("\"data_offsets\":[4,8]", "\"data_offsets\":[0,4]", "within another tensor")]
    [InlineData("\"data_offsets\":[4,8]", "\"data_offsets\":[2,6]", "within another tensor")]
    [InlineData("\"data_offsets\":[4,8]", "\"data_offsets\":[4,12]", "ends at byte 12")]
    [InlineData("\"shape\":[1]", "\"shape\":[4611686018427387905]", "does not take the 4 bytes")]
    [InlineData("\"shape\":[1]", "\"shape\":[9223372036854775807,9223372036854775807,4]", "does not take the 4 bytes")]
    [InlineData("second", "first", "the name occurs twice")]
    public void A_lie_about_a_tensor_is_refused_with_its_name(string truth, string lie, string expected)
    {
        string header = """{"first":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"second":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""";
        int place = header.IndexOf(truth, StringComparison.Ordinal);
        string lying = header[..place] + lie + header[(place + truth.Length)..];
        using var file = new TemporaryFile(SafetensorsParts.FromHeader(Encoding.UTF8.GetBytes(lying), new byte[8]));
        CheckpointException exception = AssertRefused(file.Path);
        Assert.Contains(expected, exception.Message);
        Assert.Contains(exception.TensorName, (IEnumerable<string>)["first", "second"]);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{\"a\":")]
    public void Nesting_without_end_is_refused(string open)
    {
        byte[] header = Encoding.UTF8.GetBytes("{\"a\":{\"dtype\":\"F32\",\"more\":" + string.Concat(Enumerable.Repeat(open, 1_000_000)));
        using var file = new TemporaryFile(SafetensorsParts.FromHeader(header));
        Assert.Contains("no valid JSON", AssertRefused(file.Path).Message);
    }

    [Fact]
    public void What_is_no_JSON_is_not_quoted()
    {
        byte[] header = Encoding.UTF8.GetBytes("{\"a\":{\"dtype\": nul" + new string('x', 100_000) + "\u0007\n\"");
        using var file = new TemporaryFile(SafetensorsParts.FromHeader(header));
        CheckpointException exception = AssertRefused(file.Path);
        Assert.Contains("line 1, byte ", exception.Message);
        Assert.True(exception.Message.Length < 500 + file.Path.Length);
        Assert.DoesNotContain(exception.Message, char.IsControl);
    }

    [Fact]
    public void A_hundred_thousand_tensors_of_nothing_are_listed_in_bounded_memory()
    {
        var header = new StringBuilder("{");
        for (int i = 0; i < 100_000; i++)
        {
            header.Append(i == 0 ? "" : ",").Append($"\"{i}\":{{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}");
        }

        byte[] file = SafetensorsParts.FromHeader(Encoding.UTF8.GetBytes(header.Append('}').ToString()));
        long before = GC.GetAllocatedBytesForCurrentThread();
        using (SafetensorsFile opened = SafetensorsFile.Open(new MemoryStream(file)))
        {
            Assert.Equal(100_000, opened.Tensors.Count);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20L * file.Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_empty_file_is_refused(bool readIntoMemory)
    {
        using var file = new TemporaryFile();
        Assert.Contains("is empty", AssertRefused(file.Path, readIntoMemory).Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Ten_gigabytes_of_zeros_are_refused_and_not_read(bool readIntoMemory)
    {
        using var file = TemporaryFile.Sparse(TenGigabytes);
        long memory = Environment.WorkingSet;
        Assert.Contains("no JSON object", AssertRefused(file.Path, readIntoMemory).Message);
        Assert.InRange(Environment.WorkingSet - memory, long.MinValue, 1 << 30);
    }

    [Fact]
    public void Ten_gigabytes_that_a_header_accounts_for_are_not_read()
    {
        string header = $$$"""{"source_embedding.weight":{"dtype":"F32","shape":[{{{(TenGigabytes - 4096) / 4}}}],"data_offsets":[0,{{{TenGigabytes - 4096}}}]}}""".PadRight(4096 - 8);
        using var file = TemporaryFile.Sparse(TenGigabytes, SafetensorsParts.FromHeader(Encoding.UTF8.GetBytes(header)));
        long memory = Environment.WorkingSet;
        CheckpointException exception = AssertRefused(file.Path);
        Assert.Equal("source_embedding.weight", exception.TensorName);
        Assert.Contains("expects [9, 6]", exception.Message);
        Assert.InRange(Environment.WorkingSet - memory, long.MinValue, 1 << 30);
    }

    /// <summary>Behind the last page of a mapped file there is nothing that could be read.</summary>
    [Fact]
    public void A_file_that_fills_its_pages_is_read_to_its_last_byte_and_no_further()
    {
        byte[] padded = [.. Valid, .. new byte[-Valid.Length & (Environment.SystemPageSize - 1)]];
        int added = padded.Length - Valid.Length;
        List<TensorEntry> entries = SafetensorsParts.Of(FuzzedVanilla.Description, "F32");
        byte[] whole = SafetensorsParts.Write(entries, "\"__metadata__\":{\"a\":\"" + new string('a', added + Environment.SystemPageSize - 24) + "\"},");
        Assert.Equal(0, whole.Length % Environment.SystemPageSize);
        using var file = new TemporaryFile(whole);
        using (FuzzedVanilla model = FuzzedVanilla.Load(file.Path))
        {
            Assert.NotEmpty(model.Generate([3, 4, 5]).Hypotheses);
        }

        // One byte less: the last tensor's last byte would lie on the next page.
        using var cut = new TemporaryFile(whole[..^1]);
        Assert.Contains("truncated or damaged", AssertRefused(cut.Path).Message);
    }

    [Theory]
    [InlineData("F32", new byte[] { 1, 0, 0x80, 0x7F }, "NaN")]
    [InlineData("F32", new byte[] { 0, 0, 0x80, 0x7F }, "infinity")]
    [InlineData("F32", new byte[] { 0, 0, 0x80, 0xFF }, "minus infinity")]
    [InlineData("F16", new byte[] { 1, 0x7C }, "NaN")]
    [InlineData("F16", new byte[] { 0, 0x7C }, "infinity")]
    [InlineData("F16", new byte[] { 0, 0xFC }, "minus infinity")]
    [InlineData("BF16", new byte[] { 0x81, 0xFF }, "NaN")]
    [InlineData("BF16", new byte[] { 0x80, 0x7F }, "infinity")]
    public void A_weight_that_is_not_finite_is_refused_with_its_place_unless_allowed(string type, byte[] number, string shown)
    {
        List<TensorEntry> entries = SafetensorsParts.Of(FuzzedVanilla.Description, type);
        for (int i = 0; i < entries.Count; i++)
        {
            TensorEntry entry = entries[i];
            int elements = entry.Data.Length / number.Length;
            int columns = int.Parse(entry.Shape[^1], System.Globalization.CultureInfo.InvariantCulture);
            foreach (int element in new[] { 0, elements / 2, elements - 1 })
            {
                byte[] data = [.. entry.Data];
                number.CopyTo(data, element * number.Length);
                entries[i] = entry with { Data = data };
                byte[] file = SafetensorsParts.Write(entries);
                if (entry.Name == "generator.bias" && shown == "minus infinity")
                {
                    FuzzedVanilla.Load(new MemoryStream(file)).Dispose();
                    continue;
                }

                CheckpointException exception = Assert.Throws<CheckpointException>(() => FuzzedVanilla.Load(new MemoryStream(file)));
                Assert.Equal(entry.Name, exception.TensorName);
                string place = entry.Shape.Length == 1 ? $"{element}" : $"{element / columns}, {element % columns}";
                Assert.Contains($"'{entry.Name}' has {shown} at [{place}], and weights are finite", exception.Message);

                using FuzzedVanilla model = FuzzedVanilla.Load(new MemoryStream(file), new ModelLoadOptions { AllowNonFiniteWeights = true });
                AssertGeneratesOrSays(model);
            }

            entries[i] = entry;
        }
    }

    [Fact]
    public void A_token_whose_output_bias_is_minus_infinity_is_never_generated()
    {
        int first = FirstToken(0);
        Assert.NotEqual(first, FirstToken(float.NegativeInfinity));

        int FirstToken(float biasOfFirst)
        {
            List<TensorEntry> entries = SafetensorsParts.Of(FuzzedVanilla.Description, "F32");
            int index = entries.FindIndex(static entry => entry.Name == "generator.bias");
            float[] bias = new float[FuzzedVanilla.Description.TargetVocabularySize];
            if (biasOfFirst != 0)
            {
                bias[FirstToken(0)] = biasOfFirst;
            }

            entries[index] = entries[index] with { Data = [.. bias.SelectMany(BitConverter.GetBytes)] };
            using FuzzedVanilla model = FuzzedVanilla.Load(new MemoryStream(SafetensorsParts.Write(entries)));
            float[] logits = model.Logits([3, 4, 5], [model.StartToken]);
            return Array.IndexOf(logits, logits.Max());
        }
    }

    [Fact]
    public void Weights_that_no_model_reads_may_be_anything()
    {
        List<TensorEntry> entries = SafetensorsParts.Of(FuzzedVanilla.Description, "F32");
        entries.Add(new TensorEntry("optimizer.state", "F32", ["1"], BitConverter.GetBytes(float.NaN)));
        FuzzedVanilla.Load(new MemoryStream(SafetensorsParts.Write(entries))).Dispose();
    }

    /// <summary>What comes of such weights is tokens of the vocabulary, or the word that they give none.</summary>
    private static void AssertGeneratesOrSays(FuzzedVanilla model)
    {
        try
        {
            Assert.All(model.Generate([3, 4, 5]).Hypotheses[0].Tokens, token => Assert.InRange(token, 0, model.TargetVocabularySize - 1));
        }
        catch (InvalidOperationException exception)
        {
            Assert.Contains("The weights overflow", exception.Message);
        }
    }

    private static CheckpointException AssertRefused(string path, bool readIntoMemory = false)
    {
        CheckpointException exception = Assert.Throws<CheckpointException>(() => FuzzedVanilla.Load(path, new ModelLoadOptions { ReadIntoMemory = readIntoMemory }));
        Assert.StartsWith($"The file '{path}'", exception.Message);
        return exception;
    }
}
