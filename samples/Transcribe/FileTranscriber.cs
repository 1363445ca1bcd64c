using System.Globalization;
using KernelGen.Audio;
using KernelGen.Samples.Transcribe.Models;

namespace KernelGen.Samples.Transcribe;

/// <summary>Transcribes one file after another, and writes what was asked for.</summary>
internal sealed class FileTranscriber : IDisposable
{
    /// <summary>What the language is told from.</summary>
    private const int SamplesOfLanguage = 30 * 16_000;

    private readonly CommandLine _commandLine;
    private readonly StandardOutput _output;
    private readonly SpeechToText _speech;
    private readonly TranscriptionOptions _options;
    private readonly Action<string> _warn;
    private readonly bool _hasSeveral;
    private bool _hasWritten;

    /// <param name="model">The model.</param>
    /// <param name="commandLine">What to do.</param>
    /// <param name="output">Standard output.</param>
    /// <param name="warn">Writes a warning to standard error.</param>
    public FileTranscriber(DeclaredModel model, CommandLine commandLine, StandardOutput output, Action<string> warn)
    {
        _warn = warn;
        _commandLine = commandLine;
        _output = output;
        _options = commandLine.Options;
        _hasSeveral = commandLine.Inputs.Count > 1;
        _speech = model.Open(commandLine.Model, commandLine.LoadOptions, commandLine.Weights);
    }

    public void Dispose() => _speech.Dispose();

    /// <summary>Transcribes a file.</summary>
    /// <param name="input">The file.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task TranscribeAsync(AudioInput input, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using AudioInputFile file = await input.OpenAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_commandLine.DetectsLanguage)
            {
                WriteLanguage(input, file.Path, cancellationToken);
                return;
            }

            await WriteAsync(input, file.Path, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (input.IsStandardInput && exception is IOException or InvalidDataException or NotSupportedException)
        {
            throw new InvalidDataException(file.Explain(exception.Message), exception);
        }
    }

    private void WriteLanguage(AudioInput input, string path, CancellationToken cancellationToken)
    {
        using AudioReader audio = AudioFile.OpenMono(path);
        float[] samples = new float[SamplesOfLanguage];
        int count = 0;
        while (count < samples.Length && audio.Read(samples.AsSpan(count)) is > 0 and int read)
        {
            count += read;
        }

        if (count == 0)
        {
            throw new InvalidDataException($"{input} has no sound that tells a language");
        }

        LanguageGuess guess = _speech.DetectLanguage(samples.AsMemory(0, count), _options.Threads, cancellationToken);
        string name = _hasSeveral ? $"{input}\t" : "";
        _output.Write(string.Create(CultureInfo.InvariantCulture, $"{name}{guess.Language}\t{guess.Probability:F4}\n"));
    }

    private async Task WriteAsync(AudioInput input, string path, CancellationToken cancellationToken)
    {
        var length = AudioLength.Of(path, cancellationToken);
        if (length.IsTruncated)
        {
            _warn($"{input} ends before what it announces; what is there is transcribed");
        }

        using Stream error = Console.OpenStandardError();
        Progress? progress = Progress.IsPossible ? new Progress(error, input.ToString(), length.Time) : null;
        progress?.Show(TimeSpan.Zero);
        try
        {
            Transcript transcript = Transcribe(input, path, length.Time, progress, cancellationToken);
            progress?.Finish();
            if (_commandLine.Output is { } folder)
            {
                await SaveAsync(transcript, input, path, folder, cancellationToken).ConfigureAwait(false);
            }
            else if (!IsStreamed)
            {
                _output.Write(OutputForms.Write(transcript, _commandLine.Forms[0], _commandLine.ShowsWords));
            }
        }
        catch
        {
            progress?.Erase();
            throw;
        }
    }

    private async Task SaveAsync(Transcript transcript, AudioInput input, string path, string folder, CancellationToken cancellationToken)
    {
        foreach (OutputForm form in _commandLine.Forms)
        {
            string file = Path.Combine(folder, input.OutputName + OutputForms.Extension(form));
            if (Path.GetFullPath(file) == Path.GetFullPath(path))
            {
                throw new IOException($"{file} cannot be written: it is the audio");
            }

            try
            {
                await File.WriteAllTextAsync(file, OutputForms.Write(transcript, form, _commandLine.ShowsWords), cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new IOException($"{file} cannot be written: {exception.Message}", exception);
            }
        }
    }

    /// <summary>Whether text is written to standard output as it comes.</summary>
    private bool IsStreamed => _commandLine.Output is null && _commandLine.Forms[0] == OutputForm.Text;

    private Transcript Transcribe(AudioInput input, string path, TimeSpan length, Progress? progress, CancellationToken cancellationToken)
    {
        // A transcript in JSON has the language, which a stream of segments does not tell.
        if (_commandLine.Forms.Contains(OutputForm.Json))
        {
            return _speech.Transcribe(path, _options, cancellationToken);
        }

        Progress? shared = Console.IsOutputRedirected ? null : progress;
        var segments = new List<TranscriptSegment>();
        if (IsStreamed && _hasSeveral)
        {
            shared?.Erase();
            _output.Write($"{(_hasWritten ? "\n" : "")}==> {input} <==\n");
            _hasWritten = true;
        }

        foreach (TranscriptSegment segment in _speech.Stream(path, _options, cancellationToken))
        {
            if (IsStreamed)
            {
                shared?.Erase();
                _output.Write(OutputForms.Line(segment) + "\n");
            }
            else
            {
                segments.Add(segment);
            }

            progress?.Show(segment.End);
        }

        return new Transcript(_options.Language ?? "", segments, length);
    }
}
