using System.Globalization;
using KernelGen.Tests;
using KernelGen.Tests.Reference;
using KernelGen.Training.Tests.Declarations;

namespace KernelGen.Training.Tests.Passes;

/// <summary>The gradients of a Whisper beside those that PyTorch computes, where it is installed, of the same tensors by the same names.</summary>
public sealed class SpeechGradientsInPyTorchTests : IDisposable
{
    /// <summary>A pair that is read, and of each tensor a line: its name, and its gradient.</summary>
    private const string Script = """
        import json, struct, sys, torch
        from torch.nn import functional as F
        torch.set_default_dtype(torch.float64)
        data = open(sys.argv[1], "rb").read()
        size = struct.unpack("<Q", data[:8])[0]
        t = {}
        for name, of in json.loads(data[8:8 + size]).items():
            if name != "__metadata__":
                start, end = of["data_offsets"]
                t[name] = torch.frombuffer(bytearray(data[8 + size + start:8 + size + end]), dtype=torch.float32).reshape(of["shape"]).double().requires_grad_()
        frames = torch.tensor([float(x) for x in sys.argv[2].split(",")]).reshape(-1, 16)
        tokens, labels = [[int(x) for x in argument.split(",")] for argument in sys.argv[3:5]]
        heads, width = 2, 16
        def linear(x, name):
            return F.linear(x, t[name + ".weight"], t.get(name + ".bias"))
        def norm(x, name):
            return F.layer_norm(x, (width,), t[name + ".weight"], t[name + ".bias"], 1e-5)
        def attend(x, memory, name, causal):
            q, k, v = [linear(y, f"{name}.{p}_proj").reshape(-1, heads, width // heads).transpose(0, 1) for y, p in [(x, "q"), (memory, "k"), (memory, "v")]]
            scores = q @ k.transpose(1, 2) / (width // heads) ** 0.5
            if causal:
                scores = scores + torch.triu(torch.full((len(x), len(x)), float("-inf")), 1)
            return linear((scores.softmax(-1) @ v).transpose(0, 1).reshape(-1, width), name + ".out_proj")
        def feed(x, layer):
            return x + linear(F.gelu(linear(norm(x, layer + ".final_layer_norm"), layer + ".fc1")), layer + ".fc2")
        def own(x, layer, causal):
            normed = norm(x, layer + ".self_attn_layer_norm")
            return x + attend(normed, normed, layer + ".self_attn", causal)
        e, d = "model.encoder", "model.decoder"
        x = F.gelu(F.conv1d(frames.T.unsqueeze(0), t[e + ".conv1.weight"], t[e + ".conv1.bias"], padding=1))
        x = F.gelu(F.conv1d(x, t[e + ".conv2.weight"], t[e + ".conv2.bias"], stride=2, padding=1))[0].T
        x = x + t[e + ".embed_positions.weight"].detach()[:len(x)]
        for i in range(2):
            x = feed(own(x, f"{e}.layers.{i}", False), f"{e}.layers.{i}")
        memory = norm(x, e + ".layer_norm")
        y = t[d + ".embed_tokens.weight"][tokens] + t[d + ".embed_positions.weight"][:len(tokens)]
        layer = d + ".layers.0"
        y = own(y, layer, True)
        y = y + attend(norm(y, layer + ".encoder_attn_layer_norm"), memory, layer + ".encoder_attn", False)
        y = norm(feed(y, layer), d + ".layer_norm")
        loss = F.cross_entropy(y @ t[d + ".embed_tokens.weight"].T, torch.tensor(labels), label_smoothing=0.1)
        loss.backward()
        print("loss", repr(loss.item()))
        for name, tensor in t.items():
            gradient = torch.zeros_like(tensor) if tensor.grad is None else tensor.grad
            print(name, *[repr(x) for x in gradient.flatten().tolist()])
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("kernelgen-training-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task They_are_the_same()
    {
        string python = InstalledProgram.PythonWithTorch();
        TrainableModel model = TrainableModels.Named(nameof(EvenWhisper));
        string path = Path.Combine(_folder, "model.safetensors");
        await using (FileStream file = File.Create(path))
        {
            await TensorFile.Write(RandomCheckpoint.Create(model.Description)).CopyToAsync(file, TestContext.Current.CancellationToken);
        }

        float[] frames = new Samples(3).Normal(23 * model.Description.SourceChannels);
        int[] tokens = [3, 20, 7, 36, 9], labels = [20, 7, 36, 9, 2];
        string script = Path.Combine(_folder, "gradients.py");
        await File.WriteAllTextAsync(script, Script, TestContext.Current.CancellationToken);
        string[] lines = InstalledProgram.Run(
            python, script, path, string.Join(',', frames.Select(static number => number.ToString("R", CultureInfo.InvariantCulture))), string.Join(',', tokens), string.Join(',', labels))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Dictionary<string, double[]> expected = lines.Select(static line => line.Split(' '))
            .ToDictionary(static cells => cells[0], static cells => cells[1..].Select(static cell => double.Parse(cell, CultureInfo.InvariantCulture)).ToArray());

        using var parameters = TrainingParameters.Load(model.Description, path);
        using var workers = new WorkerThreads(1);
        using TrainingEngine engine = model.CreateEngine(parameters, workers);
        var batch = new PairBatch();
        batch.Add(frames, positions: 12, labels, startToken: tokens[0]);
        var pass = new TrainingPass { GradientScale = 1f / labels.Length, LabelSmoothing = 0.1f, Dropout = default, Accumulates = false };
        double loss = engine.Accumulate(batch, in pass) / labels.Length;
        Assert.Equal(expected["loss"][0], loss, 1e-5 * loss);
        Assert.Equal(expected.Keys.Where(static name => name != "loss").Order(), parameters.Tensors.Select(static tensor => tensor.Name).Order());
        foreach (ParameterTensor tensor in parameters.Tensors)
        {
            float[] found = GradientOf(parameters, tensor);
            double largest = expected[tensor.Name].Max(Math.Abs);
            Assert.All(found.Zip(expected[tensor.Name]), pair => Assert.Equal(pair.Second, pair.First, (1e-4 * largest) + 1e-9));
        }
    }

    private static unsafe float[] GradientOf(TrainingParameters parameters, ParameterTensor tensor) => tensor.Copy(parameters.GradientBlock);
}
