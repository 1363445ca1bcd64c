using System.Runtime.InteropServices;
using KernelGen.Layout;
using KernelGen.Recipes;
using KernelGen.Telemetry;

namespace KernelGen.Execution;

/// <summary>The memory of one call: activations, logits and the caches of its sequences, in one block that grows to the largest call it has served.</summary>
internal sealed unsafe class Workspace : IDisposable
{
    /// <summary>The rows of <see cref="Quantized"/> that a draft works with.</summary>
    public const int DraftRows = 2;

    /// <summary>Rows of logits that are computed at a time when a whole target is scored.</summary>
    public const int LogitsRows = 24;

    /// <summary>
    /// Source tokens that are encoded at a time, where one source has no more: enough that reading the weights costs little, so few that activations stay
    /// in the second-level cache.
    /// </summary>
    public const int SourceRows = 256;

    private readonly ModelDescription _model;
    private readonly IReadOnlyList<Convolution> _convolutions = [];
    private readonly float*[] _convolutionInputs = [];
    private readonly FrontEnd? _frontEnd;
    private SafeHandle? _weights;
    private NativeBlock? _block;
    private int[] _tokens = [];
    private int[] _ones = [];
    private int[] _counts = [];
    private readonly List<object> _states = [];
    private long[] _order = [];
    private float* _next;

    private int _sources;
    private int _sequences;
    private int _scratchLength;
    private long _encoderCacheLength;
    private long _encoderKeysLength;

    public Workspace(ModelDescription model)
    {
        _model = model;
        Sharing = new WorkSharing(this);
        if (model.IsSpeech)
        {
            _frontEnd = FrontEnd.Of(model);
            _convolutions = _frontEnd.Convolutions;
            _convolutionInputs = new float*[_convolutions.Count];
        }
    }

    /// <summary>The residual stream, <c>[rows, model dimension]</c>.</summary>
    public float* Hidden { get; private set; }

    /// <summary>A second buffer of the same shape, for results that may not overwrite their residual.</summary>
    public float* Alternate { get; private set; }

    /// <summary>Queries, keys and values, or what is between the feed-forward layers.</summary>
    public float* Wide { get; private set; }

    /// <summary>Products of gates and values, in a model whose feed-forward blocks are gated.</summary>
    public float* Gated { get; private set; }

    /// <summary>The output of attention.</summary>
    public float* Context { get; private set; }

    /// <summary>Logits of up to <see cref="LogitsRows"/> rows, or of every live sequence.</summary>
    public float* Logits { get; private set; }

    /// <summary>A row of probabilities, as long as one of logits, where tokens are sampled.</summary>
    public float* Probabilities { get; private set; }

    /// <summary>Rows of quantised inputs.</summary>
    public byte* Quantized { get; private set; }

    /// <summary>From row to row of <see cref="Quantized"/>, in bytes.</summary>
    public int QuantizedStride => _model.QuantizedStride;

    /// <summary>
    /// Where the quantised decoder output of a drafted row stands until the row is checked: behind the <see cref="DraftRows"/> that a draft works with.
    /// </summary>
    public byte* DraftInputs(int row) => Quantized + ((long)(DraftRows + row) * _model.QuantizedStride);

    /// <summary>How many threads share the work, and how.</summary>
    public WorkSharing Sharing { get; }

    /// <summary>The bytes of native memory that it has.</summary>
    public long Bytes => (_block?.Length ?? 0) * sizeof(float);

    /// <summary>What cancels this call.</summary>
    public CancellationToken Cancellation { get; set; }

    /// <summary>What measures this call.</summary>
    public CallMeasurement Measurement { get; } = new();

    private float* FirstAttentionScratch { get; set; }

    private float* FirstEncoderKeys { get; set; }

    /// <summary>
    /// The sequences of this call: the first hypothesis of each source, then the second of each, and so on. Hypotheses of one source share its
    /// cross-attention cache, and those of a beam the self-attention cache of the first (<see cref="ShareTargets"/>).
    /// </summary>
    public Sequence[] Sequences { get; private set; } = [];

    /// <summary>What a search keeps from one call to the next, so that none allocates it: one object of each type, made when it is first asked for.</summary>
    public TState State<TState>()
        where TState : class, new()
    {
        foreach (object state in _states)
        {
            // One of a derived type is another search's.
            if (state.GetType() == typeof(TState))
            {
                return (TState)state;
            }
        }

        var added = new TState();
        _states.Add(added);
        return added;
    }

    /// <summary>
    /// The rows that a convolution reads of a source that is audio, and the zeros before and behind them, <see cref="Convolution.InputLength"/> floats of the most rows that
    /// the source may have: frames for the first, and for the others what the one before it writes.
    /// </summary>
    /// <param name="convolution">The number of the convolution.</param>
    public float* ConvolutionInput(int convolution) => _convolutionInputs[convolution];

    /// <summary>Makes room for a call.</summary>
    /// <param name="sourceLengths">The length of each source.</param>
    /// <param name="targetLength">How many target positions each sequence may cache.</param>
    /// <param name="targetRows">The most target rows that are decoded at once.</param>
    /// <param name="hypotheses">The number of hypotheses for each source.</param>
    /// <param name="samples">Whether tokens are sampled.</param>
    public void Reserve(ReadOnlySpan<int> sourceLengths, int targetLength, int targetRows, int hypotheses = 1, bool samples = false)
    {
        int sequences = sourceLengths.Length * hypotheses;
        _sources = sourceLengths.Length;
        _sequences = sequences;
        if (Sequences.Length < sequences)
        {
            Sequences = new Sequence[sequences];
        }

        (int rows, int wide, int logitsRows, int longest, long total) = Measure(sourceLengths, targetLength, targetRows, hypotheses, samples);
        Take(rows, wide, logitsRows, convolved: longest, longest, total, samples);
        for (int source = 0; source < sourceLengths.Length; source++)
        {
            float* crossKeys = Take(_model.DecoderLayers * CacheLength(sourceLengths[source]));
            for (int i = source; i < sequences; i += sourceLengths.Length)
            {
                // Those of a source lie one behind the other, so that they can be one.
                Sequences[i] = new Sequence
                {
                    SourceLength = sourceLengths[source],
                    CrossKeys = crossKeys,
                    CrossLayerStride = CacheLength(sourceLengths[source]),
                    CrossValues = KeysLength(sourceLengths[source]),
                    SelfKeys = Take(_model.DecoderLayers * CacheLength(targetLength)),
                    SelfRoom = targetLength,
                };
            }
        }

        ShareTargets(hypotheses: 1);

        CheckTaken(total);
    }

    /// <summary>
    /// Makes room for a call whose sources stand encoded in workspaces of their own, which keep their caches. This one works with them until it reserves or borrows again: so long
    /// nobody may work with a lender, and what lenders have cached of targets is gone.
    /// </summary>
    /// <param name="lenders">The workspaces, each with one source.</param>
    /// <param name="targetRows">The most target rows that are decoded at once.</param>
    /// <param name="hypotheses">The number of hypotheses for each source; lenders have room for as many.</param>
    /// <param name="samples">Whether tokens are sampled.</param>
    public void Borrow(ReadOnlySpan<Workspace> lenders, int targetRows, int hypotheses, bool samples)
    {
        _sources = lenders.Length;
        _sequences = lenders.Length * hypotheses;
        if (Sequences.Length < _sequences)
        {
            Sequences = new Sequence[_sequences];
        }

        // What attention looks at is computed in the room for an encoder's values.
        int longest = 0;
        foreach (Workspace lender in lenders)
        {
            longest = Math.Max(longest, lender.Sequences[0].SourceLength);
        }

        (int rows, int wide, int logitsRows, _, long floats) = Measure([], targetLength: 0, Math.Max(targetRows, _sequences), hypotheses, samples);
        long total = floats + ((long)Math.Max(0, _sequences - logitsRows) * _model.LogitsStride) + (Sharing.Threads * CacheLength(longest));
        Take(rows, wide, Math.Max(logitsRows, _sequences), convolved: 0, longest, total, samples);
        CheckTaken(total);
        for (int i = 0; i < _sequences; i++)
        {
            Sequences[i] = lenders[i % _sources].Sequences[i / _sources];
            Sequences[i].TargetLength = 0;
        }

        ShareTargets(hypotheses: 1);
    }

    /// <summary>
    /// Makes the self-attention caches of so many hypotheses of each source one, that of the first, with places for the tokens of all; 1 leaves each its own. What caches hold is gone.
    /// </summary>
    public void ShareTargets(int hypotheses)
    {
        for (int i = 0; i < _sequences; i++)
        {
            ref Sequence sequence = ref Sequences[i];
            int caches = i < _sources ? hypotheses : 1;
            sequence.SelfLayerStride = caches * CacheLength(sequence.SelfRoom);
            sequence.SelfValues = caches * KeysLength(sequence.SelfRoom);
        }
    }

    /// <summary>Takes all that belongs to no sequence.</summary>
    private void Take(int rows, int wide, int logitsRows, int convolved, int longest, long total, bool samples)
    {
        int probabilities = samples ? _model.LogitsStride : 0;
        if (_block is null || _block.Length < total)
        {
            _block?.Dispose();
            _block = null;
            _block = new NativeBlock(total);
        }

        _next = _block.Pointer;
        for (int i = 0; i < _convolutionInputs.Length; i++)
        {
            _convolutionInputs[i] = Take(ConvolutionLength(convolved, i));
        }

        Hidden = Take((long)rows * _model.ModelStride);
        Alternate = Take((long)rows * _model.ModelStride);
        Wide = Take((long)rows * wide);
        Gated = Take(_model.HasGate ? (long)rows * _model.FeedForwardStride : 0);
        Context = Take((long)rows * _model.AttentionStride);
        Logits = Take((long)logitsRows * _model.LogitsStride);
        Probabilities = Take(probabilities);
        Quantized = (byte*)Take((long)rows * _model.QuantizedStride / sizeof(float));
        _scratchLength = (int)RoundUp(_model.AttentionScratch, 16);
        _encoderCacheLength = CacheLength(longest);
        _encoderKeysLength = KeysLength(longest);
        FirstAttentionScratch = Take((long)Sharing.Threads * _scratchLength);
        FirstEncoderKeys = Take(Sharing.Threads * _encoderCacheLength);
    }

    private void CheckTaken(long total)
    {
        if (_next > _block!.Pointer + total)
        {
            throw new InvalidOperationException($"The workspace of '{_model.Name}' was reserved too small; please report this with the declaration.");
        }
    }

    /// <summary>The bytes of native memory that <see cref="Reserve"/> takes for a call, of as many threads as share this one's work.</summary>
    public long BytesFor(ReadOnlySpan<int> sourceLengths, int targetLength, int targetRows, int hypotheses = 1, bool samples = false) =>
        Measure(sourceLengths, targetLength, targetRows, hypotheses, samples).Floats * sizeof(float);

    /// <summary>Puts a source, which is no longer than that for which room was made, in the place of another: it and its hypotheses begin anew.</summary>
    /// <param name="source">The number of the place.</param>
    /// <param name="length">The length of the source.</param>
    public void Place(int source, int length)
    {
        for (int sequence = source; sequence < _sequences; sequence += _sources)
        {
            Sequences[sequence].SourceLength = length;
            Sequences[sequence].TargetLength = 0;
        }
    }

    /// <summary>Room for the attention kernels, for each of the parts of shared work.</summary>
    public float* AttentionScratch(int part) => FirstAttentionScratch + ((long)part * _scratchLength);

    /// <summary>Room for the keys of one sequence and encoder layer, for each of the parts of shared work.</summary>
    public float* EncoderKeys(int part) => FirstEncoderKeys + (part * _encoderCacheLength);

    /// <summary>Room for the values that go with <see cref="EncoderKeys"/>.</summary>
    public float* EncoderValues(int part) => EncoderKeys(part) + _encoderKeysLength;

    /// <summary>Room for the number of rows of each sequence.</summary>
    public Span<int> Counts(int count) => ReusedArray.Take(ref _counts, count);

    /// <summary>Room for token ids.</summary>
    public Span<int> Tokens(int count) => ReusedArray.Take(ref _tokens, count);

    /// <summary>Room for the order in which a list of sources is worked on.</summary>
    public Span<long> Order(int count) => ReusedArray.Take(ref _order, count);

    /// <summary>So many ones: the counts of a step that takes one token of each sequence.</summary>
    public ReadOnlySpan<int> Ones(int count)
    {
        if (_ones.Length < count)
        {
            _ones = new int[count];
            _ones.AsSpan().Fill(1);
        }

        return _ones.AsSpan(0, count);
    }

    /// <summary>Makes the target that one sequence has cached another's too: both are of one source.</summary>
    public void CopyTarget(int from, int to)
    {
        Sequence source = Sequences[from];
        ref Sequence destination = ref Sequences[to];
        destination.TargetLength = source.TargetLength;
        nuint keys = (nuint)PanelLayout.RoundUp(source.TargetLength) * (nuint)_model.AttentionWidth * sizeof(float);
        nuint values = (nuint)source.TargetLength * (nuint)_model.AttentionWidth * sizeof(float);
        for (int layer = 0; layer < _model.DecoderLayers; layer++)
        {
            float* layerSource = source.SelfKeys + (layer * source.SelfLayerStride);
            float* layerDestination = destination.SelfKeys + (layer * destination.SelfLayerStride);
            NativeMemory.Copy(layerSource, layerDestination, keys);
            NativeMemory.Copy(layerSource + source.SelfValues, layerDestination + destination.SelfValues, values);
        }
    }

    /// <summary>Makes the second buffer the residual stream.</summary>
    public void SwapHidden()
    {
        float* hidden = Hidden;
        Hidden = Alternate;
        Alternate = hidden;
    }

    /// <summary>Keeps the weights alive until <see cref="ReleaseWeights"/>, or until nobody refers to this workspace any more: an enumerator may be abandoned.</summary>
    /// <exception cref="ObjectDisposedException">The weights are gone.</exception>
    public void HoldWeights(SafeHandle weights)
    {
        bool held = false;
        weights.DangerousAddRef(ref held);
        _weights = weights;
    }

    public void ReleaseWeights()
    {
        SafeHandle? weights = _weights;
        _weights = null;
        weights?.DangerousRelease();
    }

    public void Dispose()
    {
        _block?.Dispose();
        ReleaseWeights();
        GC.SuppressFinalize(this);
    }

    ~Workspace() => ReleaseWeights();

    private static long RoundUp(long value, int multiple) => (value + multiple - 1) / multiple * multiple;

    /// <summary>How large the parts of a call's memory are, and all of it in floats.</summary>
    private (int Rows, int Wide, int LogitsRows, int LongestSource, long Floats) Measure(
        ReadOnlySpan<int> sourceLengths, int targetLength, int targetRows, int hypotheses, bool samples)
    {
        int sequences = sourceLengths.Length * hypotheses;
        int sourceRows = 0;
        int longest = 0;
        long crossLayers = 0;
        foreach (int length in sourceLengths)
        {
            sourceRows += length;
            longest = Math.Max(longest, length);
            crossLayers += CacheLength(length);
        }

        int rows = Math.Max(Math.Max(longest, Math.Min(sourceRows, SourceRows)), targetRows);
        int feedForward = _model.HasGate ? 2 * PanelLayout.RoundUp(_model.FeedForwardDimension) : _model.FeedForwardStride;
        int wide = Math.Max(3 * _model.AttentionWidth, feedForward);
        int logitsRows = Math.Max(sequences, Math.Min(targetRows, LogitsRows));
        long convolved = 0;
        for (int i = 0; i < _convolutions.Count; i++)
        {
            convolved += ConvolutionLength(longest, i);
        }

        long floats = convolved
            + (2L * rows * _model.ModelStride)
            + ((long)rows * wide)
            + (_model.HasGate ? (long)rows * _model.FeedForwardStride : 0)
            + ((long)rows * _model.AttentionStride)
            + ((long)logitsRows * _model.LogitsStride)
            + (samples ? _model.LogitsStride : 0)
            + ((long)rows * _model.QuantizedStride / sizeof(float))
            + (Sharing.Threads * (RoundUp(_model.AttentionScratch, 16) + CacheLength(longest)))
            + (_model.DecoderLayers * (crossLayers + (sequences * CacheLength(targetLength))));
        return (rows, wide, logitsRows, longest, floats);
    }

    /// <summary>Floats for what a convolution reads of a source of so many positions.</summary>
    private long ConvolutionLength(int positions, int convolution) =>
        positions == 0 ? 0 : _convolutions[convolution].InputLength(_frontEnd!.MostRows(positions, convolution));

    private long KeysLength(int positions) => (long)PanelLayout.RoundUpToCache(positions) * _model.AttentionWidth;

    /// <summary>Floats for the keys and values of one layer.</summary>
    private long CacheLength(int positions) => KeysLength(positions) + ((long)positions * _model.AttentionWidth);

    private float* Take(long floats)
    {
        float* taken = _next;
        _next += floats;
        return taken;
    }
}

/// <summary>One source and the target that grows from it: lengths, and where its caches are. Distances are in floats.</summary>
internal unsafe struct Sequence
{
    /// <summary>The number of source tokens.</summary>
    public int SourceLength;

    /// <summary>The number of target tokens in the cache.</summary>
    public int TargetLength;

    /// <summary>The cross-attention keys of the first layer.</summary>
    public float* CrossKeys;

    /// <summary>From a layer's cross-attention keys to the next layer's.</summary>
    public long CrossLayerStride;

    /// <summary>From a layer's cross-attention keys to its values.</summary>
    public long CrossValues;

    /// <summary>The self-attention keys of the first layer.</summary>
    public float* SelfKeys;

    /// <summary>How many target tokens its self-attention cache has room for.</summary>
    public int SelfRoom;

    /// <summary>From a layer's self-attention keys to the next layer's.</summary>
    public long SelfLayerStride;

    /// <summary>From a layer's self-attention keys to its values.</summary>
    public long SelfValues;
}
