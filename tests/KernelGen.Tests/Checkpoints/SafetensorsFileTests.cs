using System.IO.MemoryMappedFiles;
using KernelGen.Checkpoints;

namespace KernelGen.Tests.Checkpoints;

public sealed class SafetensorsFileTests
{
    private static readonly byte[] Valid = new SafetensorsBuilder()
        .AddMetadata("format", "pt")
        .Add("weight", [2, 3], [1, 2, 3, 4, 5, 6])
        .Add("half", [4], [0.5f, -1, 65504, 0], TensorDataType.Float16)
        .Add("brain", [1, 2], [-2, 0.25f], TensorDataType.BFloat16)
        .AddBytes("steps", "I64", [1], new byte[8])
        .Add("nothing", [0, 5], [])
        .Add("number", [], [42])
        .ToArray();

    [Fact]
    public void A_file_is_read_from_a_path()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, Valid);
            using SafetensorsFile file = SafetensorsFile.Open(path);
            CheckValid(file);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_file_is_read_from_a_stream_that_trickles(bool canSeek)
    {
        using var stream = new TricklingStream([1, 2, 3, .. Valid], canSeek);
        stream.ReadExactly(new byte[3]);
        using SafetensorsFile file = SafetensorsFile.Open(stream);
        CheckValid(file);
    }

    [Fact]
    public void A_long_stream_of_unknown_length_is_read_whole()
    {
        float[] values = [.. Enumerable.Range(0, 100_000).Select(static i => (float)i)];
        using var stream = new TricklingStream(new SafetensorsBuilder().Add("x", [values.Length], values).ToArray(), canSeek: false, most: 30_000);
        using SafetensorsFile file = SafetensorsFile.Open(stream);
        Assert.Equal(values, Read(file, "x"));
    }

    [Fact]
    public unsafe void Unmanaged_memory_is_used_in_place()
    {
        fixed (byte* pointer = (byte[])[9, 9, 9, .. Valid])
        {
            using var stream = new UnmanagedMemoryStream(pointer, Valid.Length + 3);
            stream.Position = 3;
            using SafetensorsFile file = SafetensorsFile.Open(stream);
            CheckValid(file);
            Assert.Equal(stream.Length, stream.Position);
            byte* weight = file.Tensors["weight"].Data;
            Assert.True(weight > pointer && weight < pointer + stream.Length);

            stream.Dispose();
            Assert.Throws<ObjectDisposedException>(() => Read(file, "weight"));
        }
    }

    [Fact]
    public void A_mapped_view_is_read()
    {
        using var mapped = MemoryMappedFile.CreateNew(null, Valid.Length);
        using MemoryMappedViewStream stream = mapped.CreateViewStream(0, Valid.Length);
        stream.Write(Valid);
        stream.Position = 0;
        using SafetensorsFile file = SafetensorsFile.Open(stream);
        CheckValid(file);
    }

    [Fact]
    public void A_file_without_tensors_is_valid()
    {
        using SafetensorsFile file = Open(SafetensorsBuilder.FromHeader("{}   "));
        Assert.Empty(file.Tensors);
        Assert.Empty(file.Metadata);
    }

    [Fact]
    public void Tensors_may_come_in_any_order_and_have_unknown_properties()
    {
        using SafetensorsFile file = Open(SafetensorsBuilder.FromHeader(
            """{"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6],"more":{"deep":[1,[2]]}},"__metadata__":null,"a":{"data_offsets":[0,2],"shape":[],"dtype":"F16"}}""", 6));
        Assert.Equal(["a", "b"], file.Tensors.Keys.Order());
        Assert.Equal([0f], Read(file, "b"));
    }

    [Fact]
    public void Names_are_unescaped()
    {
        using SafetensorsFile file = new SafetensorsBuilder().Add("a\"\u00e9\n猫", [1], [7]).Open();
        Assert.Equal([7f], Read(file, "a\"\u00e9\n猫"));
    }

    [Fact]
    public void A_type_that_is_no_weight_is_listed_but_not_read()
    {
        using SafetensorsFile file = Open(Valid);
        TensorInfo steps = file.Tensors["steps"];
        Assert.Equal(TensorDataType.Other, steps.DataType);
        Assert.Equal("steps I64 [1]", steps.ToString());
        CheckpointException exception = Assert.Throws<CheckpointException>(() => steps.CopyTo(new float[1]));
        Assert.Equal("steps", exception.TensorName);
        Assert.Contains("'I64'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("F32, F16 or BF16", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_destination_of_another_length_is_refused()
    {
        using SafetensorsFile file = Open(Valid);
        Assert.Throws<ArgumentException>(() => file.Tensors["weight"].CopyTo(new float[5]));
        Assert.Throws<ArgumentException>(() => file.Tensors["weight"].CopyTo(new float[7]));
    }

    [Fact]
    public void A_disposed_file_is_not_read()
    {
        SafetensorsFile file = Open(Valid);
        file.Dispose();
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Read(file, "weight"));
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        for (int length = 0; length < Valid.Length; length++)
        {
            Assert.Throws<CheckpointException>(() => Open(Valid[..length]));
        }
    }

    [Theory]
    [InlineData(0, "is empty")]
    [InlineData(5, "it has 5 bytes")]
    public void A_file_without_header_is_refused(int length, string expected)
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, Valid[..length]);
            CheckpointException exception = Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(path));
            Assert.Contains(path, exception.Message, StringComparison.Ordinal);
            Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
            Assert.Null(exception.TensorName);

            // The refused file is not held open.
            File.Delete(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_missing_file_is_said_to_be_missing() =>
        Assert.Throws<FileNotFoundException>(() => SafetensorsFile.Open(Path.Combine(Path.GetTempPath(), "there is no such file.safetensors")));

    [Theory]
    [InlineData("PK\u0003\u0004 and more of a zip file", "PyTorch")]
    [InlineData("version https://git-lfs.github.com/spec/v1", "git lfs pull")]
    [InlineData("<!DOCTYPE html><html></html>", "web page")]
    [InlineData("\u0001\0\0\0\0\0\0\u007f", "limit")]
    [InlineData("\u0001\u0001\0\0\0\0\0\0{}", "257 bytes, but only 2 follow")]
    [InlineData("\u0002\0\0\0\0\0\0\0[]", "no JSON object")]
    [InlineData("\0\0\0\0\0\0\0\0", "no JSON object")]
    [InlineData(" \0\0\0\0\0\0\0                                ", "no JSON object")]
    public void Another_format_is_refused_with_advice(string text, string expected)
    {
        CheckpointException exception = Assert.Throws<CheckpointException>(() => Open(System.Text.Encoding.Latin1.GetBytes(text)));
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_header_over_the_limit_is_refused_even_when_the_file_is_long_enough()
    {
        using var stream = new MemoryStream(new byte[9]);
        stream.Write([0x01, 0xE1, 0xF5, 0x05, 0, 0, 0, 0]);
        stream.Position = 0;
        CheckpointException exception = Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(stream));
        Assert.Contains("100000001 bytes, but 100000000 is the limit", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}""", "no valid JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} x""", "no valid JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},}""", "no valid JSON")]
    [InlineData("""{"__metadata__":{"a":1},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "must be a string")]
    [InlineData("""{"__metadata__":["a"],"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "object of strings")]
    [InlineData("""{"__metadata__":{},"__metadata__":{},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "occurs twice")]
    [InlineData("""{"\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "no valid text")]
    [InlineData("""{"a":{"\ud800":1}}""", "no valid JSON")]
    [InlineData("""{"\ud800abcdefghijk":{}}""", "no valid JSON")]
    [InlineData("{}", "8 bytes follow")]
    public void A_damaged_header_is_refused(string header, string expected)
    {
        CheckpointException exception = Assert.Throws<CheckpointException>(() => Open(SafetensorsBuilder.FromHeader(header, 8)));
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"a":3}""", "must be an object")]
    [InlineData("""{"a":[]}""", "must be an object")]
    [InlineData("""{"a":{"shape":[2],"data_offsets":[0,8]}}""", "'dtype' is missing")]
    [InlineData("""{"a":{"dtype":"F32","data_offsets":[0,8]}}""", "'shape' is missing")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2]}}""", "'data_offsets' is missing")]
    [InlineData("""{"a":{"dtype":7,"shape":[2],"data_offsets":[0,8]}}""", "'dtype' must be a string")]
    [InlineData("""{"a":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}""", "'shape' must be an array")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", "whole numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}""", "whole numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}}""", "whole numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[[2]],"data_offsets":[0,8]}}""", "whole numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}}""", "whole numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""", "[begin, end]")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,9]}}""", "more than 2 numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", "begins at 8, after its end at 0")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,12]}}""", "only 8 bytes follow the header")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,9223372036854775807]}}""", "only 8 bytes follow the header")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", "[3] of type F32 does not take the 8 bytes")]
    [InlineData("""{"a":{"dtype":"I64","shape":[2],"data_offsets":[0,8]}}""", "[2] of type I64 does not take the 8 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,2],"data_offsets":[0,0]},"b":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}""", "does not take the 0 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387905,4],"data_offsets":[0,8]}}""", "does not take the 8 bytes")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}""", "no holes")]
    [InlineData("""{"0":{"dtype":"U8","shape":[6],"data_offsets":[0,6]},"a":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}""", "within another tensor")]
    [InlineData("""{"0":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}""", "within another tensor", null)]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"a":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}""", "the name occurs twice")]
    [InlineData("""{"a":{"dtype":"U8","dtype":"U8","shape":[8],"data_offsets":[0,8]}}""", "'dtype' occurs twice")]
    [InlineData("""{"a":{"dtype":"U8","shape":[8],"shape":[8],"data_offsets":[0,8]}}""", "'shape' occurs twice")]
    [InlineData("""{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8],"data_offsets":[0,8]}}""", "'data_offsets' occurs twice")]
    public void A_lying_tensor_is_refused_by_name(string header, string expected, string? name = "a")
    {
        CheckpointException exception = Assert.Throws<CheckpointException>(() => Open(SafetensorsBuilder.FromHeader(header, 8)));
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        if (name != null)
        {
            Assert.Equal(name, exception.TensorName);
            Assert.Contains($"tensor '{name}'", exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Deep_and_endless_headers_are_refused()
    {
        string deep = $$"""{"a":{"x":{{new string('[', 100_000)}}""";
        Assert.Throws<CheckpointException>(() => Open(SafetensorsBuilder.FromHeader(deep)));

        string shape = string.Join(',', Enumerable.Repeat("1", 100_000));
        string wide = $$$"""{"a":{"dtype":"U8","shape":[{{{shape}}}],"data_offsets":[0,1]}}""";
        Assert.Contains("more than 64 numbers", Assert.Throws<CheckpointException>(() => Open(SafetensorsBuilder.FromHeader(wide, 1))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_hostile_name_does_not_flood_the_message()
    {
        string name = "\u0007" + new string('x', 1_000_000);
        CheckpointException exception = Assert.Throws<CheckpointException>(() => new SafetensorsBuilder().AddBytes(name, "F32", [3], new byte[8]).Open());
        Assert.Equal(name, exception.TensorName);
        Assert.True(exception.Message.Length < 500);
        Assert.DoesNotContain('\u0007', exception.Message);
    }

    [Fact]
    public unsafe void No_mutation_crashes_or_reaches_outside()
    {
        var random = new Random(20_000);
        int headerEnd = 8 + (int)BitConverter.ToInt64(Valid);
        byte[] interesting = [.. "{}[]\",:0123456789-.eE\\unFB "u8, 0, 0x7F, 0x80, 0xFF];
        int accepted = 0;
        for (int i = 0; i < 20_000; i++)
        {
            List<byte> bytes = [.. Valid];
            for (int edits = random.Next(1, 4); edits > 0; edits--)
            {
                // Mostly in the header, and there mostly what JSON is made of.
                int position = random.Next(random.Next(10) == 0 ? bytes.Count : Math.Min(bytes.Count, headerEnd));
                byte value = random.Next(4) == 0 ? (byte)random.Next(256) : interesting[random.Next(interesting.Length)];
                switch (random.Next(6))
                {
                    case 0:
                        bytes.RemoveAt(position);
                        FixLength(bytes, -1, random);
                        break;
                    case 1:
                        bytes.Insert(position, value);
                        FixLength(bytes, 1, random);
                        break;
                    case 2:
                        int count = Math.Min(random.Next(1, 40), bytes.Count - position);
                        bytes.InsertRange(position, bytes.GetRange(position, count));
                        FixLength(bytes, count, random);
                        break;
                    case 3:
                        bytes.RemoveRange(position, random.Next(bytes.Count - position));
                        bytes.AddRange(new byte[8]);
                        break;
                    default:
                        bytes[position] = value;
                        break;
                }
            }

            fixed (byte* pointer = bytes.ToArray())
            {
                using var stream = new UnmanagedMemoryStream(pointer, bytes.Count);
                try
                {
                    using SafetensorsFile file = SafetensorsFile.Open(stream);
                    foreach (TensorInfo tensor in file.Tensors.Values)
                    {
                        Assert.InRange((long)(tensor.Data - pointer), 8, bytes.Count);
                        Assert.InRange((long)(tensor.Data - pointer) + tensor.ByteLength, 8, bytes.Count);
                        if (tensor.DataType != TensorDataType.Other)
                        {
                            tensor.CopyTo(new float[tensor.ElementCount]);
                        }
                    }

                    accepted++;
                }
                catch (CheckpointException exception)
                {
                    Assert.StartsWith("The stream ", exception.Message, StringComparison.Ordinal);
                }
            }
        }

        // Both sides of the line were walked.
        Assert.InRange(accepted, 500, 15_000);
    }

    /// <summary>Lets the announced length follow, mostly, so that the mutation reaches the parser.</summary>
    private static void FixLength(List<byte> bytes, int difference, Random random)
    {
        if (random.Next(8) != 0)
        {
            byte[] length = BitConverter.GetBytes(BitConverter.ToInt64([.. bytes[..8]]) + difference);
            for (int i = 0; i < length.Length; i++)
            {
                bytes[i] = length[i];
            }
        }
    }

    private static SafetensorsFile Open(byte[] file) => SafetensorsFile.Open(new MemoryStream(file));

    private static float[] Read(SafetensorsFile file, string name)
    {
        TensorInfo tensor = file.Tensors[name];
        float[] values = new float[tensor.ElementCount];
        tensor.CopyTo(values);
        return values;
    }

    private static void CheckValid(SafetensorsFile file)
    {
        Assert.Equal(6, file.Tensors.Count);
        Assert.Equal("pt", Assert.Single(file.Metadata, static entry => entry.Key == "format").Value);
        Assert.Equal([2, 3], file.Tensors["weight"].Shape.ToArray());
        Assert.Equal(TensorDataType.Float32, file.Tensors["weight"].DataType);
        Assert.Equal(24, file.Tensors["weight"].ByteLength);
        Assert.Equal([1f, 2, 3, 4, 5, 6], Read(file, "weight"));
        Assert.Equal([0.5f, -1, 65504, 0], Read(file, "half"));
        Assert.Equal([-2, 0.25f], Read(file, "brain"));
        Assert.Empty(Read(file, "nothing"));
        Assert.Equal([42f], Read(file, "number"));
    }

    /// <summary>A stream that hands out few bytes at a time.</summary>
    private sealed class TricklingStream(byte[] bytes, bool canSeek, int most = 7) : MemoryStream(bytes)
    {
        public override bool CanSeek => canSeek;

        public override long Length => canSeek ? base.Length : throw new NotSupportedException();

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, most)]);
    }
}
