using KernelGen.Decoding;
using KernelGen.Execution;
using KernelGen.Recipes;
using KernelGen.Telemetry;

namespace KernelGen;

/// <summary>
/// An encoder-decoder Transformer whose source is audio, ready to run: Whisper or Moonshine. Declared with <see cref="SpeechToTextModelAttribute"/>. It takes frames and gives
/// tokens. A frame of Whisper is one of a log-mel spectrogram, a frame of Moonshine a sample of sound; what makes frames of audio files, and text of tokens, is the package
/// KernelGen.Audio.
/// </summary>
/// <remarks>
/// Thread-safe: any number of calls may run at once; they share the weights. Results have the same bits on every instruction set. Every call that works takes a
/// <see cref="CancellationToken"/>, as those of <see cref="EncoderDecoder"/> do.
/// </remarks>
public abstract class SpeechModel : TransformerModel
{
    private readonly FrontEnd _frontEnd;

    /// <summary>Called by the generated class.</summary>
    /// <param name="engine">Runs the model.</param>
    protected SpeechModel(Engine engine)
        : base(engine) => _frontEnd = FrontEnd.Of(Model);

    /// <summary>The numbers in a frame: the bins of a log-mel spectrogram, or 1 where frames are samples of sound.</summary>
    public int Channels => Model.SourceChannels;

    /// <summary>The fewest frames of a source: those of one encoder position.</summary>
    public int MinFrames => _frontEnd.FewestFrames;

    /// <summary>The most frames of a source: those of <see cref="MaxPositions"/>.</summary>
    public int MaxFrames => _frontEnd.MostFrames(Model.MaxSourceLength);

    /// <summary>The most encoder positions, which target tokens attend to. Whisper makes one of each two frames, Moonshine one of each 384 samples.</summary>
    public int MaxPositions => Model.MaxSourceLength;

    /// <summary>The number of decoder layers, in each of which target tokens attend to the source.</summary>
    public int DecoderLayers => Model.DecoderLayers;

    /// <summary>The number of heads of each attention.</summary>
    public int Heads => Model.Heads;

    /// <summary>Runs the encoder over a source, and keeps what the decoder attends to: for any number of targets, one after another, of the same audio.</summary>
    /// <param name="frames"><c>[frames, channels]</c>, row by row: from <see cref="MinFrames"/> to <see cref="MaxFrames"/>. Whisper was trained with exactly the most; of Moonshine they are the samples, from -1 to 1, at 16 kHz.</param>
    /// <param name="options">How many hypotheses there is to be room for, and how many threads share the work.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The encoded source; dispose it to give its memory back.</returns>
    /// <exception cref="ArgumentException">There are too few frames or too many, the last is not whole, or a number is NaN or infinite; or an option is out of range.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public EncodedSpeech Encode(ReadOnlySpan<float> frames, SpeechEncodingOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= SpeechEncodingOptions.Default;
        options.Check();
        CheckFrames(frames);
        Workspace workspace = Engine.Rent(cancellationToken);
        try
        {
            BatchSearch.ReserveForAnySearch(Engine, workspace, _frontEnd.PositionsOf(frames.Length / Channels), options.MaxHypotheses, options.Threads);
            CallMeasurement.Encode(Engine, workspace, frames);
            return new EncodedSpeech(this, Engine, workspace, options);
        }
        catch
        {
            Engine.Return(workspace);
            throw;
        }
    }

    /// <summary>
    /// Generates a target for each of several encoded sources together: each step reads the weights once for all of them. The results are bit for bit those of one call of
    /// <see cref="EncodedSpeech.Generate"/> for each.
    /// </summary>
    /// <param name="sources">The sources, none of them twice; meanwhile no other call works with them.</param>
    /// <param name="options">How to generate; <see cref="GenerationOptions.Threads"/> may be more than sources were encoded with.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The generated target, or the best ones, of each source in its place.</returns>
    /// <exception cref="ArgumentException">
    /// An option is out of range, or asks for more hypotheses than <see cref="SpeechEncodingOptions.MaxHypotheses"/> made room for; or a source is null, is there twice, or is
    /// of another model.
    /// </exception>
    /// <exception cref="InvalidOperationException">A logit is infinite or NaN, so that no token can be chosen: the weights overflow or are damaged.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">A source, or the model, is disposed.</exception>
    public GenerationResult[] Generate(IReadOnlyList<EncodedSpeech> sources, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        EncodedSpeech[] encoded = Checked(sources);
        var settings = new SearchSettings[encoded.Length];
        Array.Fill(settings, SearchSettings.Of(options, Model));
        return Generate(encoded, settings, cancellationToken);
    }

    /// <summary>Generates a target for each of several encoded sources together, with options for each.</summary>
    /// <param name="sources">The sources, none of them twice; meanwhile no other call works with them.</param>
    /// <param name="options">
    /// How to generate for each source. They may differ in <see cref="GenerationOptions.Prompt"/>, <see cref="GenerationOptions.MaxLength"/> and
    /// <see cref="SamplingOptions.Seed"/>, and in nothing else: make each of the first one by <c>with</c>.
    /// </param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <inheritdoc cref="Generate(IReadOnlyList{EncodedSpeech}, GenerationOptions?, CancellationToken)"/>
    public GenerationResult[] Generate(IReadOnlyList<EncodedSpeech> sources, IReadOnlyList<GenerationOptions> options, CancellationToken cancellationToken = default)
    {
        EncodedSpeech[] encoded = Checked(sources);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Count != encoded.Length)
        {
            throw new ArgumentException($"There are {encoded.Length} sources and options for {options.Count}; expected as many.", nameof(options));
        }

        var settings = new SearchSettings[encoded.Length];
        for (int i = 0; i < settings.Length; i++)
        {
            settings[i] = SearchSettings.Of(options[i] ?? throw new ArgumentException($"The options of source {i} are null.", nameof(options)), Model);
            if (!settings[i].IsLike(settings[0]))
            {
                throw new ArgumentException(
                    $"The options of source {i} differ from those of source 0 in more than {nameof(GenerationOptions.Prompt)}, {nameof(GenerationOptions.MaxLength)} and "
                    + $"{nameof(SamplingOptions)}.{nameof(SamplingOptions.Seed)}. Make them by options[0] with {{ ... }}, or generate for one source at a time.",
                    nameof(options));
            }
        }

        return Generate(encoded, settings, cancellationToken);
    }

    /// <summary>The logits of the tokens that follow given targets of several encoded sources, computed together.</summary>
    /// <param name="sources">The sources, none of them twice; meanwhile no other call works with them.</param>
    /// <param name="targets">The target tokens for each source with all that stands before them: the start token, or a prompt.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns><c>[sources][target vocabulary]</c>: bit for bit what <see cref="EncodedSpeech.NextLogits"/> gives for each.</returns>
    /// <exception cref="ArgumentException">
    /// A target is empty, is longer than declared, or holds a token out of range; or a source is null, is there twice, or is of another model.
    /// </exception>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">A source, or the model, is disposed.</exception>
    public float[][] NextLogits(IReadOnlyList<EncodedSpeech> sources, IReadOnlyList<int[]> targets, CancellationToken cancellationToken = default)
    {
        EncodedSpeech[] encoded = Checked(sources);
        ArgumentNullException.ThrowIfNull(targets);
        if (targets.Count != encoded.Length)
        {
            throw new ArgumentException($"There are {encoded.Length} sources and {targets.Count} targets; expected as many.", nameof(targets));
        }

        int[][] copies = [.. targets.Select(static target => target?.ToArray() ?? [])];
        Array.ForEach(copies, target => CheckTarget(target));
        return EncodedSpeech.WithAll(encoded, workspaces =>
        {
            float[][] logits = new float[workspaces.Length][];
            using WorkspaceLease lease = Engine.Lease(cancellationToken);
            lease.Workspace.Sharing.Threads = 1;
            for (int first = 0; first < logits.Length; first += BatchSearch.MaxRows)
            {
                int count = Math.Min(BatchSearch.MaxRows, logits.Length - first);
                EncodedBatch.NextLogits(Engine, lease.Workspace, workspaces.AsSpan(first, count), copies.AsSpan(first, count));
                for (int i = 0; i < count; i++)
                {
                    logits[first + i] = Engine.Logits(lease.Workspace, i).ToArray();
                }
            }

            return logits;
        });
    }

    /// <summary>Runs the encoder alone.</summary>
    /// <param name="frames">The frames, as <see cref="Encode"/> takes them.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The encoder output, <c>[positions, model dimension]</c>, row by row.</returns>
    /// <inheritdoc cref="Encode" path="/exception"/>
    public float[] EncoderOutput(ReadOnlySpan<float> frames, CancellationToken cancellationToken = default)
    {
        CheckFrames(frames);
        int positions = _frontEnd.PositionsOf(frames.Length / Channels);
        using WorkspaceLease lease = Engine.Lease(cancellationToken);
        lease.Workspace.Sharing.Threads = 1;
        lease.Workspace.Reserve([positions], targetLength: 1, targetRows: 1);
        Engine.EncodeFrames(lease.Workspace, frames);
        return AllHidden(lease.Workspace, positions);
    }

    /// <summary>The logits of every position of a given target.</summary>
    internal float[] Logits(Workspace workspace, ReadOnlySpan<int> target)
    {
        CheckTarget(target);
        workspace.Sequences[0].TargetLength = 0;
        return AllLogits(workspace, target);
    }

    /// <summary>The logits of the token that follows a given target.</summary>
    internal float[] NextLogits(Workspace workspace, ReadOnlySpan<int> target)
    {
        CheckTarget(target);
        workspace.Sequences[0].TargetLength = 0;
        Engine.Decode(workspace, target, [0], [target.Length]);
        Engine.Project(workspace, target.Length - 1, 1);
        return Engine.Logits(workspace, 0).ToArray();
    }

    /// <summary>Where the decoder looks when it predicts each token of a given target.</summary>
    internal CrossAttention CrossAttention(Workspace workspace, ReadOnlySpan<int> target)
    {
        CheckTarget(target);
        return AttentionPass.Cross(Engine, workspace, sequence: 0, target[0], tokensBefore: 0, target[1..], hasEnded: true);
    }

    /// <summary>The same, and the logits of every position.</summary>
    internal (CrossAttention Attention, float[] Logits) CrossAttentionAndLogits(Workspace workspace, ReadOnlySpan<int> target)
    {
        CrossAttention attention = CrossAttention(workspace, target);
        return (attention, DecodedLogits(workspace, target.Length));
    }

    private GenerationResult[] Generate(EncodedSpeech[] sources, SearchSettings[] settings, CancellationToken cancellationToken)
    {
        for (int i = 0; i < sources.Length; i++)
        {
            sources[i].CheckHypotheses(settings[i]);
        }

        return EncodedSpeech.WithAll(sources, workspaces =>
        {
            var results = new GenerationResult[workspaces.Length];
            using WorkspaceLease lease = Engine.Lease(cancellationToken);
            int places = results.Length == 0 ? 1 : BatchSearch.MaxPlaces(settings[0]);
            for (int first = 0; first < results.Length; first += places)
            {
                int count = Math.Min(places, results.Length - first);
                EncodedBatch.Search(Engine, lease.Workspace, workspaces.AsSpan(first, count), settings.AsSpan(first, count), first).CopyTo(results, first);
            }

            return results;
        });
    }

    /// <summary>A copy of sources that are usable together.</summary>
    private EncodedSpeech[] Checked(IReadOnlyList<EncodedSpeech> sources)
    {
        ArgumentNullException.ThrowIfNull(sources);
        EncodedSpeech[] encoded = [.. sources];
        for (int i = 0; i < encoded.Length; i++)
        {
            string? problem = encoded[i] is null ? "is null"
                : !encoded[i].IsOf(this) ? "was encoded by another model"
                : Array.IndexOf(encoded, encoded[i]) < i ? $"is source {Array.IndexOf(encoded, encoded[i])}, too"
                : null;
            if (problem is not null)
            {
                throw new ArgumentException($"Source {i} {problem}; expected sources that this model encoded, each of them once.", nameof(sources));
            }
        }

        return encoded;
    }

    private void CheckFrames(ReadOnlySpan<float> frames)
    {
        bool areSamples = Channels == 1;
        string name = areSamples ? "samples" : "frames";
        if (frames.Length % Channels != 0)
        {
            throw new ArgumentException($"There are {frames.Length} numbers; frames are rows of {Channels} each, and the last one is not whole.", nameof(frames));
        }

        int count = frames.Length / Channels;
        if (count < MinFrames)
        {
            throw new ArgumentException($"There are {count} {name}; this model takes at least {MinFrames}, of which it makes its first position.", nameof(frames));
        }

        if (count > MaxFrames)
        {
            throw new ArgumentException(
                $"There are {count} {name}; this model takes at most {MaxFrames}, of which it makes the {MaxPositions} positions of its declaration. Split the audio.", nameof(frames));
        }

        for (int i = 0; i < frames.Length; i++)
        {
            if (!float.IsFinite(frames[i]))
            {
                string place = areSamples ? $"Sample {i}" : $"Number {i % Channels} of frame {i / Channels}";
                throw new ArgumentException($"{place} is {(float.IsNaN(frames[i]) ? "NaN" : "infinite")}; {name} are finite numbers.", nameof(frames));
            }
        }
    }
}
