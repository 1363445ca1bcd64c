using System.Buffers.Binary;
using System.Globalization;

namespace KernelGen.Audio;

/// <summary>What the chunk <c>fmt</c> of a WAV file says (Microsoft's WAVEFORMATEX and WAVEFORMATEXTENSIBLE; RFC 2361).</summary>
/// <param name="Encoding">How samples lie in the file.</param>
/// <param name="Channels">How many channels there are.</param>
/// <param name="SampleRate">Samples of each channel in a second.</param>
/// <param name="BytesPerFrame">The bytes of one sample of each channel.</param>
internal readonly record struct WavFormat(WavEncoding Encoding, int Channels, int SampleRate, int BytesPerFrame)
{
    /// <summary>The bytes that every format has.</summary>
    public const int ShortestLength = 16;

    /// <summary>The bytes of a format that says more, with a GUID for the codec.</summary>
    public const int ExtensibleLength = 40;

    private const int PcmCodec = 1;
    private const int FloatCodec = 3;
    private const int ALawCodec = 6;
    private const int MuLawCodec = 7;
    private const int ExtensibleCodec = 0xFFFE;

    /// <summary>All of the GUID of a codec but its first two bytes, which are the codec's number.</summary>
    private static ReadOnlySpan<byte> CodecGuidEnd => [0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71];

    /// <summary>Reads the chunk.</summary>
    /// <param name="chunk">What is in it, at least <see cref="ShortestLength"/> bytes.</param>
    /// <param name="source">How errors name the file.</param>
    /// <param name="position">Where the chunk's content begins in the file.</param>
    public static WavFormat Read(ReadOnlySpan<byte> chunk, string source, long position)
    {
        int codec = BinaryPrimitives.ReadUInt16LittleEndian(chunk);
        int channels = BinaryPrimitives.ReadUInt16LittleEndian(chunk[2..]);
        uint sampleRate = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
        int bytesPerFrame = BinaryPrimitives.ReadUInt16LittleEndian(chunk[12..]);
        int bits = BinaryPrimitives.ReadUInt16LittleEndian(chunk[14..]);
        if (codec == ExtensibleCodec)
        {
            if (chunk.Length < ExtensibleLength)
            {
                throw new InvalidDataException($"{source} has a format (byte {position}) of {chunk.Length} bytes whose codec is named by a GUID; expected at least {ExtensibleLength} bytes.");
            }

            codec = chunk[26..ExtensibleLength].SequenceEqual(CodecGuidEnd)
                ? BinaryPrimitives.ReadUInt16LittleEndian(chunk[24..])
                : throw Unsupported(source, $"the codec {new Guid(chunk[24..ExtensibleLength])}");
        }

        if (channels is < 1 or > AudioFile.MostChannels)
        {
            throw new InvalidDataException($"{source} has {channels} channels (byte {position + 2}); expected 1 to {AudioFile.MostChannels}.");
        }

        AudioFile.CheckSampleRate(sampleRate, source);
        WavEncoding encoding = (codec, bits) switch
        {
            (PcmCodec, >= 1 and <= 8) => WavEncoding.Unsigned8,
            (PcmCodec, > 8 and <= 16) => WavEncoding.Signed16,
            (PcmCodec, > 16 and <= 24) => WavEncoding.Signed24,
            (PcmCodec, > 24 and <= 32) => WavEncoding.Signed32,
            (FloatCodec, 32) => WavEncoding.Float32,
            (FloatCodec, 64) => WavEncoding.Float64,
            (ALawCodec, 8) => WavEncoding.ALaw,
            (MuLawCodec, 8) => WavEncoding.MuLaw,
            (PcmCodec or FloatCodec or ALawCodec or MuLawCodec, _) => throw new InvalidDataException(
                $"{source} has {bits} bits for each sample of {NameOf(codec)} (byte {position + 14}); expected {(codec switch { PcmCodec => "1 to 32", FloatCodec => "32 or 64", _ => "8" })}."),
            _ => throw Unsupported(source, NameOf(codec)),
        };
        int expected = channels * BytesOf(encoding);
        return bytesPerFrame == expected
            ? new WavFormat(encoding, channels, (int)sampleRate, bytesPerFrame)
            : throw new InvalidDataException($"{source} has {bytesPerFrame} bytes for {channels} samples of {bits} bits (byte {position + 12}); expected {expected}.");
    }

    /// <summary>The bytes of one sample.</summary>
    public static int BytesOf(WavEncoding encoding) => encoding switch
    {
        WavEncoding.Unsigned8 or WavEncoding.ALaw or WavEncoding.MuLaw => 1,
        WavEncoding.Signed16 => 2,
        WavEncoding.Signed24 => 3,
        WavEncoding.Signed32 or WavEncoding.Float32 => 4,
        WavEncoding.Float64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(encoding), encoding, null),
    };

    private static NotSupportedException Unsupported(string source, string codec) =>
        new($"{source} is WAV with {codec}, which is not read here. Convert it: ffmpeg -i input.wav -c:a pcm_s16le output.wav");

    private static string NameOf(int codec) => codec switch
    {
        PcmCodec => "PCM",
        0x0002 => "Microsoft's ADPCM",
        FloatCodec => "floating-point numbers",
        ALawCodec => "A-law",
        MuLawCodec => "µ-law",
        0x0011 => "IMA ADPCM",
        0x0031 => "GSM 6.10",
        0x0050 => "MPEG audio",
        0x0055 => "MP3",
        0x00FF => "AAC",
        0x0161 or 0x0162 => "Windows Media audio",
        0xF1AC => "FLAC in WAV",
        _ => string.Create(CultureInfo.InvariantCulture, $"the codec 0x{codec:X4}"),
    };
}
