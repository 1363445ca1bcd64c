using System.CommandLine;
using System.Globalization;
using KernelGen.Text;
using KernelGen.Tool.Folders;
using KernelGen.Tool.Lines;

namespace KernelGen.Tool.CommandLine;

/// <summary>Writes what a model of text makes of each line: translations, summaries, whatever it was trained for.</summary>
internal sealed class TranslateCommand : Command
{
    private const int MostBeams = 32, MostThreads = 64, MostBatch = 1 << 16;

    private readonly FolderOptions _folder = new();
    private readonly LineOptions _lines = new();
    private readonly Option<int?> _beam = CommonArguments.Number("--beam", "How many hypotheses beam search follows; 1 is greedy search (default: as the folder says).", MostBeams);
    private readonly Option<int?> _nBest = CommonArguments.Number("--n-best", "Write so many results of each line, the best first, each a line of its own: number of the line, score, text, with tabs between. At most --beam.", MostBeams);
    private readonly Option<int?> _maxLength = CommonArguments.Number("--max-length", "The most tokens of a result (default: as the folder says, else as many as the model writes).", int.MaxValue);
    private readonly Option<string?> _source = new("--source-language") { Description = "The language of the lines, as the model writes it, of models that are told it: eng_Latn, en, en_XX.", HelpName = "code" };
    private readonly Option<string?> _target = new("--target-language") { Description = "The language to translate into, of models that are told it.", HelpName = "code" };
    private readonly Option<string?> _prefix = new("--prefix") { Description = "What is put before each line: 'translate English to German: ' tells a T5 what to do.", HelpName = "text" };
    private readonly Option<bool> _split = new("--split") { Description = "Find the sentences of each line and translate each by itself: models that were trained on sentences leave out the second of two." };
    private readonly Option<LongTextPolicy?> _longLines = new("--long-lines") { Description = "What to do with a line, or a sentence of it, of more tokens than the model takes (default: split it, behind commas or between words).", HelpName = "split|truncate|refuse" };
    private readonly Option<int?> _threads = CommonArguments.Number("--threads", "Threads that share the work (default: one for each processor).", MostThreads);
    private readonly Option<int?> _batch = CommonArguments.Number("--batch", $"Lines that are read ahead and worked on together (default: {DefaultBatch}). Results are the same whatever it is.", MostBatch);
    private readonly Option<bool> _json = new("--json") { Description = "Write a JSON object for each line: source, text, hypotheses with their scores, what the tokenizer does not know." };
    private readonly Terminal _terminal;

    public TranslateCommand(Terminal terminal)
        : base("translate", "Run the model of a folder on lines of text, as they come or file to file: a line of output for each line of input.")
    {
        _terminal = terminal;
        _longLines.CustomParser = argument =>
        {
            if (Enum.TryParse(argument.Tokens[0].Value, ignoreCase: true, out LongTextPolicy policy) && Enum.IsDefined(policy) && char.IsAsciiLetter(argument.Tokens[0].Value[0]))
            {
                return policy;
            }

            argument.AddError($"--long-lines cannot be '{argument.Tokens[0].Value}': it is split, truncate or refuse.");
            return null;
        };
        _longLines.CompletionSources.Clear();
        _longLines.CompletionSources.Add("split", "truncate", "refuse");
        Add(_folder.Folder);
        _lines.AddTo(this);
        foreach (Option option in (Option[])[_beam, _nBest, _maxLength, _source, _target, _prefix, _split, _longLines, _threads, _batch, _json])
        {
            Add(option);
        }

        _folder.AddTo(this);
        Validators.Add(result =>
        {
            if (result.GetValue(_nBest) is { } count && result.GetValue(_beam) is { } beam && count > beam)
            {
                result.AddError($"--n-best {count} is more than the {beam} hypotheses that --beam follows.");
            }

            if (result.GetValue(_split) && result.GetValue(_prefix) is not null)
            {
                result.AddError("--split and --prefix exclude each other: the prefix would stand before the first sentence of a line alone. Put each sentence in a line.");
            }
        });
        SetAction(Run);
    }

    private static int DefaultBatch => new StreamingOptions().Window;

    private int Run(ParseResult result)
    {
        GivenLines lines = _lines.Read(result);
        LineOutput.Check(lines);
        bool isNumbered = result.GetValue(_nBest) is not null && !result.GetValue(_json);
        using TextGenerator generator = ModelFolder.Find(_folder.Read(result), _terminal).OpenText(new TextGeneratorOpenOptions
        {
            SourceLanguage = result.GetValue(_source),
            TargetLanguage = result.GetValue(_target),
            Sentences = result.GetValue(_split) ? SentenceSplitter.Default : null,
            LongTexts = result.GetValue(_longLines) ?? LongTextPolicy.Split,
        });
        GenerationOptions options = Generation(result, generator);
        string prefix = result.GetValue(_prefix) ?? "";
        long cutOff = 0;
        int exitCode = new LineJob(lines, _terminal).RunAsync(
            isNumbered,
            (texts, _, progress, cancellation) => generator.GenerateAsync(
                prefix.Length == 0 ? texts : texts.Select(text => string.IsNullOrWhiteSpace(text) ? text : prefix + text),
                options,
                new StreamingOptions { Window = result.GetValue(_batch) ?? DefaultBatch, Progress = progress },
                cancellation),
            (number, line, generated) =>
            {
                cutOff += generated.Hypotheses[0].FinishReason == FinishReason.Length ? 1 : 0;
                string[] written = result.GetValue(_json) ? [JsonLine.Of(TranslatedLine.Of(line, prefix.Length, generated))]
                    : isNumbered ? [.. generated.Hypotheses.Select(hypothesis => string.Create(CultureInfo.InvariantCulture, $"{number}\t{hypothesis.Score:F4}\t{OneLine(hypothesis.Text)}"))]
                    : [OneLine(generated.Text)];
                return (written, generated.Sentences.Count(static sentence => sentence.Hypotheses is not [{ Tokens.IsEmpty: true }]));
            }).GetAwaiter().GetResult();
        if (cutOff > 0 && exitCode == ExitCode.Success)
        {
            _terminal.Note(string.Create(CultureInfo.InvariantCulture, $"{cutOff:N0} {(cutOff == 1 ? "result was" : "results were")} cut off at the longest length, {options.MaxLength ?? generator.Model.MaxTargetLength} tokens (--max-length)."));
        }

        return exitCode;
    }

    /// <summary>A line of input is a line of output, whatever a model writes.</summary>
    private static string OneLine(string text) => text.ReplaceLineEndings(" ");

    /// <summary>What the folder says of generation, and the command line instead where it says something.</summary>
    private GenerationOptions Generation(ParseResult result, TextGenerator generator)
    {
        int? nBest = result.GetValue(_nBest);
        var folder = new FolderGeneration(generator, result.GetRequiredValue(_folder.Folder));
        folder.Tell(_terminal);
        return folder.Options(generator.DefaultGeneration, result.GetValue(_beam), nBest ?? 1, result.GetValue(_maxLength)) with
        {
            HypothesisCount = nBest ?? 1,
            ReturnScores = nBest is not null || result.GetValue(_json),
            Threads = result.GetValue(_threads) ?? Math.Min(Environment.ProcessorCount, MostThreads),
        };
    }
}
