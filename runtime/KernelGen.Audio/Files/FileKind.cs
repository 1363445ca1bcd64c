namespace KernelGen.Audio;

/// <summary>Tells by their first bytes what files are.</summary>
internal static class FileKind
{
    /// <summary>How many bytes it takes.</summary>
    public const int Length = 12;

    private const int TagHeaderLength = 10;
    private const byte TagHasFooter = 0x10;

    // A file may have several tags; a stream of nothing but tags comes to an end.
    private const int MostTags = 16;

    /// <summary>Skips ID3v2 tags, which some programs put in front of FLAC files.</summary>
    public static void SkipTag(ByteInput input)
    {
        for (int tags = 0; tags < MostTags; tags++)
        {
            ReadOnlySpan<byte> header = input.Peek(TagHeaderLength);
            if (header.Length < TagHeaderLength || !header.StartsWith("ID3"u8))
            {
                return;
            }

            // Four bytes of seven bits each.
            int length = ((header[6] & 0x7F) << 21) | ((header[7] & 0x7F) << 14) | ((header[8] & 0x7F) << 7) | (header[9] & 0x7F);
            input.Skip((ulong)(TagHeaderLength + length + ((header[5] & TagHasFooter) != 0 ? TagHeaderLength : 0)));
        }
    }

    /// <summary>Whether a file is WAV, in one of the forms that are read.</summary>
    public static bool IsWave(ReadOnlySpan<byte> start) =>
        start.Length == Length && (start.StartsWith("RIFF"u8) || start.StartsWith("RF64"u8) || start.StartsWith("BW64"u8)) && start[8..].SequenceEqual("WAVE"u8);

    /// <summary>Why a file is refused.</summary>
    public static Exception Refusal(ReadOnlySpan<byte> start, ByteInput input)
    {
        if (Other(start) is { } kind)
        {
            return new NotSupportedException($"{input.Source} is {kind}, which is not read here; expected WAV or FLAC. Convert it: ffmpeg -i input -ar 16000 -ac 1 output.wav");
        }

        return new InvalidDataException(
            start.IsEmpty
                ? $"{input.Source} is empty{(input.Position > 0 ? $" behind its tag of {input.Position} bytes" : "")}; expected a WAV or FLAC file."
                : $"{input.Source} is no audio that is known here: at byte {input.Position} it begins with {Convert.ToHexString(start)}; expected a WAV or FLAC file, with RIFF, RF64 or fLaC.");
    }

    private static string? Other(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith("OggS"u8))
        {
            return "Ogg (Vorbis, Opus or FLAC in Ogg)";
        }

        // Eleven bits are set; then AAC has 00 where MPEG audio names its layer.
        if (start.Length >= 4 && start[0] == 0xFF && (start[1] & 0xE0) == 0xE0 && start[1] != 0xFF && start[2] != 0xFF)
        {
            return (start[1] & 0xF6) == 0xF0 ? "AAC" : (start[1] & 0x06) != 0 ? "MP3" : null;
        }

        return start.Length < Length ? null
            : start[4..].StartsWith("ftyp"u8) ? "MP4 (M4A)"
            : start.StartsWith("RIFX"u8) ? "WAV with its highest bytes first"
            : start.StartsWith("RIFF"u8) ? "RIFF without audio"
            : start.StartsWith("riff"u8) ? "Wave64"
            : start.StartsWith("FORM"u8) && (start[8..].SequenceEqual("AIFF"u8) || start[8..].SequenceEqual("AIFC"u8)) ? "AIFF"
            : start.StartsWith("caff"u8) ? "Apple's CAF"
            : start.StartsWith(".snd"u8) ? "AU"
            : start.StartsWith("wvpk"u8) ? "WavPack"
            : start.StartsWith("MAC "u8) ? "Monkey's Audio"
            : start.StartsWith("#!AMR"u8) ? "AMR"
            : start.StartsWith((ReadOnlySpan<byte>)[0x1A, 0x45, 0xDF, 0xA3]) ? "Matroska (WebM)"
            : start.StartsWith((ReadOnlySpan<byte>)[0x30, 0x26, 0xB2, 0x75]) ? "Windows Media"
            : null;
    }
}
