#if (!example)
using System.Reflection;
#endif
using System.Text;
using KernelGen;
using KernelGen.Checkpoints;
using KernelGen.Text;

#if (example)
// The model translates short Chinese sentences into English. model/README.md says where it comes from.
string folder = Path.Combine(AppContext.BaseDirectory, "model");
#else
// Where the folder was when the program was compiled; MODEL_FOLDER names another, where the program runs on another machine.
string folder = Environment.GetEnvironmentVariable("MODEL_FOLDER")
    ?? typeof(Translator).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "ModelFolder").Value!;
#endif
Console.InputEncoding = Console.OutputEncoding = new UTF8Encoding(false);
try
{
#if (example)
    using Translator model = Translator.Load(Path.Combine(folder, "model.safetensors"));
    using var translator = new TextGenerator(
        model,
        SentencePieceTokenizer.Load(Path.Combine(folder, "source.spm")),
        SentencePieceTokenizer.Load(Path.Combine(folder, "target.spm")),
        new TextGeneratorOptions { Sentences = SentenceSplitter.Default, LongTexts = LongTextPolicy.Split });
#else
    using var translator = TextGenerator.Open<Translator>(folder, new() { Sentences = SentenceSplitter.Default, LongTexts = LongTextPolicy.Split });
#endif

    // The arguments, or else each line of the input.
    foreach (string text in args.Length > 0 ? args : Lines())
    {
        Console.WriteLine(translator.Generate(text).Text);
    }

    return 0;
}
catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CheckpointException or InvalidDataException or ArgumentException)
{
    // The folder is not there, or a file of it cannot be used.
    Console.Error.WriteLine(exception.Message);
    return 1;
}

static IEnumerable<string> Lines()
{
    while (Console.ReadLine() is string line)
    {
        yield return line;
    }
}
