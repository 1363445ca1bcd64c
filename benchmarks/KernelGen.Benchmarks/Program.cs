using System.CommandLine;
using KernelGen;
using KernelGen.Benchmarks;
using KernelGen.Benchmarks.Batches;
using KernelGen.Benchmarks.Disassembly;
using KernelGen.Benchmarks.Models;
using KernelGen.Benchmarks.Peers;
using KernelGen.Benchmarks.Report;
using KernelGen.Benchmarks.Roofline;
using KernelGen.Benchmarks.Speech;
using KernelGen.Benchmarks.Start;
using KernelGen.Benchmarks.Suites;
using KernelGen.Benchmarks.Tokenization;
using KernelGen.Benchmarks.Training;

Folders folders = Folders.Find();
var selection = new SelectionOptions();
var shared = new Option<string>("--shared")
{
    Description = "The folder with peers/ (ONNX graphs) and models/; what is missing there is left out.",
    DefaultValueFactory = _ => folders.Shared,
};
Folders FoldersOf(ParseResult result) => folders with { Shared = Path.GetFullPath(result.GetValue(shared)!) };

var benchmarks = new Argument<string[]>("arguments") { Description = "Arguments of BenchmarkDotNet, after --: for example -- --filter '*Linear*'." };
var suites = new Command("suites", "BenchmarkDotNet suites: each kernel family, generation, loading, the generator.") { selection.Quick, benchmarks };
suites.SetAction(result => SuitesRun.Switch(result.GetValue(benchmarks)!, result.GetValue(selection.Quick)));

var peers = new Command("peers", "Whole models: KernelGen and ONNX Runtime on the same weights, in turns.") { shared };
selection.AddTo(peers);
peers.SetAction(result =>
{
    Selection selected = selection.Of(result);
    TerminalReport.Write(PeersSection.Measure(selected, FoldersOf(result).Graphs, out bool isSameWork));
    TerminalReport.Write(TrainedSection.Measure(selected, FoldersOf(result)));
    return isSameWork ? 0 : 1;
});

var speechOptions = new SpeechOptions();
var speech = new Command("speech", "Models of speech: KernelGen, ONNX Runtime and whisper.cpp on the same weights, in turns; Moonshine on audio of several lengths.")
{
    shared, selection.Seconds, selection.Quick, selection.Isa,
};
speechOptions.AddTo(speech);
speech.SetAction(result =>
{
    TerminalReport.Write(SpeechSections.Measure(speechOptions.Of(result, selection), FoldersOf(result).Graphs, out bool isSameWork));
    return isSameWork ? 0 : 1;
});

var single = new Command("single", "Single kernels beside TensorPrimitives and the operators of ONNX Runtime, in turns.") { selection.Seconds, selection.Quick };
single.SetAction(result => TerminalReport.Write([SingleKernelSection.Measure(Math.Min(selection.SecondsOf(result), 1))]));

var roofline = new Command("roofline", "This machine's limits, and each kernel and model in percent of them.") { shared };
selection.AddTo(roofline);
roofline.SetAction(result =>
{
    Selection selected = selection.Of(result);
    using var machine = new MachineLimits(selected.InstructionSet, selected.KernelSeconds);
    TerminalReport.Write([MachineLimitsSection.Create(machine)]);
    TerminalReport.Write([KernelRooflineSection.Measure(selected, machine)]);
    TerminalReport.Write([CaseRooflineSection.Measure(selected, machine, FoldersOf(result))]);
});

var batches = new Command("batches", "Lists of sources of mixed lengths beside equal ones, and beam search beside greedy search.") { shared };
selection.AddTo(batches);
batches.SetAction(result => TerminalReport.Write(BatchSections.Measure(selection.Of(result), FoldersOf(result))));

var output = new Option<string>("--output") { Description = "The folder of the page.", DefaultValueFactory = _ => folders.Results };
var withoutSuites = new Option<bool>("--no-suites") { Description = "Leaves the BenchmarkDotNet suites out, which take the longest." };
var report = new Command("report", "All of it: tables here, and a Markdown page with charts.") { shared, output, withoutSuites };
selection.AddTo(report);
report.SetAction(result => FullReport.Run(selection.Of(result), FoldersOf(result), result.GetValue(output)!, !result.GetValue(withoutSuites)));

var model = new Option<string>("--model") { Description = "The folder with model.safetensors and the vocabularies.", DefaultValueFactory = _ => folders.TranslationModel };
var sentences = new Option<string>("--sentences")
{
    Description = "Sentences to translate, one a line; what follows a tab is left out.",
    DefaultValueFactory = _ => Path.Combine(folders.TranslationModel, "word-order.tsv"),
};
var translation = new Command("translation", "Sentences and tokens per second of the model of tests/Shared/zh-en, with each instruction set, and of plain and parallel greedy search.") { model, sentences, selection.Seconds, selection.Quick };
translation.SetAction(result =>
{
    TrainedCase translator = TrainedCase.Translator(result.GetValue(model)!, result.GetValue(sentences)!);
    TerminalReport.Write([TranslationSection.Measure(translator, selection.SecondsOf(result)), ParallelGreedySection.Measure(translator, selection.SecondsOf(result))]);
});

var generator = new Command("generator", "Size and time of the generator.") { selection.Seconds, selection.Quick };
generator.SetAction(result => TerminalReport.Write([GeneratorSection.Measure(selection.SecondsOf(result))]));

var text = new Command("text", "Tokenizers beside those of other libraries, and lines that grow.") { shared, selection.Seconds, selection.Quick };
text.SetAction(result =>
{
    TerminalReport.Write(TokenizationSections.Measure(folders, selection.SecondsOf(result)));
    TerminalReport.Write(HuggingFaceSections.Measure(selection.SecondsOf(result), FoldersOf(result)));
});

var loading = new Command("loading", "From a file to a first token: checkpoints and packed files.");
selection.AddTo(loading);
loading.SetAction(result => TerminalReport.Write([LoadingSection.Measure(selection.Of(result).Cases)]));

var programs = new Option<string>("--programs") { Description = "A folder in which the programs are kept, and used again where they are there; unless given they are published anew." };
var start = new Command("start", "Native programs: from process start to first token, beside ONNX Runtime's, and beside the JIT.") { shared, programs };
selection.AddTo(start);
start.SetAction(result =>
{
    string? kept = result.GetValue(programs) is { } given ? Path.GetFullPath(given) : null;
    TerminalReport.Write(StartSections.Measure(selection.Of(result), FoldersOf(result), kept, out bool isSameWork, out bool isComplete));
    return isSameWork && isComplete ? 0 : 1;
});

var listings = new Option<string?>("--listings") { Description = "A folder in which the listings are kept." };
var disassembly = new Command("disassembly", "The inner loops of the kernels as the JIT compiled them: what touches the stack, what is called, what is checked.") { listings };
selection.AddTo(disassembly);
disassembly.SetAction(result => TerminalReport.Write([DisassemblySection.Create(selection.Of(result), result.GetValue(listings))]));

var trained = new Option<string[]>("--case") { Description = "Only these models; otherwise all.", AllowMultipleArgumentsPerToken = true };
trained.AcceptOnlyFromAmong([.. TrainingCase.All.Select(static known => known.Name)]);
var threads = new Option<int[]>("--threads") { Description = "Threads; 1 and 2 unless given.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [1, 2] };
var steps = new Option<int>("--steps") { Description = "Steps of a round.", DefaultValueFactory = _ => 4 };
var rounds = new Option<int>("--rounds") { Description = "Rounds that count.", DefaultValueFactory = _ => 5 };
var trainedWith = new Option<string?>("--isa") { Description = "What KernelGen computes with; the widest here unless given." };
trainedWith.AcceptOnlyFromAmong("avx512", "avxvnni", "avx2", "portable");
InstructionSet? SetOf(ParseResult result) => result.GetValue(trainedWith) is { } name ? Enum.Parse<InstructionSet>(name, ignoreCase: true) : null;
var training = new Command("training", "Whole steps of training, beside PyTorch, in processes that take turns.") { trained, threads, steps, rounds, trainedWith, shared };
training.SetAction(result =>
{
    string[] names = result.GetValue(trained) is { Length: > 0 } given ? given : [.. TrainingCase.All.Select(static known => known.Name)];
    TerminalReport.Write(TrainingSections.Measure(
        [.. names.Select(TrainingCase.Named)], result.GetValue(threads)!, result.GetValue(steps), result.GetValue(rounds), SetOf(result), FoldersOf(result).Shared));
});

// What training starts.
var batchFile = new Argument<string>("batches");
var trainedCase = new Argument<string>("case");
var trainedThreads = new Argument<int>("threads");
var trainedSteps = new Argument<int>("steps");
var trainBatches = new Command(TrainingProgram.Command, "Trains with batches from a file.") { batchFile, trainedCase, trainedThreads, trainedSteps, trainedWith };
trainBatches.Hidden = true;
trainBatches.SetAction(result => TrainingProgram.Run(
    result.GetValue(batchFile)!, result.GetValue(trainedCase)!, result.GetValue(trainedThreads), result.GetValue(trainedSteps), SetOf(result)));

// What disassembly starts with the JIT's settings.
var compileKernels = new Command(JitListing.Command, "Compiles kernels without running them.") { Hidden = true };
selection.AddTo(compileKernels);
compileKernels.SetAction(result =>
{
    Selection selected = selection.Of(result);
    foreach (ModelCase model in selected.Cases)
    {
        KernelCompilation.Compile(model.KernelsFor(selected.InstructionSet));
    }
});

return new RootCommand("Measures KernelGen on this machine. Timings say something only while nothing else runs.")
{
    suites, peers, single, speech, batches, roofline, report, translation, text, loading, start, generator, disassembly, compileKernels, training, trainBatches,
}.Parse(args).Invoke();
