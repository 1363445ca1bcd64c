using KernelGen.Execution;

namespace KernelGen.Training;

/// <summary>Pairs that are computed together, one behind the other without padding. The arrays are reused, and may be longer than what they hold.</summary>
internal sealed class PairBatch
{
    private int[] _sourceTokens = [];
    private float[] _frames = [];
    private int[] _frameEnds = [];
    private int[] _targetTokens = [];
    private int[] _labels = [];
    private int[] _sourceLengths = [];
    private int[] _targetLengths = [];
    private int _sourceCount;
    private int _frameNumbers;
    private int _targetCount;

    /// <summary>The number of pairs.</summary>
    public int Pairs { get; private set; }

    /// <summary>The tokens of all sources; none where they are audio.</summary>
    public ReadOnlySpan<int> SourceTokens => _sourceTokens.AsSpan(0, _sourceCount);

    /// <summary>What the decoder reads: of each target the start token, and its tokens without the last.</summary>
    public ReadOnlySpan<int> TargetTokens => _targetTokens.AsSpan(0, _targetCount);

    /// <summary>What the decoder is to answer: of each target its tokens, the last of which is the end token.</summary>
    public ReadOnlySpan<int> Labels => _labels.AsSpan(0, _targetCount);

    /// <summary>The rows that the encoder's layers read of each pair, at least 1: its source tokens, or the positions that are made of its frames.</summary>
    public ReadOnlySpan<int> SourceLengths => _sourceLengths.AsSpan(0, Pairs);

    /// <summary>The number of target tokens of each pair, at least 1.</summary>
    public ReadOnlySpan<int> TargetLengths => _targetLengths.AsSpan(0, Pairs);

    /// <summary>The numbers in the frames of a pair; none where sources are tokens.</summary>
    public ReadOnlySpan<float> Frames(int pair)
    {
        int start = pair == 0 ? 0 : _frameEnds[pair - 1];
        return _frames.AsSpan(start, _frameEnds[pair] - start);
    }

    /// <summary>Removes all pairs.</summary>
    public void Clear() => Pairs = _sourceCount = _frameNumbers = _targetCount = 0;

    /// <summary>Adds a pair.</summary>
    /// <param name="source">The source, at least one token.</param>
    /// <param name="target">The target with its end token.</param>
    /// <param name="startToken">The token that begins what the decoder reads.</param>
    public void Add(ReadOnlySpan<int> source, ReadOnlySpan<int> target, int startToken)
    {
        ReusedArray.Grow(ref _sourceTokens, _sourceCount + source.Length);
        source.CopyTo(_sourceTokens.AsSpan(_sourceCount));
        _sourceCount += source.Length;
        Add([], source.Length, target, startToken);
    }

    /// <summary>Adds a pair whose source is audio.</summary>
    /// <param name="frames">Its frames.</param>
    /// <param name="positions">The positions that are made of them, at least one.</param>
    /// <param name="target">The target with its end token.</param>
    /// <param name="startToken">The token that begins what the decoder reads.</param>
    public void Add(ReadOnlySpan<float> frames, int positions, ReadOnlySpan<int> target, int startToken)
    {
        ReusedArray.Grow(ref _frames, _frameNumbers + frames.Length);
        ReusedArray.Grow(ref _frameEnds, Pairs + 1);
        ReusedArray.Grow(ref _targetTokens, _targetCount + target.Length);
        ReusedArray.Grow(ref _labels, _targetCount + target.Length);
        ReusedArray.Grow(ref _sourceLengths, Pairs + 1);
        ReusedArray.Grow(ref _targetLengths, Pairs + 1);
        frames.CopyTo(_frames.AsSpan(_frameNumbers));
        target.CopyTo(_labels.AsSpan(_targetCount));
        _targetTokens[_targetCount] = startToken;
        target[..^1].CopyTo(_targetTokens.AsSpan(_targetCount + 1));
        _frameNumbers += frames.Length;
        _frameEnds[Pairs] = _frameNumbers;
        _sourceLengths[Pairs] = positions;
        _targetLengths[Pairs] = target.Length;
        _targetCount += target.Length;
        Pairs++;
    }
}
