using System.Globalization;
using KernelGen.Audio;

namespace KernelGen.Samples.Transcribe;

/// <summary>Transcribes one file after another, and writes what was asked for.</summary>
/// <param name="speech">The model.</param>
/// <param name="request">What to do.</param>
/// <param name="output">Standard output.</param>
/// <param name="warn">Writes a warning to standard error.</param>
internal sealed class FileTranscriber(SpeechToText speech, TranscriptionRequest request, StandardOutput output, Action<string> warn)
{
    /// <summary>What the language is told from.</summary>
    private const int SamplesOfLanguage = 30 * 16_000;

    private bool _hasWritten;

    private bool HasSeveral => request.Inputs.Count > 1;

    /// <summary>Transcribes all files.</summary>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>Whether all of them could be used; it has been said of each other one why not.</returns>
    public async Task<bool> TranscribeAllAsync(CancellationToken cancellationToken)
    {
        if (request.Output is { } folder)
        {
            Create(folder);
        }

        bool isWhole = true;
        foreach (AudioInput input in request.Inputs)
        {
            try
            {
                await TranscribeAsync(input, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is IOException or InvalidDataException or NotSupportedException or UnauthorizedAccessException)
            {
                // The other files may well be readable.
                warn(ErrorMessage.Of(exception));
                isWhole = false;
            }
        }

        return isWhole;
    }

    private async Task TranscribeAsync(AudioInput input, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (request.SkipsWritten && request.Output is { } folder && request.Forms.All(form => File.Exists(FileOf(input, form, folder))))
        {
            return;
        }

        using AudioInputFile file = await input.OpenAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (request.DetectsLanguage)
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

    private static string FileOf(AudioInput input, OutputForm form, string folder) => Path.Combine(folder, input.OutputName + OutputForms.Extension(form));

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

        LanguageGuess guess = speech.DetectLanguage(samples.AsMemory(0, count), request.Options.Threads, cancellationToken);
        string name = HasSeveral ? $"{input}\t" : "";
        output.Write(string.Create(CultureInfo.InvariantCulture, $"{name}{guess.Language}\t{guess.Probability:F4}\n"));
    }

    private async Task WriteAsync(AudioInput input, string path, CancellationToken cancellationToken)
    {
        var length = AudioLength.Of(path, cancellationToken);
        if (length.IsTruncated)
        {
            warn($"{input} ends before what it announces; what is there is transcribed");
        }

        using Stream error = Console.OpenStandardError();
        Progress? progress = Progress.IsPossible ? new Progress(error, input.ToString(), length.Time) : null;
        progress?.Show(TimeSpan.Zero);
        try
        {
            Transcript transcript = Transcribe(input, path, length.Time, progress, cancellationToken);
            progress?.Finish();
            if (request.Output is { } folder)
            {
                await SaveAsync(transcript, input, path, folder, cancellationToken).ConfigureAwait(false);
            }
            else if (!IsStreamed)
            {
                output.Write(OutputForms.Write(transcript, request.Forms[0], request.ShowsWords));
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
        foreach (OutputForm form in request.Forms)
        {
            string file = FileOf(input, form, folder);
            if (Path.GetFullPath(file) == Path.GetFullPath(path))
            {
                throw new IOException($"{file} cannot be written: it is the audio");
            }

            try
            {
                // Whole or not there: who finds it may rely on it.
                string temporary = $"{file}.{Guid.NewGuid():N}.tmp";
                try
                {
                    await File.WriteAllTextAsync(temporary, OutputForms.Write(transcript, form, request.ShowsWords), cancellationToken).ConfigureAwait(false);
                    File.Move(temporary, file, overwrite: true);
                }
                finally
                {
                    File.Delete(temporary);
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new IOException($"{file} cannot be written: {exception.Message}", exception);
            }
        }
    }

    /// <summary>Whether text is written to standard output as it comes.</summary>
    private bool IsStreamed => request.Output is null && request.Forms[0] == OutputForm.Text;

    private Transcript Transcribe(AudioInput input, string path, TimeSpan length, Progress? progress, CancellationToken cancellationToken)
    {
        // A transcript in JSON has the language, which a stream of segments does not tell.
        if (request.Forms.Contains(OutputForm.Json))
        {
            return speech.Transcribe(path, request.Options, cancellationToken);
        }

        Progress? shared = Console.IsOutputRedirected ? null : progress;
        var segments = new List<TranscriptSegment>();
        if (IsStreamed && HasSeveral)
        {
            shared?.Erase();
            output.Write($"{(_hasWritten ? "\n" : "")}==> {input} <==\n");
            _hasWritten = true;
        }

        foreach (TranscriptSegment segment in speech.Stream(path, request.Options, cancellationToken))
        {
            if (IsStreamed)
            {
                shared?.Erase();
                output.Write(OutputForms.Line(segment) + "\n");
            }
            else
            {
                segments.Add(segment);
            }

            progress?.Show(segment.End);
        }

        return new Transcript(request.Options.Language ?? "", segments, length);
    }
}
