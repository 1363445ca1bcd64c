using KernelGen.Checkpoints;

namespace KernelGen.Tests.Checkpoints;

/// <summary>Checkpoints in several files, and folders.</summary>
public sealed class ShardedCheckpointTests
{
    private const string First = "model-00001-of-00002.safetensors";
    private const string Second = "model-00002-of-00002.safetensors";
    private const string Index = "model.safetensors.index.json";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Tensors_are_read_from_their_files_by_the_index_and_by_the_folder(bool byFolder)
    {
        using TemporaryFolder folder = Sharded();
        using Checkpoint checkpoint = Checkpoint.Open(byFolder ? folder.Path : Path.Combine(folder.Path, Index));
        Assert.Equal(["a", "b", "c"], checkpoint.Tensors.Keys.Order());
        float[] values = new float[2];
        checkpoint.Tensors["c"].CopyTo(values);
        Assert.Equal([5f, 6], values);
        Assert.Equal("pt", checkpoint.Metadata["format"]);
        Assert.Equal(CheckpointFormat.Safetensors, checkpoint.Format);
        Assert.Equal(new FileInfo(Path.Combine(folder.Path, First)).Length + new FileInfo(Path.Combine(folder.Path, Second)).Length, checkpoint.ByteLength);
        Assert.Contains(Index, checkpoint.Source, StringComparison.Ordinal);
        checkpoint.Dispose();
        Assert.Throws<ObjectDisposedException>(() => checkpoint.Tensors["a"].CopyTo(values));
    }

    [Theory]
    [InlineData("../secret.safetensors")]
    [InlineData("..")]
    [InlineData("/etc/passwd")]
    [InlineData("sub/model.safetensors")]
    [InlineData("sub\\\\model.safetensors")]
    [InlineData("c:model.safetensors")]
    [InlineData("")]
    public void A_name_that_leads_out_of_the_folder_is_refused(string name)
    {
        using TemporaryFolder folder = Sharded($$$"""{"weight_map":{"a":"{{{name}}}"}}""");
        CheckpointException exception = Refused(folder.Path);
        Assert.Equal("a", exception.TensorName);
        Assert.Contains("which is not the name of a file beside it", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"weight_map":{"a":"model-00001-of-00002.safetensors","b":"model-00003-of-00003.safetensors"}}""", "of which one is not beside it: 'model-00003-of-00003.safetensors'. Fetch")]
    [InlineData("""{"weight_map":{"a":"x","b":"y"}}""", "of which 2 are not beside it: 'x', 'y'")]
    [InlineData("""{"weight_map":{"a":"model-00001-of-00002.safetensors","b":"model-00001-of-00002.safetensors","c":"model-00001-of-00002.safetensors"}}""", "says that the tensor 'c' is in 'model-00001-of-00002.safetensors', which does not have it")]
    [InlineData("""{"weight_map":{"a":"model-00001-of-00002.safetensors","b":"model-00002-of-00002.safetensors"}}""", "has the tensor 'b' and does not belong to the index beside it, which says that it is in 'model-00002-of-00002.safetensors'")]
    [InlineData("""{"weight_map":{"a":"model-00001-of-00002.safetensors"}}""", "has the tensor 'b' and does not belong to the index beside it, which does not name that tensor")]
    [InlineData("""{"weight_map":{"a":"model-00001-of-00002.safetensors","a":"model-00001-of-00002.safetensors"}}""", "'a' occurs twice in 'weight_map'")]
    [InlineData("""{"weight_map":{},"weight_map":{}}""", "'weight_map' occurs twice")]
    [InlineData("""{"weight_map":[]}""", "must be an object of strings")]
    [InlineData("""{"weight_map":{"a":7}}""", "the file of 'a' must be a string")]
    [InlineData("""{"weight_map":{"a":"x"}} more""", "no valid JSON")]
    [InlineData("""{"weight_map":{"\ud800":"x"}}""", "no valid JSON")]
    [InlineData("""{"d_model":512}""", "is not the index of a checkpoint: it is JSON without 'weight_map'")]
    [InlineData("""{"weight_map":{"a":"model.safetensors.index.json"}}""", "is named by the index of a checkpoint, and an index itself")]
    public void An_index_that_does_not_fit_its_files_is_refused(string index, string expected)
    {
        using TemporaryFolder folder = Sharded(index);
        Assert.Contains(expected, Refused(folder.Path).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_index_of_nothing_has_no_tensors()
    {
        using TemporaryFolder folder = Sharded("""{"metadata":{"total_size":1e9},"weight_map":{}}""");
        using Checkpoint checkpoint = Checkpoint.Open(folder.Path);
        Assert.Empty(checkpoint.Tensors);
        Assert.Empty(checkpoint.Metadata);
    }

    [Fact]
    public void A_stream_of_an_index_is_refused_because_nothing_lies_beside_it() =>
        Assert.Contains("Give the path", Assert.Throws<CheckpointException>(() => Checkpoint.Open(new MemoryStream([.. "{\"weight_map\":{}}"u8]))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("model.safetensors", "model.safetensors", Index, "pytorch_model.bin")]
    [InlineData(Index, Index, "pytorch_model.bin", "pytorch_model.bin.index.json")]
    [InlineData("pytorch_model.bin", "pytorch_model.bin", "pytorch_model.bin.index.json", "tf_model.h5")]
    [InlineData("pytorch_model.bin.index.json", "pytorch_model.bin.index.json", "flax_model.msgpack", "config.json")]
    [InlineData("weights.safetensors", "weights.safetensors", "config.json", "training_args.bin")]
    public void The_weights_of_a_folder_are_found(string expected, params string[] files)
    {
        using var folder = new TemporaryFolder();
        Array.ForEach(files, file => folder.Write(file));
        Assert.Equal(Path.Combine(folder.Path, expected), CheckpointFolder.Find(folder.Path));
        Assert.Equal("elsewhere", CheckpointFolder.Find("elsewhere"));
    }

    [Theory]
    [InlineData("holds no files; expected model.safetensors or")]
    [InlineData("holds no weights, only 'config.json', 'vocab.json'; expected", "vocab.json", "config.json")]
    [InlineData("but 'a.safetensors', 'b.safetensors'. Give the path of the one that is meant", "a.safetensors", "b.safetensors")]
    [InlineData("but 'tf_model.h5'. Give the path", "tf_model.h5", "config.json")]
    [InlineData("holds parts of a checkpoint ('model-00001-of-00002.safetensors'), and not the index that says which tensor is in which. Fetch 'model.safetensors.index.json', too.", First)]
    [InlineData("Fetch 'model.fp32.safetensors.index.json', too.", "model.fp32-00001-of-00003.safetensors", "model.fp32-00002-of-00003.safetensors")]
    public void A_folder_without_weights_or_with_several_is_refused_with_what_is_there(string expected, params string[] files)
    {
        using var folder = new TemporaryFolder();
        Array.ForEach(files, file => folder.Write(file));
        CheckpointException exception = Refused(folder.Path);
        Assert.StartsWith($"The folder '{folder.Path}' ", exception.Message, StringComparison.Ordinal);
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_in_place_of_a_file_is_said_to_be_one()
    {
        using var folder = new TemporaryFolder();
        IOException exception = Assert.Throws<IOException>(() => SafetensorsFile.Open(folder.Path));
        Assert.Contains("is a folder; expected a regular file", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model-00001-of-00002.safetensors", "By its name the file is part 1 of 2 of a checkpoint: load 'model.safetensors.index.json' or the folder")]
    [InlineData("pytorch_model-00012-of-00030.bin", "part 12 of 30 of a checkpoint: load 'pytorch_model.bin.index.json'")]
    [InlineData("model.safetensors", null)]
    [InlineData("model-1-of-2.safetensors", null)]
    [InlineData("model-00001-of-00002", null)]
    [InlineData("-00001-of-00002.bin", null)]
    [InlineData("model-0000x-of-00002.bin", null)]
    [InlineData("model-00001-or-00002.bin", null)]
    [InlineData("", null)]
    public void A_part_is_known_by_its_name(string name, string? expected)
    {
        string? advice = ShardName.Advice(Path.Combine("folder", name));
        Assert.Equal(expected is null, advice is null);
        Assert.Contains(expected ?? "", advice ?? "", StringComparison.Ordinal);
    }

    private static TemporaryFolder Sharded(string? index = null)
    {
        var folder = new TemporaryFolder();
        folder.Write(First, new SafetensorsBuilder().AddMetadata("format", "pt").Add("a", [2], [1, 2]).Add("b", [2], [3, 4]).ToArray());
        folder.Write(Second, new SafetensorsBuilder().Add("c", [2], [5, 6]).ToArray());
        folder.Write(Index, System.Text.Encoding.UTF8.GetBytes(index ?? $$"""
            {
              "metadata": {"total_size": 24},
              "weight_map": {"a": "{{First}}", "b": "{{First}}", "c": "{{Second}}"}
            }
            """));
        return folder;
    }

    private static CheckpointException Refused(string path)
    {
        CheckpointException exception = Assert.Throws<CheckpointException>(() => Checkpoint.Open(path));
        Assert.DoesNotContain(exception.Message, char.IsControl);
        return exception;
    }
}
