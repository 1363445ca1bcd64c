using KernelGen.Audio;
using KernelGen.Samples.Transcribe.Models;

namespace KernelGen.Samples.Transcribe;

/// <summary>Transcribes standard input while it comes: a line for each segment on standard output, and on a terminal what is being said below it.</summary>
/// <param name="model">The model.</param>
/// <param name="commandLine">What to do.</param>
/// <param name="output">Standard output.</param>
/// <param name="warn">Writes a warning to standard error.</param>
internal sealed class LiveTranscriber(DeclaredModel model, CommandLine commandLine, StandardOutput output, Action<string> warn)
{
    /// <summary>Transcribes to the end of standard input.</summary>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task TranscribeAsync(CancellationToken cancellationToken)
    {
        using SpeechToText speech = model.Open(commandLine.Model, commandLine.LoadOptions, commandLine.Weights);
        using Stream input = Console.OpenStandardInput();
        using Stream error = Console.OpenStandardError();
        LiveLine? line = Progress.IsPossible ? new LiveLine(error, static () => LiveLine.TerminalWidth) : null;
        line?.Show("", "listening …");
        try
        {
            var live = new LiveTranscriptionOptions { SampleRate = commandLine.Rate };
            await foreach (LiveTranscript update in speech.TranscribeAsync(new PcmInput(input, Warn).ReadAsync(cancellationToken), commandLine.Request.Options, live, cancellationToken).ConfigureAwait(false))
            {
                if (update.Segments.Length > 0)
                {
                    line?.Erase();
                    output.Write(string.Concat(update.Segments.Select(static segment => OutputForms.Line(segment) + "\n")));
                }

                line?.Show(update.PendingText, update.PartialText);
            }
        }
        finally
        {
            line?.Erase();
        }

        void Warn(string message)
        {
            line?.Erase();
            warn(message);
        }
    }
}
