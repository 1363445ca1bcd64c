using System.Runtime.InteropServices;
using KernelGen.Execution;
using KernelGen.Numerics;

namespace KernelGen.Training;

/// <summary>Pairs that are held in memory, one behind the other. The arrays are reused.</summary>
internal sealed class PairWindow
{
    /// <summary>The most tokens, and the most numbers in frames: a gigabyte of each.</summary>
    private const int Most = 1 << 28;

    private int[] _tokens = [];
    private float[] _frames = [];
    private int[] _ends = [];
    private int[] _frameEnds = [];
    private int[] _sourceTokens = [];
    private int[] _sourceLengths = [];
    private uint _checksum = Crc32C.Initial;

    /// <summary>The number of pairs.</summary>
    public int Count { get; private set; }

    /// <summary>Whether there is no room for another pair.</summary>
    public bool IsFull => TokenCount >= Most || FrameNumbers >= Most;

    /// <summary>The checksum of all pairs, by which they are known again.</summary>
    public uint Checksum => Crc32C.Finish(_checksum);

    private int TokenCount => Count == 0 ? 0 : _ends[Count - 1];

    private int FrameNumbers => Count == 0 ? 0 : _frameEnds[Count - 1];

    /// <summary>The rows that the encoder's layers read of a pair.</summary>
    public int SourceLength(int pair) => _sourceLengths[pair];

    /// <summary>The number of target tokens of a pair.</summary>
    public int TargetLength(int pair) => _ends[pair] - Start(_ends, pair) - _sourceTokens[pair];

    /// <summary>Adds a pair to a batch.</summary>
    /// <param name="pair">The number of the pair.</param>
    /// <param name="startToken">The token that begins what the decoder reads.</param>
    /// <param name="batch">The batch.</param>
    public void CopyTo(int pair, int startToken, PairBatch batch)
    {
        int start = Start(_ends, pair);
        int firstFrame = Start(_frameEnds, pair);
        ReadOnlySpan<int> target = _tokens.AsSpan(start + _sourceTokens[pair], TargetLength(pair));
        ReadOnlySpan<float> frames = _frames.AsSpan(firstFrame, _frameEnds[pair] - firstFrame);
        if (frames.IsEmpty)
        {
            batch.Add(_tokens.AsSpan(start, _sourceTokens[pair]), target, startToken);
        }
        else
        {
            batch.Add(frames, _sourceLengths[pair], target, startToken);
        }
    }

    /// <summary>Removes all pairs.</summary>
    public void Clear()
    {
        Count = 0;
        _checksum = Crc32C.Initial;
    }

    /// <summary>Adds a copy of a pair.</summary>
    /// <param name="pair">The pair; its target has at least one token.</param>
    /// <param name="sourceLength">The rows that the encoder's layers read of it.</param>
    /// <param name="endToken">What is appended to the target where it is not its last token.</param>
    public void Add(TrainingPair pair, int sourceLength, int endToken)
    {
        ReadOnlySpan<int> source = pair.Tokens.Span;
        ReadOnlySpan<int> target = pair.Target.Span;
        ReadOnlySpan<float> frames = pair.Frames.Span;
        int start = TokenCount;
        int end = start + source.Length + target.Length;
        ReusedArray.Grow(ref _tokens, end + 1);
        source.CopyTo(_tokens.AsSpan(start));
        target.CopyTo(_tokens.AsSpan(start + source.Length));
        if (target[^1] != endToken)
        {
            _tokens[end++] = endToken;
        }

        int firstFrame = FrameNumbers;
        ReusedArray.Grow(ref _frames, firstFrame + frames.Length);
        frames.CopyTo(_frames.AsSpan(firstFrame));
        ReusedArray.Grow(ref _ends, Count + 1);
        ReusedArray.Grow(ref _frameEnds, Count + 1);
        ReusedArray.Grow(ref _sourceTokens, Count + 1);
        ReusedArray.Grow(ref _sourceLengths, Count + 1);
        _ends[Count] = end;
        _frameEnds[Count] = firstFrame + frames.Length;
        _sourceTokens[Count] = source.Length;
        _sourceLengths[Count] = sourceLength;
        _checksum = Crc32C.Append(_checksum, MemoryMarshal.AsBytes(_sourceLengths.AsSpan(Count, 1)));
        _checksum = Crc32C.Append(_checksum, MemoryMarshal.AsBytes(_tokens.AsSpan(start, end - start)));
        _checksum = Crc32C.Append(_checksum, MemoryMarshal.AsBytes(_frames.AsSpan(firstFrame, frames.Length)));
        Count++;
    }

    private static int Start(int[] ends, int pair) => pair == 0 ? 0 : ends[pair - 1];
}
