using System.Diagnostics;
using System.IO.Compression;
using KernelGen.Checkpoints;

namespace KernelGen.Tests.Checkpoints.PyTorch;

/// <summary>PyTorch files that would run something, or lie: each danger by its name.</summary>
public sealed class HostilePyTorchFileTests
{
    private static readonly TorchEntry[] Valid =
    [
        new("a", "F32", [2, 3], [.. Enumerable.Range(0, 24).Select(static i => (byte)i)]),
        new("b", "F16", [2], [0, 1, 2, 3]),
    ];

    [Fact]
    public void A_file_that_is_right_is_read()
    {
        using Checkpoint file = Open(TorchFileBuilder.Write(Valid));
        Assert.Equal(["a", "b"], file.Tensors.Keys);
    }

    [Theory]
    [InlineData("os", "system", "its pickle names 'os.system', which is no part of a state dict")]
    [InlineData("builtins", "eval", "'builtins.eval'")]
    [InlineData("torch", "load", "'torch.load'")]
    [InlineData("torch._utils", "_rebuild_device_tensor_from_numpy", "'torch._utils._rebuild_device_tensor_from_numpy'")]
    [InlineData("collections", "OrderedDict.__class__", "'collections.OrderedDict.__class__'")]
    [InlineData("posix\u202e", "\u001b[2Jsystem", "'posix\\u202e.\\u001b[2Jsystem'")]
    public void A_pickle_that_names_anything_else_is_refused_by_that_name_and_not_run(string module, string name, string expected)
    {
        byte[] called = new PickleBuilder().Global(module, name).Op('(').Text("touch /tmp/kernelgen-was-here").Op('t').Op('R').ToArray();
        Assert.Contains(expected, RefusedPickle(called).Message, StringComparison.Ordinal);

        byte[] onlyNamed = new PickleBuilder().Dictionary().Global(module, name).Op('0').ToArray();
        Assert.Contains(expected, RefusedPickle(onlyNamed).Message, StringComparison.Ordinal);

        byte[] fromStack = new PickleBuilder().Text(module).Text(name).Raw(0x93).ToArray();
        Assert.Contains(expected, RefusedPickle(fromStack).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData('i')]
    [InlineData('o')]
    [InlineData('P')]
    [InlineData('S')]
    [InlineData('\x81')]
    [InlineData('\x82')]
    [InlineData('\x92')]
    [InlineData('\x97')]
    public void An_instruction_that_no_state_dict_needs_is_refused(char instruction)
    {
        CheckpointException exception = RefusedPickle(new PickleBuilder().Op(instruction).ToArray());
        Assert.Contains($"has the instruction 0x{(int)instruction:X2} at byte 2", exception.Message, StringComparison.Ordinal);
        Assert.Contains("nothing in it is run", exception.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, string> BrokenPickles => new()
    {
        { "takes values that are not there", "R" },
        { "takes values that are not there", "(R" },
        { "takes values that are not there", "(a" },
        { "up to a mark", "u" },
        { "uses a dictionary that is not there", "(u" },
        { "uses a dictionary that is not there", "(NNu" },
        { "one is missing", "}(Nu" },
        { "uses a dictionary that is not there", "NNNs" },
        { "uses a list that is not there", "NNa" },
        { "uses a value that is not there", "q\x01" },
        { "uses a value that is not there", "(q\x01" },
        { "refers to its value 7", "h\x07" },
        { "refers to its value 4294967295", "j\xff\xff\xff\xff" },
        { "is cut off", "X\xff\xff\xff\xff" },
        { "is cut off", "\x8d\xff\xff\xff\xff\xff\xff\xff\xff" },
        { "is cut off", "\x8d\x00\x00\x00\x00\x00\x00\x00\x80" },
        { "is cut off", "ccollections" },
        { "is cut off", "\x8a\xff" },
        { "more than any size", "\x8a\x09\x01\x01\x01\x01\x01\x01\x01\x01\x01" },
        { "ends with 0 values", "" },
        { "ends with 2 values", "NN" },
        { "has protocol 1", "\x80\x01" },
        { "has protocol 6", "\x80\x06" },
        { "calls what is no function", "N)R" },
        { "without a tuple", "ccollections\nOrderedDict\nNR" },
        { "with 1 arguments", "ccollections\nOrderedDict\nN\x85R" },
        { "with 1 arguments", "ctorch\nFloatStorage\nN\x85R" },
        { "with 1 arguments", "ctorch._utils\n_rebuild_tensor_v2\nN\x85R" },
        { "no storage of torch.save", "NQ" },
        { "no storage of torch.save", ")Q" },
        { "names a function by what is no text", "NN\x93" },
    };

    [Theory]
    [MemberData(nameof(BrokenPickles))]
    public void A_pickle_that_breaks_its_machine_is_refused(string expected, string instructions) =>
        Assert.Contains(expected, RefusedPickle(new PickleBuilder().Raw(System.Text.Encoding.Latin1.GetBytes(instructions)).ToArray()).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData('(')]
    [InlineData('}')]
    [InlineData(')')]
    [InlineData(']')]
    [InlineData('N')]
    public void A_million_values_are_refused_in_memory_and_time_of_the_file(char instruction)
    {
        byte[] pickle = new PickleBuilder().Raw([.. Enumerable.Repeat((byte)instruction, 1_000_000)]).ToArray();
        long before = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();
        RefusedPickle(pickle);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100L * pickle.Length);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 10);
    }

    /// <summary>Each level holds the one below twice, so that a walk over all of it would have 2¹⁰⁰ steps.</summary>
    [Fact]
    public void Nesting_and_a_memo_bomb_are_read_without_walking_through_them()
    {
        PickleBuilder pickle = new PickleBuilder().Op(')').Raw((byte)'q', 0);
        for (int i = 0; i < 100; i++)
        {
            pickle.Raw((byte)'h', (byte)i, (byte)'h', (byte)i, 0x86, (byte)'q', (byte)(i + 1));
        }

        Assert.Contains("ends with 101 values", RefusedPickle(pickle.ToArray()).Message, StringComparison.Ordinal);

        PickleBuilder deep = new PickleBuilder().Dictionary().Op('(').Text("bomb").Op(')');
        for (int i = 0; i < 100_000; i++)
        {
            deep.Raw(0x85);
        }

        using Checkpoint file = Open(TorchFileBuilder.Zip(deep.Text("a").Tensor("FloatStorage", "0", 1, 0, [1], [1]).Op('u').ToArray()).Add("archive/data/0", new byte[4]).ToArray());
        Assert.Equal(["a"], file.Tensors.Keys);
    }

    [Theory]
    [InlineData(6, 0, "2,3", "3,2", "reaches out of its storage of 6 numbers")]
    [InlineData(6, 1, "2,3", "3,1", "reaches out of its storage of 6 numbers")]
    [InlineData(6, 0, "7", "1", "reaches out of its storage of 6 numbers")]
    [InlineData(6, -1, "6", "1", "reaches out")]
    [InlineData(6, 0, "-6", "1", "reaches out")]
    [InlineData(6, 5, "6", "-1", "reaches out")]
    [InlineData(6, 7, "0", "1", "reaches out")]
    [InlineData(6, 9223372036854775807, "6", "1", "reaches out")]
    [InlineData(6, 0, "9223372036854775807", "9223372036854775807", "reaches out")]
    [InlineData(6, 0, "9223372036854775807,9223372036854775807,9223372036854775807", "0,0,0", "reaches out")]
    [InlineData(6, 0, "2,2", "4611686018427387904,4611686018427387904", "reaches out")]
    [InlineData(7, 0, "6", "1", "should have 7 numbers of type F32, and 'archive/data/0' has 24 bytes")]
    [InlineData(5, 0, "5", "1", "should have 5 numbers")]
    [InlineData(0, 0, "0", "1", "should have 0 numbers")]
    public void A_tensor_that_lies_about_its_place_is_refused(long count, long offset, string shape, string strides, string expected)
    {
        CheckpointException exception = Refused(TorchFileBuilder.Write(Valid[0] with { Count = count, Offset = offset, Shape = Numbers(shape), Strides = Numbers(strides) }));
        Assert.Equal("a", exception.TensorName);
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2,3", "1,2")]
    [InlineData("1152921504606846976", "0")]
    [InlineData("2,2,2", "2,1,1")]
    public void A_tensor_that_does_not_lie_row_by_row_is_listed_and_not_read(string shape, string strides)
    {
        using Checkpoint file = Open(TorchFileBuilder.Write(Valid[0] with { Shape = Numbers(shape), Strides = Numbers(strides) }));
        CheckpointException exception = Assert.Throws<CheckpointException>(() => file.Tensors["a"].CopyTo(new float[6]));
        Assert.Contains("does not lie row by row", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_dimensions_than_any_tensor_are_refused()
    {
        long[] ones = [.. Enumerable.Repeat(1L, 65)];
        Assert.Contains("65 dimensions", Refused(TorchFileBuilder.Write(Valid[0] with { Shape = ones, Strides = ones })).Message, StringComparison.Ordinal);
        Assert.Contains("1 dimensions with 2 strides", Refused(TorchFileBuilder.Write(Valid[0] with { Shape = [6], Strides = [1, 1] })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_occurs_twice_and_a_storage_that_is_missing_are_refused()
    {
        Assert.Contains("the name occurs twice", Refused(TorchFileBuilder.Write(Valid[0], Valid[0])).Message, StringComparison.Ordinal);
        byte[] pickle = new PickleBuilder().Dictionary().Text("a").Tensor("FloatStorage", "../../etc/passwd", 1, 0, [1], [1]).Op('s').ToArray();
        Assert.Contains("should be in 'archive/data/../../etc/passwd', which is not in the file", RefusedPickle(pickle).Message, StringComparison.Ordinal);
        byte[] numbered = new PickleBuilder().Dictionary().Number(1).Tensor("FloatStorage", "0", 1, 0, [1], [1]).Op('s').ToArray();
        Assert.Contains("a key that is no text", RefusedPickle(numbered).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dictionary_without_tensors_is_refused_with_what_is_in_it()
    {
        byte[] pickle = new PickleBuilder().Dictionary().Op('(').Text("weights").Dictionary().Text("epoch").Number(1L << 40).Op('u').ToArray();
        CheckpointException exception = RefusedPickle(pickle);
        Assert.Contains("a dictionary without tensors, of 'weights', 'epoch'; expected tensors by name, or such a dictionary under 'state_dict'", exception.Message, StringComparison.Ordinal);
        using Checkpoint empty = Open(TorchFileBuilder.Zip(new PickleBuilder().Dictionary().ToArray()).ToArray());
        Assert.Empty(empty.Tensors);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_truncation_is_refused(bool isLarge)
    {
        byte[] whole = TorchFileBuilder.Write(
            Valid,
            static pickle => pickle,
            zip =>
            {
                zip.IsLarge = isLarge;
                return zip;
            });
        using (Checkpoint file = Open(whole))
        {
            Assert.Equal(2, file.Tensors.Count);
        }

        for (int length = 0; length < whole.Length; length++)
        {
            Refused(whole[..length]);
        }
    }

    [Fact]
    public void Compressed_files_are_refused_so_that_there_are_no_bombs()
    {
        var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            using Stream entry = zip.CreateEntry("archive/data.pkl", CompressionLevel.Optimal).Open();
            entry.Write(new byte[1 << 20]);
        }

        Assert.Contains("'archive/data.pkl' in it is compressed, and torch.save does not compress", Refused(stream.ToArray()).Message, StringComparison.Ordinal);

        byte[] pickle = new PickleBuilder().Dictionary().Text("a").Tensor("FloatStorage", "0", 1 << 20, 0, [1 << 20], [1]).Op('s').ToArray();
        using Checkpoint file = Open(TorchFileBuilder.Zip(pickle).Add(new ZipPart("archive/data/0", new byte[9]) { Method = 8, Length = 4 << 20 }).ToArray());
        CheckpointException exception = Assert.Throws<CheckpointException>(() => file.Tensors["a"].CopyTo(new float[1 << 20]));
        Assert.Contains("lies compressed in 'archive/data/0'", exception.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, string> LyingDirectories => new()
    {
        { "count", "its directory has no entry" },
        { "countless", "its directory has no entry" },
        { "fewer", "follow the 3 entries" },
        { "directory length", "its directory should have" },
        { "directory begin", "its directory" },
        { "stored", "stored as they are in" },
        { "long", "should have 18446744073709551615 bytes" },
        { "begin", "should begin at byte" },
        { "other begin", "another or none does" },
        { "own name", "another or none does" },
        { "twice", "occurs twice" },
        { "encrypted", "is encrypted" },
        { "overlap", "overlaps" },
        { "directory overlap", "reaches into the directory" },
    };

    [Theory]
    [MemberData(nameof(LyingDirectories))]
    public void A_directory_that_lies_is_refused(string lie, string expected)
    {
        byte[] pickle = new PickleBuilder().Dictionary().ToArray();
        ZipBuilder zip = TorchFileBuilder.Zip(pickle);
        zip.IsLarge = true;
        ZipPart version = new("archive/version", [(byte)'3']);
        ulong pickleBegin = 0;
        zip.Add(lie switch
        {
            "stored" => version with { Length = 5 },
            "long" => version with { Length = ulong.MaxValue, StoredLength = ulong.MaxValue },
            "begin" => version with { Begin = 1UL << 63 },
            "other begin" => version with { Begin = 7 },
            "own name" => version with { OwnName = "archive/versiom" },
            "twice" => version with { Name = "archive/data.pkl", Begin = pickleBegin },
            "encrypted" => version with { Flags = 1 },
            "overlap" => version with { Length = 40, StoredLength = 40 },
            "directory overlap" => version with { Length = 40, StoredLength = 40 },
            _ => version,
        });
        if (lie != "directory overlap")
        {
            zip.Add("archive/more", new byte[50]);
        }

        switch (lie)
        {
            case "count":
                zip.Count = 4;
                break;
            case "countless":
                zip.Count = ulong.MaxValue;
                break;
            case "fewer":
                zip.Add("archive/last", []);
                zip.Count = 3;
                break;
            case "directory length":
                zip.DirectoryLength = ulong.MaxValue;
                break;
            case "directory begin":
                zip.DirectoryBegin = 1;
                break;
        }

        CheckpointException exception = Refused(zip.ToArray());
        Assert.Contains("is damaged: as a zip file, ", exception.Message, StringComparison.Ordinal);
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a", "a zip file, and no PyTorch file: there is no data.pkl in it, but 'a'")]
    [InlineData("weights/a.npy", "a NumPy archive (.npz), which is not read")]
    [InlineData("special:model.yml.npy", "a NumPy archive of a Marian model. It looks like a model of the Marian program: convert it with convert_marian_to_pytorch.py")]
    public void Another_zip_file_is_told_apart(string name, string expected) =>
        Assert.Contains(expected, Refused(new ZipBuilder { Comment = "with a comment" }.Add(name, [1, 2]).ToArray()).Message, StringComparison.Ordinal);

    [Fact]
    public void Two_pickles_and_big_endian_numbers_are_refused()
    {
        byte[] pickle = new PickleBuilder().Dictionary().ToArray();
        Assert.Contains("a zip file with 2 pickles", Refused(TorchFileBuilder.Zip(pickle).Add("b/data.pkl", pickle).ToArray()).Message, StringComparison.Ordinal);
        Assert.Contains("written on a big-endian machine", Refused(TorchFileBuilder.Zip(pickle).Add("archive/byteorder", [.. "big"u8]).ToArray()).Message, StringComparison.Ordinal);
        Open(TorchFileBuilder.Zip(pickle).Add("archive/byteorder", [.. "little"u8]).ToArray()).Dispose();
    }

    [Fact]
    public void An_empty_zip_file_is_refused() => Assert.Contains("there is no data.pkl in it", Refused(new ZipBuilder().ToArray()).Message, StringComparison.Ordinal);

    private static long[] Numbers(string text) => [.. text.Split(',').Select(static number => long.Parse(number, System.Globalization.CultureInfo.InvariantCulture))];

    private static Checkpoint Open(byte[] file) => Checkpoint.Open(new MemoryStream(file));

    private static CheckpointException RefusedPickle(byte[] pickle) => Refused(TorchFileBuilder.Zip(pickle).ToArray());

    private static CheckpointException Refused(byte[] file)
    {
        CheckpointException exception = Assert.Throws<CheckpointException>(() => Open(file));
        Assert.StartsWith("The stream ", exception.Message, StringComparison.Ordinal);
        Assert.InRange(exception.Message.Length, 0, 4000);
        Assert.DoesNotContain(exception.Message, char.IsControl);
        return exception;
    }
}
