using KernelGen.Checkpoints;

namespace KernelGen.Tests.Checkpoints.PyTorch;

/// <summary>Files that PyTorch has written, those in data and others where it is installed.</summary>
public sealed class PyTorchFileTests
{
    private static string Data => Path.Combine(AppContext.BaseDirectory, "Checkpoints", "PyTorch", "data");

    public static TheoryData<string, bool> StateDicts => new()
    {
        { "state_dict.bin", false },
        { "state_dict.bin", true },
        { "nested.bin", false },
    };

    [Theory]
    [MemberData(nameof(StateDicts))]
    public void A_state_dict_is_read(string name, bool fromStream)
    {
        string path = Path.Combine(Data, name);
        using Checkpoint file = fromStream ? Checkpoint.Open(new MemoryStream(File.ReadAllBytes(path))) : Checkpoint.Open(path);
        CheckSamples(file);
    }

    [Fact]
    public void What_PyTorch_writes_here_is_read()
    {
        string python = InstalledProgram.PythonWithTorch();
        using var folder = new TemporaryFolder();
        Write(python, "samples", folder.Path);
        foreach (string name in new[] { "state_dict.bin", "nested.bin" })
        {
            using Checkpoint file = Checkpoint.Open(Path.Combine(folder.Path, name));
            CheckSamples(file);
        }
    }

    [Fact]
    public void A_converted_model_has_the_same_bits_whole_and_sharded()
    {
        string python = InstalledProgram.PythonWithTorch();
        using var folder = new TemporaryFolder();
        string safetensors = Path.Combine(AppContext.BaseDirectory, "Goldens", "data", "bart", "model.safetensors");
        Write(python, "convert", safetensors, folder.Path);
        using SafetensorsFile original = SafetensorsFile.Open(safetensors);
        foreach (string path in new[] { folder.Path, Path.Combine(folder.Path, "sharded") })
        {
            using Checkpoint converted = Checkpoint.Open(path);
            Assert.Equal(CheckpointFormat.PyTorch, converted.Format);
            Assert.Equal(original.Tensors.Keys.Order(), converted.Tensors.Keys.Order());
            foreach ((string name, TensorInfo tensor) in original.Tensors)
            {
                Assert.Equal(tensor.ToString(), converted.Tensors[name].ToString());
                Assert.Equal(Read(original, name), Read(converted, name));
            }
        }
    }

    [Theory]
    [InlineData("old.bin", "in the format from before PyTorch 1.6: load it in PyTorch and save it again")]
    [InlineData("module.bin", "its pickle names '__main__.Tied', which is no part of a state dict")]
    [InlineData("tensor.bin", "holds one tensor without a name; expected a state dict")]
    [InlineData("script.bin", "is a TorchScript program, which is not run")]
    public void What_is_no_state_dict_is_refused_with_what_to_do(string name, string expected)
    {
        string path = Path.Combine(Data, name);
        CheckpointException exception = Assert.Throws<CheckpointException>(() => Checkpoint.Open(path));
        Assert.StartsWith($"The file '{path}' ", exception.Message, StringComparison.Ordinal);
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        Assert.Contains("save", exception.Message, StringComparison.Ordinal);

        // As safetensors it is refused, too, and the refused file is not held open.
        Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(path));
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.None);
    }

    [Fact]
    public void Tied_tensors_lie_in_one_place_and_are_not_copied()
    {
        using Checkpoint file = Checkpoint.Open(Path.Combine(Data, "state_dict.bin"));
        Assert.True(Whole(file, "embedding.weight").HasSameContent(Whole(file, "head.weight")));
        unsafe
        {
            Assert.Equal((nint)file.Tensors["embedding.weight"].Data, (nint)file.Tensors["head.weight"].Data);
        }

        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Read(file, "embedding.weight"));
    }

    private static TensorSlice Whole(Checkpoint file, string name) => new(file.Tensors[name], 0, 4, 3);

    private static void CheckSamples(Checkpoint file)
    {
        Assert.Equal(CheckpointFormat.PyTorch, file.Format);
        Assert.Empty(file.Metadata);
        string[] expected =
        [
            "brain BF16 [2]", "double F64 [2]", "embedding.weight F32 [4, 3]", "half F16 [2, 2]", "head.weight F32 [4, 3]", "nothing F32 [0, 5]", "number F32 []",
            "parameter F32 [2]", "position_ids I64 [1, 4]", "transposed F32 [3, 2]", "view F32 [2, 3]",
        ];
        Assert.Equal(expected, file.Tensors.Values.Select(static tensor => tensor.ToString()).Order(StringComparer.Ordinal));
        Assert.Equal([0f, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], Read(file, "embedding.weight"));
        Assert.Equal(Read(file, "embedding.weight"), Read(file, "head.weight"));
        Assert.Equal([-1.5f, -0.5f, 0.5f, 1.5f], Read(file, "half"));
        Assert.Equal([1f, -2.5f], Read(file, "brain"));
        Assert.Equal([6f, 7, 8, 9, 10, 11], Read(file, "view"));
        Assert.Equal([42f], Read(file, "number"));
        Assert.Equal([], Read(file, "nothing"));
        Assert.Equal([0f, 1], Read(file, "parameter"));
        Refused(file, "double", "elements of type 'F64', which cannot be read as weights");
        Refused(file, "position_ids", "elements of type 'I64', which cannot be read as weights");
        Refused(file, "transposed", "does not lie row by row: its shape is [3, 2], its strides are [1, 3]. Save it with tensor.contiguous().");
    }

    private static void Refused(Checkpoint file, string name, string expected)
    {
        CheckpointException exception = Assert.Throws<CheckpointException>(() => file.Tensors[name].CopyTo([]));
        Assert.Equal(name, exception.TensorName);
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    private static float[] Read(Checkpoint file, string name)
    {
        float[] values = new float[file.Tensors[name].ElementCount];
        file.Tensors[name].CopyTo(values);
        return values;
    }

    private static void Write(string python, params string[] arguments) => InstalledProgram.Run(python, [Path.Combine(Data, "write_torch_files.py"), .. arguments]);
}
