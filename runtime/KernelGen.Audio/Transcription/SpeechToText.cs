using KernelGen.Text;

namespace KernelGen.Audio;

/// <summary>
/// Writes what is said in audio, with a declared model. With a Whisper as OpenAI's code does: in windows of 30 seconds, again at another temperature where the text is not good
/// enough, with times of segments and, where they are asked for, of words. With a Moonshine in pieces that are cut at pauses, each of which is a segment.
/// </summary>
/// <remarks>
/// Thread-safe: any number of calls may run at once; they share the model. Memory does not grow with the length of a file. <see cref="TranscriptionOptions"/> says which options
/// are a Whisper's alone; with a Moonshine they are refused, or change nothing.
/// </remarks>
public sealed partial class SpeechToText : IDisposable
{
    /// <summary>How many files are transcribed together, unless options say otherwise: more gain little, and each takes memory.</summary>
    private const int FilesTogether = 8;

    private readonly bool _ownsModel;
    private readonly ITranscriber _transcriber;

    /// <summary>Puts a model and its tokenizer together.</summary>
    /// <param name="model">The model; whoever loaded it disposes it.</param>
    /// <param name="tokenizer">Its tokenizer, loaded with <see cref="HuggingFaceTokenizerOptions.AddSpecialTokens"/> off.</param>
    /// <exception cref="InvalidDataException">The tokenizer lacks a token that every Whisper has, or is that of another model.</exception>
    public SpeechToText(SpeechModel model, HuggingFaceTokenizer tokenizer)
        : this(model, tokenizer, generation: null, ownsModel: false)
    {
    }

    private SpeechToText(SpeechModel model, HuggingFaceTokenizer tokenizer, SpeechGenerationFile? generation, bool ownsModel)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokenizer);
        Model = model;
        _ownsModel = ownsModel;
        _transcriber = TranscriberOf(model, tokenizer, generation);
    }

    /// <summary>The model.</summary>
    public SpeechModel Model { get; }

    /// <summary>
    /// Opens a folder as it is downloaded from Hugging Face: its weights, <c>tokenizer.json</c>, and of a Whisper <c>generation_config.json</c> where it is there, which says what
    /// heads give words their times.
    /// </summary>
    /// <typeparam name="TModel">The declared model, whose declaration names the <c>config.json</c> of the same folder.</typeparam>
    /// <param name="folder">The folder.</param>
    /// <param name="options">How weights are loaded; <see langword="null"/> for the defaults.</param>
    /// <param name="weights">
    /// The weights, where they are not the folder's own: the path of a checkpoint or a packed file, from the folder on where it is relative; <c>model.packed</c>, for example, as
    /// <see cref="TransformerModel.Save(string)"/> wrote it there.
    /// </param>
    /// <returns>What transcribes; dispose it to free the model.</returns>
    /// <remarks>
    /// The merges of <c>tokenizer.json</c> are read on another thread, while the first sound is encoded. Where they are damaged, the first call that writes text or tells a language throws
    /// <see cref="InvalidDataException"/>, and so does every other. All else that is wrong with a file is thrown here.
    /// </remarks>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">A file that is needed is not there.</exception>
    /// <exception cref="InvalidDataException">A file is not what it should be.</exception>
    /// <exception cref="Checkpoints.CheckpointException">The weights are damaged, or not those of the declaration.</exception>
    public static SpeechToText Open<TModel>(string folder, ModelLoadOptions? options = null, string? weights = null)
        where TModel : SpeechModel, ISpeechModel<TModel>
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"There is no folder {folder}.");
        }

        // What is small and likely to be wrong comes first: weights may take seconds. Merges are needed once there is something to write, and are read while the first sound is encoded.
        var tokenizer = HuggingFaceTokenizer.Load(Path.Combine(folder, "tokenizer.json"), new HuggingFaceTokenizerOptions { AddSpecialTokens = false, DeferMerges = true });
        TModel model = TModel.Load(weights is null ? folder : Path.Combine(folder, weights), options);
        try
        {
            string generation = Path.Combine(folder, "generation_config.json");
            SpeechGenerationFile? file = !ReadsSamples(model) && File.Exists(generation)
                ? SpeechGenerationFile.Read(File.ReadAllBytes(generation), generation, new SpeechWindowModel(model).Shape)
                : null;
            return new SpeechToText(model, tokenizer, file, ownsModel: true);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Transcribes samples.</summary>
    /// <param name="samples">One channel at 16 kHz, as <see cref="AudioFile.Read(string, int)"/> gives it.</param>
    /// <param name="options">How; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>What is said, and when.</returns>
    /// <exception cref="ArgumentException">An option is not usable.</exception>
    /// <exception cref="InvalidDataException">A sample is NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public Transcript Transcribe(ReadOnlyMemory<float> samples, TranscriptionOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= TranscriptionOptions.Default;
        return TranscriptionBatch.Transcribe(Run(() => new SampleReader(samples, LogMelSpectrogram.SampleRate), options, cancellationToken), options.BatchSize ?? 1);
    }

    /// <summary>Transcribes a file of any length.</summary>
    /// <param name="path">The path of a WAV or FLAC file.</param>
    /// <param name="options">How; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>What is said, and when.</returns>
    /// <exception cref="InvalidDataException">The file is damaged, or no audio; the message begins with its name.</exception>
    /// <exception cref="NotSupportedException">The file is of a kind that is not read here; the message says of which, and what to do.</exception>
    /// <exception cref="IOException">It does not exist, is no regular file or cannot be read.</exception>
    /// <inheritdoc cref="Transcribe(ReadOnlyMemory{float}, TranscriptionOptions?, CancellationToken)" path="/exception[contains(@cref, 'Argument') or contains(@cref, 'Canceled') or contains(@cref, 'Disposed')]"/>
    public Transcript Transcribe(string path, TranscriptionOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= TranscriptionOptions.Default;
        return TranscriptionBatch.Transcribe(RunFile(path, options, cancellationToken), options.BatchSize ?? 1);
    }

    /// <summary>Transcribes audio of any length that a program opens itself, for example from a stream.</summary>
    /// <param name="open">
    /// Opens the audio from its beginning, with any channels and sample rate; long audio several times. What it returns is read on one thread, even while an earlier one is still read, and is disposed.
    /// </param>
    /// <param name="options">How; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>What is said, and when.</returns>
    /// <inheritdoc cref="Transcribe(ReadOnlyMemory{float}, TranscriptionOptions?, CancellationToken)" path="/exception"/>
    public Transcript Transcribe(Func<AudioReader> open, TranscriptionOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(open);
        options ??= TranscriptionOptions.Default;
        return TranscriptionBatch.Transcribe(RunOpened(open, options, cancellationToken), options.BatchSize ?? 1);
    }

    /// <summary>
    /// Transcribes files of any length, some at once (<see cref="TranscriptionOptions.BatchSize"/>): each step of the decoder reads the weights once for all windows that are
    /// decoded together. The transcripts are those of a call of <see cref="Transcribe(string, TranscriptionOptions?, CancellationToken)"/> for each. A file that cannot be read does not keep the others from
    /// being transcribed.
    /// </summary>
    /// <param name="paths">The paths of WAV or FLAC files. They are asked for as they are needed, so there may be any number.</param>
    /// <param name="options">How; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>What is said in each file, or what is wrong with it, in their order, as soon as it is known. Each enumeration transcribes anew.</returns>
    /// <exception cref="ArgumentException">An option is not usable, or a path is empty (while enumerating).</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled (while enumerating).</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed (while enumerating).</exception>
    public IEnumerable<FileTranscript> TranscribeAll(IEnumerable<string> paths, TranscriptionOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        options ??= TranscriptionOptions.Default;
        return TranscribeFiles(paths, options with { BatchSize = options.BatchSize ?? FilesTogether }, cancellationToken);
    }

    /// <summary>Transcribes a file of any length, and hands out each segment once it is final.</summary>
    /// <inheritdoc cref="Transcribe(string, TranscriptionOptions?, CancellationToken)"/>
    /// <returns>The segments that have text. Each enumeration transcribes anew.</returns>
    public IEnumerable<TranscriptSegment> Stream(string path, TranscriptionOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= TranscriptionOptions.Default;
        return Segments(RunFile(path, options, cancellationToken), options);
    }

    /// <summary>Transcribes audio of any length that a program opens itself, and hands out each segment once it is final.</summary>
    /// <inheritdoc cref="Transcribe(Func{AudioReader}, TranscriptionOptions?, CancellationToken)"/>
    /// <returns>The segments that have text. Each enumeration transcribes anew.</returns>
    public IEnumerable<TranscriptSegment> Stream(Func<AudioReader> open, TranscriptionOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(open);
        options ??= TranscriptionOptions.Default;
        return Segments(RunOpened(open, options, cancellationToken), options);
    }

    /// <summary>Tells what language is spoken in the first 30 seconds: one pass of the encoder, and one step of the decoder.</summary>
    /// <param name="samples">One channel at 16 kHz.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="InvalidOperationException">The model is for English alone, or a Moonshine.</exception>
    /// <inheritdoc cref="Transcribe(ReadOnlyMemory{float}, TranscriptionOptions?, CancellationToken)" path="/exception[contains(@cref, 'Data') or contains(@cref, 'Canceled') or contains(@cref, 'Disposed')]"/>
    public LanguageGuess DetectLanguage(ReadOnlyMemory<float> samples, CancellationToken cancellationToken = default) => DetectLanguage(samples, threads: 1, cancellationToken);

    /// <summary>Tells what language is spoken in the first 30 seconds, with several threads.</summary>
    /// <param name="samples">One channel at 16 kHz.</param>
    /// <param name="threads">How many threads share the work, from 1 to 64. The result is the same whatever it is.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ArgumentOutOfRangeException">There cannot be so many threads.</exception>
    /// <inheritdoc cref="DetectLanguage(ReadOnlyMemory{float}, CancellationToken)" path="/exception"/>
    public LanguageGuess DetectLanguage(ReadOnlyMemory<float> samples, int threads, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threads, OptionChecks.MostThreads);
        return _transcriber.DetectLanguage(samples, new ModelCall(threads, cancellationToken));
    }

    /// <summary>Frees the model where <see cref="Open"/> loaded it.</summary>
    public void Dispose()
    {
        if (_ownsModel)
        {
            Model.Dispose();
        }
    }

    private static ITranscriber TranscriberOf(SpeechModel model, HuggingFaceTokenizer tokenizer, SpeechGenerationFile? generation) => ReadsSamples(model)
        ? new MoonshineTranscriber(new SpeechSoundModel(model), PieceShape.Of(model), tokenizer)
        : new WhisperTranscriber(model, tokenizer, generation);

    /// <summary>Whether a model reads samples as they are, and no frames of a spectrogram.</summary>
    private static bool ReadsSamples(SpeechModel model) => model.Channels == 1;

    private IEnumerable<FileTranscript> TranscribeFiles(IEnumerable<string> paths, TranscriptionOptions options, CancellationToken cancellationToken)
    {
        var begun = new Queue<string>();
        var segments = new List<TranscriptSegment>();
        foreach (TranscriptionEvent next in TranscriptionBatch.Run(paths.Select(Begin), options.BatchSize!.Value))
        {
            if (next.Segment is { } segment)
            {
                segments.Add(segment);
                continue;
            }

            yield return Finish(next, segments);
            segments = [];
        }

        FileTranscript Finish(TranscriptionEvent end, List<TranscriptSegment> all)
        {
            string path = begun.Dequeue();
            try
            {
                end.Error?.Throw();
                return new FileTranscript(path, end.Run!.Finish(all));
            }
            catch (Exception exception) when (FileTranscript.IsOfFile(exception))
            {
                return new FileTranscript(path, exception);
            }
        }

        Func<TranscriptionRun> Begin(string path)
        {
            begun.Enqueue(path);
            return RunFile(path, options, cancellationToken);
        }
    }

    private static IEnumerable<TranscriptSegment> Segments(Func<TranscriptionRun> begin, TranscriptionOptions options) => TranscriptionBatch.RunOne(begin, options.BatchSize ?? 1)
        .Select(static next => next.Segment)
        .OfType<TranscriptSegment>()
        .Where(static segment => !string.IsNullOrWhiteSpace(segment.Text));

    private Func<TranscriptionRun> RunFile(string path, TranscriptionOptions options, CancellationToken cancellationToken) => RunOpened(() => AudioFile.Open(path), options, cancellationToken);

    private Func<TranscriptionRun> RunOpened(Func<AudioReader> open, TranscriptionOptions options, CancellationToken cancellationToken) =>
        () => _transcriber.Start(new KeptAudio(() => open().ToMono().Resample(LogMelSpectrogram.SampleRate)).Open, options, cancellationToken);

    private Func<TranscriptionRun> Run(Func<AudioReader> open, TranscriptionOptions options, CancellationToken cancellationToken) => () => _transcriber.Start(open, options, cancellationToken);
}
