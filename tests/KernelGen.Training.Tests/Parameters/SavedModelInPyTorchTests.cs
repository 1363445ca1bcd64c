using System.Globalization;
using KernelGen.Checkpoints;
using KernelGen.Tests;
using KernelGen.Training.Tests.Training;

namespace KernelGen.Training.Tests.Parameters;

/// <summary>A model that was trained here, in PyTorch, where it is installed: every tensor is found by its name, and the logits are those that the declared class gives.</summary>
public sealed class SavedModelInPyTorchTests : IDisposable
{
    private const string Script = """
        import json, math, struct, sys, torch
        data = open(sys.argv[1], "rb").read()
        size = struct.unpack("<Q", data[:8])[0]
        types = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}
        tensors = {}
        for name, of in json.loads(data[8:8 + size]).items():
            if name != "__metadata__":
                start, end = of["data_offsets"]
                tensors[name] = torch.frombuffer(bytearray(data[8 + size + start:8 + size + end]), dtype=types[of["dtype"]]).reshape(of["shape"]).float()
        class Model(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.source_embedding = torch.nn.Embedding(33, 20)
                self.target_embedding = torch.nn.Embedding(41, 20)
                self.transformer = torch.nn.Transformer(20, 5, 2, 1, 36, 0.0, "gelu", batch_first=True, norm_first=True)
                self.generator = torch.nn.Linear(20, 41)
        model = Model()
        model.load_state_dict(tensors)
        model.eval()
        def positions(count):
            table = torch.zeros(count, 20)
            for position in range(count):
                for i in range(0, 20, 2):
                    angle = position / 10000 ** (i / 20)
                    table[position, i], table[position, i + 1] = math.sin(angle), math.cos(angle)
            return table
        source, target = [[int(token) for token in tokens.split(",")] for tokens in sys.argv[2:4]]
        mask = torch.triu(torch.full((len(target), len(target)), float("-inf")), 1)
        with torch.no_grad():
            read = model.source_embedding(torch.tensor([source])) * math.sqrt(20) + positions(len(source))
            written = model.target_embedding(torch.tensor([target])) * math.sqrt(20) + positions(len(target))
            for number in model.generator(model.transformer(read, written, tgt_mask=mask)).flatten().tolist():
                print(repr(number))
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("kernelgen-training-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(TensorDataType.Float32)]
    [InlineData(TensorDataType.Float16)]
    [InlineData(TensorDataType.BFloat16)]
    public async Task It_has_the_same_logits(TensorDataType type)
    {
        string path = Path.Combine(_folder, "model.safetensors");
        using (Trainer trainer = GoldenVanillaPreNorm.CreateTrainer(new TrainingOptions { Seed = 5, MaxSteps = 3, TokensPerBatch = 64, LearningRate = LearningRate.Constant(1e-2) }))
        {
            await TestTrainer.RunAsync(trainer, Enumerable.Range(0, 30).Select(static i => new TokenPair(new[] { 3 + i, 2 }, new[] { 40 - i })));
            trainer.Save(path, type);
        }

        int[] source = [3, 17, 32, 9, 2];
        int[] target = [1, 40, 7, 22];
        using GoldenVanillaPreNorm model = GoldenVanillaPreNorm.Load(path);
        float[] found = model.Logits(source, target);
        string script = Path.Combine(_folder, "logits.py");
        await File.WriteAllTextAsync(script, Script, TestContext.Current.CancellationToken);
        double[] expected = [.. InstalledProgram.Run(InstalledProgram.PythonWithTorch(), script, path, string.Join(',', source), string.Join(',', target)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => double.Parse(line, CultureInfo.InvariantCulture))];
        Assert.Equal(target.Length * 41, expected.Length);
        Assert.Equal(expected.Length, found.Length);
        Assert.All(expected.Zip(found), static pair => Assert.Equal(pair.First, pair.Second, 1e-4));
    }
}
