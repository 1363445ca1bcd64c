using System.Text;
using KernelGen.Samples.Transcribe.Models;

namespace KernelGen.Samples.Transcribe;

internal static class Program
{
    private const int Success = 0;
    private const int Failure = 1;
    private const int WrongUsage = 2;

    private static async Task<int> Main(string[] arguments)
    {
        try
        {
            var commandLine = new CommandLine(arguments, Console.IsInputRedirected);
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

            return await RunAsync(commandLine).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            WriteError(ErrorMessage.Of(exception));
            return Failure;
        }
    }

    private static async Task<int> RunAsync(CommandLine commandLine)
    {
        using var interruption = new Interruption();
        try
        {
            DeclaredModel model = ModelFolder.Find(commandLine.Model);
            if (CheckAbilities(model, commandLine) is { } wrong)
            {
                WriteError(wrong);
                return Failure;
            }

            if (commandLine.IsLive)
            {
                await new LiveTranscriber(model, commandLine, new StandardOutput(), WriteError).TranscribeAsync(interruption.Token).ConfigureAwait(false);
                return Success;
            }

            if (commandLine.Output is { } folder)
            {
                Create(folder);
            }

            using var transcriber = new FileTranscriber(model, commandLine, new StandardOutput(), WriteError);
            bool failed = false;
            foreach (AudioInput input in commandLine.Inputs)
            {
                try
                {
                    await transcriber.TranscribeAsync(input, interruption.Token).ConfigureAwait(false);
                }
                catch (Exception exception) when (exception is IOException or InvalidDataException or NotSupportedException or UnauthorizedAccessException)
                {
                    // The other files may well be readable.
                    WriteError(ErrorMessage.Of(exception));
                    failed = true;
                }
            }

            return failed ? Failure : Success;
        }
        catch (OperationCanceledException)
        {
            WriteError("interrupted");
            return Failure;
        }
    }

    /// <summary>What a model cannot do that it is asked for, or <see langword="null"/>.</summary>
    private static string? CheckAbilities(DeclaredModel model, CommandLine commandLine) => model.Hears switch
    {
        HeardLanguages.Several => null,
        HeardLanguages.English => commandLine.DetectsLanguage ? $"--detect-language: {model.Name} hears English alone; take a model that hears several languages"
            : commandLine.Translates ? $"--translate: {model.Name} hears English alone; take a model that hears several languages"
            : commandLine.Language is { } language && Audio.SpeechLanguages.Find(language)?.Code != "en" ? $"--language {language}: {model.Name} hears English alone; take a model that hears several languages"
            : null,
        HeardLanguages.One => commandLine.DetectsLanguage ? $"--detect-language: {model.Name} tells no languages; take a Whisper"
            : commandLine.Translates ? $"--translate: {model.Name} does not translate; take a Whisper"
            : commandLine.Language is { } language ? $"--language {language}: {model.Name} hears the one language that it was trained for; leave --language out, or take a Whisper"
            : commandLine.ShowsWords ? $"--words: {model.Name} gives words no times; take a Whisper"
            : commandLine.Options.InitialPrompt is not null ? $"--prompt: {model.Name} looks at no text before its own; take a Whisper"
            : null,
        _ => throw new InvalidOperationException($"Nobody knows what {model.Name} hears."),
    };

    private static void Create(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"--output {folder} cannot be made: {exception.Message}", exception);
        }
    }

    /// <summary>Writes one line to standard error.</summary>
    private static void WriteError(string message)
    {
        using Stream error = Console.OpenStandardError();
        error.Write(Encoding.UTF8.GetBytes($"Transcribe: {OneLine.Of(message)}\n"));
    }
}
