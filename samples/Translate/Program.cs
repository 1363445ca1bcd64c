using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace KernelGen.Samples.Translate;

internal static class Program
{
    private const int Success = 0;
    private const int Failure = 1;
    private const int WrongUsage = 2;

    // The console's own reader and writer depend on the locale; sentences are UTF-8 everywhere.
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private static async Task<int> Main(string[] arguments)
    {
        try
        {
            var commandLine = new CommandLine(arguments);
            if (commandLine.Error is { } error)
            {
                WriteError(error);
                return WrongUsage;
            }

            if (commandLine.IsQuestion)
            {
                commandLine.Show();
                return Success;
            }

            await Run(commandLine);
            return Success;
        }
        catch (Exception exception)
        {
            WriteError(exception.Message);
            return Failure;
        }
    }

    private static async Task Run(CommandLine commandLine)
    {
        if (commandLine.InstructionSet is { } instructionSet && !InstructionSets.IsSupported(instructionSet))
        {
            throw new PlatformNotSupportedException(
                $"--isa {instructionSet.ToString().ToLowerInvariant()} cannot be used: this CPU lacks it, or the program was published without it");
        }

        CheckFiles(commandLine);
        using FileStream? file = commandLine.File is { } input ? OpenInput(input) : null;
        long start = Stopwatch.GetTimestamp();
        using var translator = new TextTranslator(
            commandLine.Model, new ModelLoadOptions { InstructionSet = commandLine.InstructionSet, Precision = commandLine.Precision });
        TimeSpan loading = Stopwatch.GetElapsedTime(start);
        using StreamWriter output = OpenOutput(commandLine.Output);
        if (commandLine.Pack is { } packedFile)
        {
            translator.Pack(packedFile);
        }

        if ((commandLine.Explain ?? (commandLine.Attention is null ? null : commandLine.Sentences[0])) is { } sentence)
        {
            LookInto(translator, sentence, commandLine, output);
            return;
        }

        IAsyncEnumerable<string> lines = commandLine.Sentences.ToAsyncEnumerable();
        if (file is not null)
        {
            lines = Lines(file);
        }
        else if (commandLine.Sentences.Length == 0 && commandLine.Pack is null)
        {
            lines = Lines(Console.OpenStandardInput());
        }

        start = Stopwatch.GetTimestamp();
        long sentences = await Translate(translator, lines, commandLine, file, output);
        if (commandLine.ShowsTime)
        {
            ShowTime(loading, Stopwatch.GetElapsedTime(start), sentences, translator.GeneratedTokens);
        }
    }

    /// <summary>Translates lines and writes them.</summary>
    /// <returns>The number of sentences.</returns>
    private static async Task<long> Translate(TextTranslator translator, IAsyncEnumerable<string> lines, CommandLine commandLine, FileStream? file, StreamWriter output)
    {
        bool showsScores = commandLine.WritesJson || commandLine.NBest is not null;
        var options = new GenerationOptions { BeamSize = commandLine.Beam, HypothesisCount = commandLine.NBest ?? 1, ReturnScores = showsScores };
        var writer = new ResultWriter(output, commandLine.WritesJson, commandLine.NBest is not null);
        using Stream error = Console.OpenStandardError();
        ProgressBar? bar = file is not null && ProgressBar.IsPossible ? new ProgressBar(error, file.CanSeek ? file.Length : null) : null;
        bool sharesTerminal = commandLine.Output is null && !Console.IsOutputRedirected;
        var warnings = new UnknownWarnings(warning =>
        {
            bar?.Erase();
            WriteError(warning);
        });
        long sentences = 0;
        await foreach (TranslatedLine line in translator.TranslateAsync(lines, options))
        {
            if (sharesTerminal)
            {
                bar?.Erase();
            }

            writer.Write(line);
            if (!commandLine.WritesJson)
            {
                warnings.Add(line);
            }

            sentences += line.Sentences.Count;

            // Whoever feeds sentences one by one gets each translation at once.
            if (file is null || sharesTerminal)
            {
                await output.FlushAsync();
            }

            bar?.Add(line);
        }

        bar?.Finish();
        warnings.Finish();
        return sentences;
    }

    /// <summary>Explains the sentences of a text, or draws the only one, or both.</summary>
    private static void LookInto(TextTranslator translator, string text, CommandLine commandLine, StreamWriter output)
    {
        if (commandLine.Head is { } head && (head.Layer > Translator.Description.DecoderLayers || head.Head > Translator.Description.Heads))
        {
            throw new ArgumentException($"--head {head.Layer}.{head.Head} is not there: the model has {Translator.Description.DecoderLayers} layers of {Translator.Description.Heads} heads");
        }

        IReadOnlyList<Alignment> alignments = translator.Align(text);
        if (commandLine.Attention is { } picture)
        {
            if (alignments.Count > 1)
            {
                throw new ArgumentException($"--attention draws one sentence of at most {translator.Model.MaxSourceLength} characters; this text is taken apart into {alignments.Count}: give one of them");
            }

            string svg = AttentionImage.Draw(alignments[0], commandLine.Head);
            Write(picture, () => File.WriteAllText(picture, svg, Utf8));
        }

        if (translator.Warning(text) is { } warning)
        {
            WriteError($"the text {warning}");
        }

        if (commandLine.Explain is null)
        {
            output.WriteLine(alignments[0].Translation);
            return;
        }

        var terminal = new Terminal(output, isFile: commandLine.Output is not null);
        var explanation = new Explanation(translator, terminal);
        for (int i = 0; i < alignments.Count; i++)
        {
            if (alignments.Count > 1)
            {
                terminal.Line($"{(i > 0 ? "\n" : "")}Sentence {i + 1} of {alignments.Count}");
            }

            explanation.Show(alignments[i]);
        }
    }

    /// <summary>Nothing is written over what is read, or over what else is written. Weights may be packed over the file that they come from.</summary>
    private static void CheckFiles(CommandLine commandLine)
    {
        (string Option, string? Path)[] files = [("--file", commandLine.File), ("--model", commandLine.Model), ("--pack", commandLine.Pack), ("--output", commandLine.Output), ("--attention", commandLine.Attention)];
        for (int written = 2; written < files.Length; written++)
        {
            for (int other = 0; other < written; other++)
            {
                bool isPackedAgain = files[written].Option == "--pack" && files[other].Option == "--model";
                if (files[written].Path is { } path && files[other].Path is { } otherPath && !isPackedAgain && RealPath(path) == RealPath(otherPath))
                {
                    throw new IOException($"{path} cannot be written: {files[other].Option} names it, too");
                }
            }
        }
    }

    private static FileStream OpenInput(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{path} cannot be read: {Reason(exception)}", exception);
        }
    }

    private static StreamWriter OpenOutput(string? path)
    {
        if (path is null)
        {
            return new StreamWriter(Console.OpenStandardOutput(), Utf8) { NewLine = "\n" };
        }

        StreamWriter? writer = null;
        Write(path, () => writer = new StreamWriter(path, append: false, Utf8) { NewLine = "\n" });
        return writer!;
    }

    private static void Write(string path, Action write)
    {
        try
        {
            write();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{path} cannot be written: {Reason(exception)}", exception);
        }
    }

    /// <summary>What went wrong with a file, without the file's name, which the message has already.</summary>
    private static string Reason(Exception exception) => exception switch
    {
        FileNotFoundException => "there is no such file",
        DirectoryNotFoundException => "there is no such folder",
        UnauthorizedAccessException => "it is a folder, or access is denied",
        _ => exception.Message,
    };

    private static string RealPath(string path)
    {
        string full = Path.GetFullPath(path);
        return File.Exists(full) ? File.ResolveLinkTarget(full, returnFinalTarget: true)?.FullName ?? full : full;
    }

    private static async IAsyncEnumerable<string> Lines(Stream stream, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8, detectEncodingFromByteOrderMarks: false);
        while (await reader.ReadLineAsync(cancellation) is { } line)
        {
            yield return line;
        }
    }

    private static void ShowTime(TimeSpan loading, TimeSpan translating, long sentences, long tokens)
    {
        double seconds = Math.Max(translating.TotalSeconds, 1e-9);
        WriteError(string.Create(
            CultureInfo.InvariantCulture,
            $"loaded in {loading.TotalMilliseconds:F1} ms; {sentences} sentences and {tokens} tokens in {seconds:F3} s: {sentences / seconds:F0} sentences/s, {tokens / seconds:F0} tokens/s"));
    }

    /// <summary>Writes one line to standard error.</summary>
    private static void WriteError(string message)
    {
        using Stream error = Console.OpenStandardError();
        error.Write(Utf8.GetBytes($"Translate: {message.ReplaceLineEndings(" ")}\n"));
    }
}
