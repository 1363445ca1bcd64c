using System.CommandLine;
using KernelGen.Benchmarks;

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

return new RootCommand("Measures KernelGen on this machine. Timings say something only while nothing else runs.") { linear, translation, generator }
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
