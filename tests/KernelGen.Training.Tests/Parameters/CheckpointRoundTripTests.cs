using KernelGen.Checkpoints;
using KernelGen.Execution;
using KernelGen.Packing;
using KernelGen.Tests.Reference;
using KernelGen.Training.Tests.Declarations;

namespace KernelGen.Training.Tests.Parameters;

public sealed unsafe class CheckpointRoundTripTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kernelgen-training-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(TrainedModels.GoldenNames), MemberType = typeof(TrainedModels))]
    public void A_checkpoint_that_is_loaded_and_saved_has_the_same_tensors_bit_for_bit(string golden)
    {
        using var parameters = TrainingParameters.Load(TrainedModels.Goldens[golden], TrainedModels.Path(golden));
        string path = Path.Combine(_folder, "model.safetensors");
        parameters.Save(path);
        AssertEqual(TensorFile.Read(TrainedModels.Path(golden)), TensorFile.Read(path));
        Assert.Equal(["model.safetensors"], Directory.GetFiles(_folder).Select(Path.GetFileName));
    }

    [Theory]
    [MemberData(nameof(TrainedModels.Names), MemberType = typeof(TrainedModels))]
    public void So_has_a_random_one(string name) => AssertRoundTrip(TrainedModels.All[name], RandomCheckpoint.Create(TrainedModels.All[name], seed: 7));

    [Fact]
    public void Tables_of_their_own_stay_two()
    {
        AssertRoundTrip(GoldenMarian.Description, RandomCheckpoint.Create(GoldenMarian.Description, separateTables: true));
        AssertRoundTrip(GoldenBart.Description, RandomCheckpoint.Create(GoldenBart.Description, separateTables: true));
    }

    [Fact]
    public void An_output_projection_of_its_own_stays_where_the_embedding_could_be_it()
    {
        Dictionary<string, Tensor> tensors = RandomCheckpoint.Create(GoldenMarian.Description);
        tensors["lm_head.weight"] = new Tensor([70, 64], new Samples(3).Normal(70 * 64));
        AssertRoundTrip(GoldenMarian.Description, tensors);
        AssertRoundTrip(GoldenT5.Description, RandomCheckpoint.Create(GoldenT5.Description, hasHead: true));
        AssertRoundTrip(GoldenT5Gated.Description, RandomCheckpoint.Create(GoldenT5Gated.Description, hasHead: false));
    }

    [Fact]
    public void Names_without_the_prefix_of_the_family_stay_so()
    {
        Dictionary<string, Tensor> tensors = RandomCheckpoint.Create(GoldenBart.Description)
            .ToDictionary(static entry => entry.Key.Replace("model.", "", StringComparison.Ordinal), static entry => entry.Value);
        AssertRoundTrip(GoldenBart.Description, tensors);
    }

    [Fact]
    public void Rows_of_positions_that_no_sequence_reaches_are_kept()
    {
        Dictionary<string, Tensor> tensors = RandomCheckpoint.Create(OddVanilla.Description);
        tensors["source_position_embedding.weight"] = new Tensor([40, 33], new Samples(5).Normal(40 * 33));
        AssertRoundTrip(OddVanilla.Description, tensors);
    }

    [Fact]
    public void Tables_that_only_happen_to_be_equal_are_trained_each_for_itself()
    {
        Dictionary<string, Tensor> tensors = RandomCheckpoint.Create(GoldenVanillaHead64.Description);
        tensors["target_embedding.weight"] = tensors["source_embedding.weight"];
        tensors["generator.weight"] = tensors["source_embedding.weight"];
        using TrainingParameters parameters = Read(GoldenVanillaHead64.Description, tensors);
        Assert.Equal(["encoder.embedding", "decoder.embedding", "decoder.output"], parameters.Ranges.Where(static range => range.Name.Split('.').Length == 2 && range.IsMatrix).Select(static range => range.Name));
        AssertRoundTrip(GoldenVanillaHead64.Description, tensors);
    }

    [Theory]
    [MemberData(nameof(TrainedModels.Names), MemberType = typeof(TrainedModels))]
    public void Kernels_find_the_weights_as_they_are_packed_to_be_run(string name)
    {
        ModelDescription description = TrainedModels.All[name];
        using var checkpoint = Checkpoint.Open(TensorFile.Write(RandomCheckpoint.Create(description, seed: 11)));
        PackedModel packed = WeightPacking.Pack(description, CheckpointTensors.Read(checkpoint, description), new ModelLoadOptions { ScreenOutput = false });
        using var parameters = TrainingParameters.Read(description, checkpoint);
        Assert.Equal(packed.ByteLength, parameters.Weights.ByteLength);
        Assert.True(new ReadOnlySpan<byte>(packed.Start, (int)packed.ByteLength).SequenceEqual(new ReadOnlySpan<byte>(parameters.Weights.Start, (int)packed.ByteLength)));
        packed.Memory.Dispose();
    }

    [Theory]
    [MemberData(nameof(TrainedModels.Names), MemberType = typeof(TrainedModels))]
    public void A_saved_checkpoint_loads(string name)
    {
        ModelDescription description = TrainedModels.All[name];
        using var parameters = TrainingParameters.Initialize(description, seed: 1);
        using var stream = new MemoryStream();
        parameters.Save(stream);
        stream.Position = 0;
        using var file = SafetensorsFile.Open(stream);
        Assert.Equal("pt", file.Metadata["format"]);
        Assert.Empty(CheckpointTensors.FindProblems(file, description));
    }

    [Theory]
    [InlineData(TensorDataType.Float16)]
    [InlineData(TensorDataType.BFloat16)]
    public void Weights_of_16_bits_are_the_nearest(TensorDataType type)
    {
        ModelDescription description = OddVanilla.Description;
        Dictionary<string, Tensor> tensors = RandomCheckpoint.Create(description, seed: 13);
        using TrainingParameters parameters = Read(description, tensors);
        using var stream = new MemoryStream();
        parameters.Save(stream, type);
        stream.Position = 0;
        using var file = SafetensorsFile.Open(stream);
        Assert.Empty(CheckpointTensors.FindProblems(file, description));
        using var read = TrainingParameters.Read(description, file);
        string path = Path.Combine(_folder, "single.safetensors");
        read.Save(path);
        foreach ((string name, Tensor tensor) in TensorFile.Read(path))
        {
            Assert.Equal(type, file.Tensors[name].DataType);
            double unit = type == TensorDataType.Float16 ? 1 / 2048d : 1 / 256d;
            for (int i = 0; i < tensor.Values.Length; i++)
            {
                // Half of the last place; below 2⁻¹⁴ half precision has no more places.
                Assert.InRange(Math.Abs(tensor.Values[i] - (double)tensors[name].Values[i]), 0, unit * Math.Max(Math.Abs(tensors[name].Values[i]), 1 / 16_384d));
            }
        }
    }

    [Theory]
    [InlineData(TensorDataType.Float16, 65_520f, true)]
    [InlineData(TensorDataType.Float16, -65_519f, false)]
    [InlineData(TensorDataType.Float16, float.NegativeInfinity, false)]
    [InlineData(TensorDataType.Float16, float.NaN, false)]
    [InlineData(TensorDataType.BFloat16, float.MaxValue, true)]
    [InlineData(TensorDataType.BFloat16, 1e38f, false)]
    public void A_weight_that_16_bits_cannot_hold_is_named_and_nothing_is_written(TensorDataType type, float value, bool isRefused)
    {
        using var parameters = TrainingParameters.Initialize(OddVanilla.Description, seed: 1);
        ParameterTensor tensor = parameters.Tensors[^1];
        float[] row = new float[tensor.Parts[0].Columns];
        row[^1] = value;
        tensor.Parts[0].SetRow(parameters.WeightBlock, 0, row);
        string path = Path.Combine(_folder, "model.safetensors");
        File.WriteAllText(path, "old");
        if (isRefused)
        {
            Assert.Contains($"The tensor '{tensor.Name}' holds ", Assert.Throws<InvalidOperationException>(() => parameters.Save(path, type)).Message, StringComparison.Ordinal);
            Assert.Equal("old", File.ReadAllText(path));
            Assert.Single(Directory.GetFiles(_folder));
        }
        else
        {
            parameters.Save(path, type);
            Assert.NotEqual("old", File.ReadAllText(path));
        }
    }

    [Fact]
    public void A_full_disk_leaves_the_file_that_was_there()
    {
        string path = Path.Combine(_folder, "model.safetensors");
        File.WriteAllText(path, "old");
        IOException problem = Assert.Throws<IOException>(() => ReplacedFile.Write(path, "checkpoint", static stream =>
        {
            stream.Write(new byte[100_000]);
            throw new IOException("No space left on device");
        }));
        Assert.Equal($"The checkpoint '{path}' cannot be written: No space left on device", problem.Message);
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_folder_that_is_not_there_is_said()
    {
        using var parameters = TrainingParameters.Initialize(OddVanilla.Description, seed: 1);
        Assert.Contains("cannot be written", Assert.Throws<IOException>(() => parameters.Save(Path.Combine(_folder, "no", "model.safetensors"))).Message, StringComparison.Ordinal);
    }

    private static TrainingParameters Read(ModelDescription description, Dictionary<string, Tensor> tensors)
    {
        using var checkpoint = Checkpoint.Open(TensorFile.Write(tensors));
        return TrainingParameters.Read(description, checkpoint);
    }

    private void AssertRoundTrip(ModelDescription description, Dictionary<string, Tensor> tensors)
    {
        using TrainingParameters parameters = Read(description, tensors);
        string path = Path.Combine(_folder, "random.safetensors");
        parameters.Save(path);
        AssertEqual(tensors, TensorFile.Read(path));
    }

    private static void AssertEqual(Dictionary<string, Tensor> expected, Dictionary<string, Tensor> found)
    {
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), found.Keys.Order(StringComparer.Ordinal));
        foreach ((string name, Tensor tensor) in expected)
        {
            Assert.True(tensor.Shape.SequenceEqual(found[name].Shape), $"{name} has the shape [{string.Join(", ", found[name].Shape)}].");
            Assert.True(
                tensor.Values.Select(BitConverter.SingleToInt32Bits).SequenceEqual(found[name].Values.Select(BitConverter.SingleToInt32Bits)), $"{name} has other numbers.");
        }
    }
}
