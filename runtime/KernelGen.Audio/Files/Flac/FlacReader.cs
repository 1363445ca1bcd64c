using System.Diagnostics;

namespace KernelGen.Audio;

/// <summary>Reads FLAC files (RFC 9639). The checksums of each frame are checked; the MD5 sum of the whole is not.</summary>
internal sealed class FlacReader : AudioReader
{
    private const int MarkerLength = 4;
    private const int BlockHeaderLength = 4;
    private const byte LastBlock = 0x80;
    private const int StreamInformationBlock = 0;
    private const int InvalidBlock = 127;

    private readonly ByteInput _input;
    private readonly FlacBitReader _reader;
    private readonly FlacStreamInformation _information;

    /// <summary>The samples of the last frame, [channels, block length].</summary>
    private long[] _samples = [];

    private FlacFrameHeader _frame;

    /// <summary>How many samples of each channel of the last frame have been given away.</summary>
    private int _given;

    private float _scale;
    private long _framesDecoded;
    private long _samplesDecoded;

    /// <summary>The number that the first frame would have if the file were whole; it may be part of a broadcast.</summary>
    private long _firstNumber;

    private bool _isAtEnd;
    private bool _isTruncated;

    /// <param name="input">A file that begins as FLAC does; owned from then on.</param>
    public FlacReader(ByteInput input)
    {
        _input = input;
        input.Advance(MarkerLength);
        bool isFirst = true;
        bool isLast;
        do
        {
            ReadOnlySpan<byte> header = input.Peek(BlockHeaderLength);
            if (header.Length < BlockHeaderLength)
            {
                throw new InvalidDataException($"{input.Source} ends at byte {input.Position + header.Length}, before its first frame; expected {(isFirst ? "metadata" : "more metadata")}.");
            }

            isLast = (header[0] & LastBlock) != 0;
            int kind = header[0] & ~LastBlock;
            int length = (header[1] << 16) | (header[2] << 8) | header[3];
            if (kind == InvalidBlock || isFirst != (kind == StreamInformationBlock) || (isFirst && length != FlacStreamInformation.Length))
            {
                throw new InvalidDataException(
                    $"{input.Source} has a metadata block of the kind {kind} with {length} bytes at byte {input.Position}; "
                    + $"expected {(isFirst ? $"kind {StreamInformationBlock} with {FlacStreamInformation.Length} bytes, which comes first" : "another kind")}.");
            }

            input.Advance(BlockHeaderLength);
            if (isFirst)
            {
                ReadOnlySpan<byte> block = input.Peek(length);
                if (block.Length == length)
                {
                    _information = FlacStreamInformation.Read(block, input.Source);
                }
            }

            if (input.Skip((ulong)length) < (ulong)length)
            {
                throw new InvalidDataException($"{input.Source} ends at byte {input.Position}, within a metadata block of {length} bytes.");
            }

            isFirst = false;
        }
        while (!isLast);
        _reader = new FlacBitReader(input);
        Duration = _information.Samples == 0 ? null : SampleTime.Duration((ulong)_information.Samples, SampleRate);
    }

    public override int SampleRate => _information.SampleRate;

    public override int Channels => _information.Channels;

    public override TimeSpan? Duration { get; }

    public override bool IsTruncated => _isTruncated;

    protected override int ReadFrames(Span<float> samples)
    {
        if (_given == _frame.BlockLength && (_isAtEnd || !TryDecodeFrame()))
        {
            _isAtEnd = true;
            return 0;
        }

        int channels = Channels;
        int count = Math.Min(samples.Length / channels, _frame.BlockLength - _given);
        for (int channel = 0; channel < channels; channel++)
        {
            ReadOnlySpan<long> decoded = _samples.AsSpan((channel * _frame.BlockLength) + _given, count);
            for (int i = 0; i < decoded.Length; i++)
            {
                samples[(i * channels) + channel] = decoded[i] * _scale;
            }
        }

        _given += count;
        return count * channels;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _input.Dispose();
        }
    }

    /// <summary>Decodes the next frame.</summary>
    /// <returns>False at the end of the file.</returns>
    private bool TryDecodeFrame()
    {
        if (_information.Samples != 0 && _samplesDecoded >= _information.Samples)
        {
            return false;
        }

        ReadOnlySpan<byte> header = _reader.BeginFrame(FlacFrameHeader.MostBytes);
        long position = _reader.Position;
        if (header.IsEmpty || (_information.Samples == 0 && header.StartsWith("TAG"u8)))
        {
            _isTruncated = _information.Samples != 0;
            return false;
        }

        try
        {
            // A frame that is not whole gives nothing.
            _given = _frame.BlockLength;
            Decode(header);
        }
        catch (FlacFrameException exception) when (exception.IsEnd)
        {
            _isTruncated = true;
            return false;
        }
        catch (FlacFrameException exception)
        {
            throw new InvalidDataException($"{_input.Source} is damaged at {SampleTime.Show(_samplesDecoded, SampleRate)}: frame {_framesDecoded} (byte {position}) {exception.Message}.");
        }

        _given = 0;
        _framesDecoded++;
        _samplesDecoded += _frame.BlockLength;
        return true;
    }

    private void Decode(ReadOnlySpan<byte> bytes)
    {
        if (!FlacFrameHeader.IsStart(bytes))
        {
            throw bytes.Length < 2 ? FlacFrameException.End() : new FlacFrameException($"begins with {Convert.ToHexString(bytes[..2])}; expected FFF8 or FFF9");
        }

        FlacFrameHeader header = FlacFrameHeader.Read(bytes);
        Check(header);
        int bits = header.Bits == 0 ? _information.Bits : header.Bits;
        _reader.ReadBits(8 * (header.Length & 3));
        for (int i = header.Length >> 2; i > 0; i--)
        {
            _reader.ReadBits(32);
        }

        int length = header.ChannelCount * header.BlockLength;
        if (_samples.Length < length)
        {
            _samples = new long[length];
        }

        // From here on the samples of the frame before are gone.
        _frame = header;
        _given = header.BlockLength;
        for (int channel = 0; channel < header.ChannelCount; channel++)
        {
            bool isSide = (header.Channels, channel) is (FlacChannels.LeftAndSide or FlacChannels.MidAndSide, 1) or (FlacChannels.SideAndRight, 0);
            FlacSubframe.Decode(_reader, isSide ? bits + 1 : bits, ChannelOf(channel));
        }

        if (!_reader.EndFrame())
        {
            throw new FlacFrameException("does not have the checksum that stands behind it");
        }

        Decorrelate(header.Channels, ChannelOf(0), ChannelOf(header.ChannelCount - 1), bits);
        _scale = 1f / (1L << (bits - 1));
    }

    private Span<long> ChannelOf(int channel) => _samples.AsSpan(channel * _frame.BlockLength, _frame.BlockLength);

    private void Check(in FlacFrameHeader header)
    {
        if (header.ChannelCount != Channels || (header.SampleRate != 0 && header.SampleRate != SampleRate))
        {
            throw new NotSupportedException(
                $"{_input.Source} goes on with {header.ChannelCount} channels at {(header.SampleRate == 0 ? SampleRate : header.SampleRate)} Hz at {SampleTime.Show(_samplesDecoded, SampleRate)}, "
                + $"and begins with {Channels} at {SampleRate} Hz: such changes are not read here. Convert it: ffmpeg -i input.flac output.wav");
        }

        long number = header.HasVariableBlocks ? _samplesDecoded : _framesDecoded;
        if (_framesDecoded == 0)
        {
            _firstNumber = header.Number;
        }
        else if (header.HasVariableBlocks != _frame.HasVariableBlocks || header.Number != _firstNumber + number)
        {
            throw new FlacFrameException($"has the number {header.Number}; expected {_firstNumber + number}, or frames are missing");
        }
    }

    /// <summary>Makes left and right of what they are stored as.</summary>
    private static void Decorrelate(FlacChannels channels, Span<long> first, Span<long> second, int bits)
    {
        switch (channels)
        {
            case FlacChannels.Independent:
                return;
            case FlacChannels.LeftAndSide:
                for (int i = 0; i < first.Length; i++)
                {
                    second[i] = first[i] - second[i];
                }

                break;
            case FlacChannels.SideAndRight:
                for (int i = 0; i < first.Length; i++)
                {
                    first[i] += second[i];
                }

                break;
            case FlacChannels.MidAndSide:
                for (int i = 0; i < first.Length; i++)
                {
                    // The lowest bit of left + right is that of left - right.
                    long sum = (first[i] << 1) | (second[i] & 1);
                    first[i] = (sum + second[i]) >> 1;
                    second[i] = (sum - second[i]) >> 1;
                }

                break;
            default:
                throw new UnreachableException();
        }

        long least = -1L << (bits - 1);
        for (int i = 0; i < first.Length; i++)
        {
            if (first[i] < least || first[i] >= -least || second[i] < least || second[i] >= -least)
            {
                throw new FlacFrameException($"has the samples {first[i]} and {second[i]}; expected {least} to {-least - 1}");
            }
        }
    }
}
