using System.CommandLine;
using KernelGen.Benchmarks;
using KernelGen.Benchmarks.Peers;

string repository = FindRepository();
var model = new Option<string>("--model")
{
    Description = "The folder with model.safetensors and the vocabularies.",
    DefaultValueFactory = _ => Path.Combine(repository, "samples", "Translate", "model"),
};
var sentences = new Option<string>("--sentences")
{
    Description = "Sentences to translate, one a line; what follows a tab is left out.",
    DefaultValueFactory = _ => Path.Combine(repository, "samples", "Translate", "model", "word-order.tsv"),
};

var linear = new Command("linear", "Linear kernels against the peak of a register-only loop.");
linear.SetAction(_ => LinearReport.Print());

var translation = new Command("translation", "Sentences and tokens per second.") { model, sentences };
translation.SetAction(result => TranslationReport.Print(result.GetValue(model)!, result.GetValue(sentences)!));

var generator = new Command("generator", "Size and time of the generator.");
generator.SetAction(_ => GeneratorReport.Print());

var loading = new Command("loading", "From a file to a first token: checkpoints and packed files.");
loading.SetAction(_ => LoadingReport.Print());

var peerCase = new Option<string?>("--case") { Description = "Only this model; otherwise all three." };
peerCase.AcceptOnlyFromAmong([.. PeerCase.All.Select(static peer => peer.Name)]);
var peersFolder = new Option<string>("--peers")
{
    Description = "The folder with the ONNX graphs; ../shared/peers beside the repository unless given.",
    DefaultValueFactory = _ => Path.GetFullPath(Path.Combine(repository, "..", "shared", "peers")),
};
var seconds = new Option<double>("--seconds") { Description = "Seconds of measuring for each column of each model.", DefaultValueFactory = _ => 10 };
var peers = new Command("peers", "Whole models with random weights: KernelGen and ONNX Runtime, one source at a time.") { peerCase, peersFolder, seconds };
peers.SetAction(result => PeersReport.Print(result.GetValue(peerCase), result.GetValue(peersFolder)!, result.GetValue(seconds)));

return new RootCommand("Measures KernelGen on this machine. Timings say something only while nothing else runs.") { linear, translation, loading, generator, peers }
    .Parse(args)
    .Invoke();

static string FindRepository()
{
    string? folder = AppContext.BaseDirectory;
    while (folder is not null && !File.Exists(Path.Combine(folder, "KernelGen.sln")))
    {
        folder = Path.GetDirectoryName(folder);
    }

    return folder ?? Directory.GetCurrentDirectory();
}
