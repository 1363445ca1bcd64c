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
            if (CheckAbilities(model, commandLine.Request) is { } wrong)
            {
                WriteError(wrong);
                return Failure;
            }

            if (commandLine.IsLive)
            {
                await new LiveTranscriber(model, commandLine, new StandardOutput(), WriteError).TranscribeAsync(interruption.Token).ConfigureAwait(false);
                return Success;
            }

            using Audio.SpeechToText speech = model.Open(commandLine.Model, commandLine.LoadOptions, commandLine.Weights);
            return await new FileTranscriber(speech, commandLine.Request, new StandardOutput(), WriteError).TranscribeAllAsync(interruption.Token).ConfigureAwait(false) ? Success : Failure;
        }
        catch (OperationCanceledException)
        {
            WriteError("interrupted");
            return Failure;
        }
    }

    /// <summary>What a model cannot do that it is asked for, or <see langword="null"/>.</summary>
    private static string? CheckAbilities(DeclaredModel model, TranscriptionRequest request) => model.Hears switch
    {
        HeardLanguages.Several => null,
        HeardLanguages.English => request.DetectsLanguage ? $"--detect-language: {model.Name} hears English alone; take a model that hears several languages"
            : request.Translates ? $"--translate: {model.Name} hears English alone; take a model that hears several languages"
            : request.Language is { } language && Audio.SpeechLanguages.Find(language)?.Code != "en" ? $"--language {language}: {model.Name} hears English alone; take a model that hears several languages"
            : null,
        HeardLanguages.One => request.DetectsLanguage ? $"--detect-language: {model.Name} tells no languages; take a Whisper"
            : request.Translates ? $"--translate: {model.Name} does not translate; take a Whisper"
            : request.Language is { } language ? $"--language {language}: {model.Name} hears the one language that it was trained for; leave --language out, or take a Whisper"
            : request.ShowsWords ? $"--words: {model.Name} gives words no times; take a Whisper"
            : request.Options.InitialPrompt is not null ? $"--prompt: {model.Name} looks at no text before its own; take a Whisper"
            : null,
        _ => throw new InvalidOperationException($"Nobody knows what {model.Name} hears."),
    };

    /// <summary>Writes one line to standard error.</summary>
    private static void WriteError(string message)
    {
        using Stream error = Console.OpenStandardError();
        error.Write(Encoding.UTF8.GetBytes($"Transcribe: {OneLine.Of(message)}\n"));
    }
}
