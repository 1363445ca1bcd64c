using System.Runtime.InteropServices;
using KernelGen.Tests.Checkpoints;
using KernelGen.Tests.Checkpoints.PyTorch;
using KernelGen.Tests.Declarations;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.WholeModels;

/// <summary>One model from every format that holds its weights: the same bits from each.</summary>
public sealed class CheckpointFormatTests
{
    private static readonly string Safetensors = Path.Combine(AppContext.BaseDirectory, "Goldens", "data", "bart", "model.safetensors");
    private static readonly int[] Source = [5, 6, 7, 2];

    public static TheoryData<string, bool> Formats
    {
        get
        {
            var cases = new TheoryData<string, bool>();
            foreach (string format in new[] { "model.safetensors", "pytorch_model.bin", "model.safetensors.index.json", "pytorch_model.bin.index.json", "stream" })
            {
                cases.Add(format, false);
                cases.Add(format, true);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Weights_are_the_same_from_every_format(string format, bool readIntoMemory)
    {
        var options = new ModelLoadOptions { ReadIntoMemory = readIntoMemory };
        using var folder = new TemporaryFolder();
        Dictionary<string, Tensor> tensors = TensorFile.Read(Safetensors);
        if (format.EndsWith("index.json", StringComparison.Ordinal))
        {
            WriteShards(folder, format, tensors);
        }
        else
        {
            folder.Write(format, Write(format, tensors));
        }

        using GoldenBart model = format == "stream"
            ? GoldenBart.Load(new MemoryStream(File.ReadAllBytes(Path.Combine(folder.Path, format))), options)
            : GoldenBart.Load(readIntoMemory ? Path.Combine(folder.Path, format) : folder.Path, options);
        using GoldenBart expected = GoldenBart.Load(Safetensors);
        Assert.Equal(Logits(expected), Logits(model));
    }

    [Fact]
    public unsafe void A_PyTorch_file_in_unmanaged_memory_is_read_in_place()
    {
        byte[] file = Write("pytorch_model.bin", TensorFile.Read(Safetensors));
        fixed (byte* start = file)
        {
            using var stream = new UnmanagedMemoryStream(start, file.Length);
            using KernelGen.Checkpoints.Checkpoint checkpoint = KernelGen.Checkpoints.Checkpoint.Open(stream);
            byte* data = checkpoint.Tensors["model.shared.weight"].Data;
            Assert.True(data > start && data < start + file.Length);
        }
    }

    /// <summary>An output projection that the declaration does not know of is used, and said.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData(WeightPrecision.Int8)]
    public void An_own_head_of_a_tied_model_is_a_notice_from_checkpoints_and_packed_files(WeightPrecision? precision)
    {
        Dictionary<string, Tensor> tensors = TensorFile.Read(Safetensors);
        using (GoldenBart tied = GoldenBart.Load(Safetensors, new ModelLoadOptions { Precision = precision }))
        {
            Assert.Empty(tied.Notices);
        }

        Tensor shared = tensors["model.shared.weight"];
        tensors["lm_head.weight"] = new Tensor(shared.Shape, Array.ConvertAll(shared.Values, static value => value + 1));
        using GoldenBart model = GoldenBart.Load(TensorFile.Write(tensors), new ModelLoadOptions { Precision = precision });
        Assert.Contains("'lm_head.weight', which differs from the target embedding", Assert.Single(model.Notices), StringComparison.Ordinal);

        var packed = new MemoryStream();
        model.Save(packed);
        packed.Position = 0;
        using GoldenBart again = GoldenBart.Load(packed);
        Assert.Equal(model.Notices, again.Notices);
    }

    /// <summary>Hugging Face Transformers fills a missing bias with zeros, and so is it here.</summary>
    [Fact]
    public void A_missing_bias_of_logits_is_zeros()
    {
        Dictionary<string, Tensor> tensors = TensorFile.Read(Safetensors);
        Tensor bias = tensors["final_logits_bias"];
        tensors["final_logits_bias"] = bias with { Values = new float[bias.Values.Length] };
        using GoldenBart zeros = GoldenBart.Load(TensorFile.Write(tensors));
        tensors.Remove("final_logits_bias");
        using GoldenBart missing = GoldenBart.Load(TensorFile.Write(tensors));
        Assert.Equal(Logits(zeros), Logits(missing));
    }

    private static float[] Logits(GoldenBart model) => model.Logits(Source, [model.StartToken, 8, 9]);

    private static void WriteShards(TemporaryFolder folder, string index, Dictionary<string, Tensor> tensors)
    {
        string[] name = index[..^".index.json".Length].Split('.');
        var map = new List<string>();
        for (int part = 0; part < 3; part++)
        {
            string file = $"{name[0]}-{part + 1:D5}-of-00003.{name[1]}";
            Dictionary<string, Tensor> own = tensors.Where((_, i) => i % 3 == part).ToDictionary();
            folder.Write(file, Write(file, own));
            map.AddRange(own.Keys.Select(tensor => $"\"{tensor}\": \"{file}\""));
        }

        folder.Write(index, System.Text.Encoding.UTF8.GetBytes($"{{\"metadata\": {{}}, \"weight_map\": {{{string.Join(", ", map)}}}}}"));
    }

    private static byte[] Write(string name, Dictionary<string, Tensor> tensors) => name.EndsWith(".bin", StringComparison.Ordinal) || name == "stream"
        ? TorchFileBuilder.Write([.. tensors.Select(static tensor => new TorchEntry(
            tensor.Key, "F32", Array.ConvertAll(tensor.Value.Shape, static size => (long)size), MemoryMarshal.AsBytes(tensor.Value.Values.AsSpan()).ToArray()))])
        : TensorFile.Write(tensors).ToArray();
}
