using System.Buffers.Binary;
using System.Diagnostics;

namespace KernelGen.Audio;

/// <summary>Reads WAV files: RIFF, and RF64 (EBU Tech 3306), whose sizes have 64 bits.</summary>
internal sealed class WavReader : AudioReader
{
    private const int RiffHeaderLength = 12;
    private const int ChunkHeaderLength = 8;
    private const int LongestFormat = 1 << 12;
    private const int SizesLength = 16;
    private const uint UnknownLength = uint.MaxValue;

    private readonly ByteInput _input;
    private readonly WavFormat _format;

    /// <summary>The bytes of samples that the file still announces; <see cref="ulong.MaxValue"/> where they go on to its end.</summary>
    private ulong _bytesLeft;

    private long _framesRead;
    private bool _isTruncated;

    /// <param name="input">A file that begins as WAV does; owned from then on.</param>
    public WavReader(ByteInput input)
    {
        _input = input;
        ReadOnlySpan<byte> header = input.Peek(RiffHeaderLength);
        uint riffLength = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        bool hasLongSizes = !header.StartsWith("RIFF"u8);
        input.Advance(RiffHeaderLength);
        long start = input.Position;
        ulong? longDataLength = null;
        WavFormat? format = null;
        while (true)
        {
            ReadOnlySpan<byte> chunk = input.Peek(ChunkHeaderLength);
            if (chunk.Length < ChunkHeaderLength)
            {
                string expected = format is null ? "the chunk 'fmt ' and then the chunk 'data'" : "the chunk 'data'";
                throw new InvalidDataException($"{input.Source} ends at byte {input.Position + chunk.Length} without samples; expected {expected}.");
            }

            uint length = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            if (chunk.StartsWith("data"u8))
            {
                _format = format ?? throw new InvalidDataException(
                    $"{input.Source} has samples at byte {input.Position} before it says what they are; expected the chunk 'fmt ' before the chunk 'data'.");
                input.Advance(ChunkHeaderLength);
                _bytesLeft = LengthOfSamples(length, hasLongSizes ? longDataLength : null, riffLength, input.Position - start);
                break;
            }

            bool isFormat = chunk.StartsWith("fmt "u8);
            bool isSizes = hasLongSizes && chunk.StartsWith("ds64"u8);
            input.Advance(ChunkHeaderLength);
            int used = 0;
            if (isFormat)
            {
                ReadOnlySpan<byte> content = Content(length, WavFormat.ShortestLength, "fmt ");
                format = WavFormat.Read(content, input.Source, input.Position);
                used = content.Length;
            }
            else if (isSizes)
            {
                ReadOnlySpan<byte> content = Content(length, SizesLength, "ds64");
                longDataLength = BinaryPrimitives.ReadUInt64LittleEndian(content[8..]);
                used = content.Length;
            }

            // Chunks begin at even bytes.
            input.Advance(used);
            input.Skip((ulong)length + (length & 1) - (ulong)used);
        }

        ulong frames = FramesOf(Math.Min(_bytesLeft, (ulong)(input.Remaining ?? long.MaxValue)));
        Duration = _bytesLeft == ulong.MaxValue && input.Remaining is null ? null : SampleTime.Duration(frames, _format.SampleRate);
    }

    public override int SampleRate => _format.SampleRate;

    public override int Channels => _format.Channels;

    public override TimeSpan? Duration { get; }

    public override bool IsTruncated => _isTruncated;

    protected override int ReadFrames(Span<float> samples)
    {
        int bytesPerFrame = _format.BytesPerFrame;
        int frames = (int)Math.Min((ulong)Math.Min(samples.Length / Channels, ByteInput.BufferLength / bytesPerFrame), _bytesLeft / (ulong)bytesPerFrame);
        ReadOnlySpan<byte> bytes = _input.Peek(frames * bytesPerFrame);
        if (bytes.Length < frames * bytesPerFrame && _bytesLeft != ulong.MaxValue)
        {
            _isTruncated = true;
        }

        frames = bytes.Length / bytesPerFrame;
        int read = frames * Channels;
        int bad = WavSamples.Convert(_format.Encoding, bytes[..(frames * bytesPerFrame)], samples[..read]);
        if (bad >= 0)
        {
            long position = _input.Position + ((long)bad * WavFormat.BytesOf(_format.Encoding));
            throw new InvalidDataException(
                $"{_input.Source} has a sample at {SampleTime.Show(_framesRead + (bad / Channels), SampleRate)} (byte {position}) that is {Show(samples[bad])}; expected a number from -1 to 1.");
        }

        _input.Advance(frames * bytesPerFrame);
        _bytesLeft -= _bytesLeft == ulong.MaxValue ? 0 : (ulong)(frames * bytesPerFrame);
        _framesRead += frames;
        return read;

        static string Show(float sample) =>
            float.IsNaN(sample) ? "NaN" : float.IsInfinity(sample) ? "infinite" : sample.ToString("G3", System.Globalization.CultureInfo.InvariantCulture);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _input.Dispose();
        }
    }

    /// <summary>How many bytes of samples a file announces.</summary>
    /// <param name="length">The length of the chunk.</param>
    /// <param name="longLength">The length that RF64 says elsewhere.</param>
    /// <param name="riffLength">The length of the whole file, without its first 8 bytes.</param>
    /// <param name="position">How far the file has been read, without its first 12 bytes.</param>
    private static ulong LengthOfSamples(uint length, ulong? longLength, uint riffLength, long position)
    {
        if (length == UnknownLength)
        {
            return longLength is null or 0 ? ulong.MaxValue : longLength.Value;
        }

        // Who does not know the length when writing the header leaves 0, in the length of the file, too, or what would be right without samples.
        bool saysThatMoreFollows = riffLength != UnknownLength && riffLength > position + 4;
        return length == 0 && !saysThatMoreFollows ? ulong.MaxValue : length;
    }

    private ReadOnlySpan<byte> Content(uint length, int shortest, string name)
    {
        ReadOnlySpan<byte> content = _input.Peek((int)Math.Min(length, LongestFormat));
        return content.Length >= shortest
            ? content
            : throw new InvalidDataException($"{_input.Source} has {content.Length} bytes in its chunk '{name}' (byte {_input.Position}); expected at least {shortest}.");
    }

    private ulong FramesOf(ulong bytes)
    {
        Debug.Assert(_format.BytesPerFrame > 0, "The format was read.");
        return bytes / (ulong)_format.BytesPerFrame;
    }
}
