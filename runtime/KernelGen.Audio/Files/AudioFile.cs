namespace KernelGen.Audio;

/// <summary>
/// Opens audio files: WAV (RIFF and RF64; PCM of up to 32 bits, floating-point numbers, A-law and µ-law) and FLAC (RFC 9639). What a file is, is told by its first bytes and not
/// by its name.
/// </summary>
public static class AudioFile
{
    /// <summary>The lowest sample rate that is read and made, in Hz.</summary>
    public const int LowestSampleRate = 1_000;

    /// <summary>The highest sample rate that is read and made, in Hz.</summary>
    public const int HighestSampleRate = 768_000;

    /// <summary>The most channels that are read.</summary>
    public const int MostChannels = 64;

    /// <summary>How errors name audio that was not read from a file.</summary>
    internal const string Unnamed = "The audio";

    private const int SpeechSampleRate = 16_000;

    /// <summary>The longest path that Linux has.</summary>
    private const int LongestPath = 4096;

    /// <summary>Opens a file as it is: with its sample rate and its channels.</summary>
    /// <param name="path">The path of a WAV or FLAC file.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or no audio; the message begins with its name.</exception>
    /// <exception cref="NotSupportedException">The file is of a kind that is not read here; the message says of which, and what to do.</exception>
    /// <exception cref="IOException">It does not exist, is no regular file or cannot be read.</exception>
    public static AudioReader Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string source = $"The file '{ShownText.Of(path, LongestPath)}'";
        RegularFile.Check(path, source);
        return Open(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0), source, leaveOpen: false);
    }

    /// <summary>Opens a stream as it is: with its sample rate and its channels. It need not be seekable, and is read from where it stands.</summary>
    /// <param name="stream">A WAV or FLAC file.</param>
    /// <param name="leaveOpen">Whether the stream stays open when the reader is disposed, or the file is refused.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or no audio.</exception>
    /// <exception cref="NotSupportedException">The file is of a kind that is not read here; the message says of which, and what to do.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static AudioReader Open(Stream stream, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Open(stream, Unnamed, leaveOpen);
    }

    /// <summary>Opens a file as one channel at a rate: the mean of its channels, resampled (<see cref="AudioReader.Resample"/>). 16 kHz is what models of speech take.</summary>
    /// <inheritdoc cref="Open(string)"/>
    /// <param name="path">The path of a WAV or FLAC file.</param>
    /// <param name="sampleRate">Samples in a second.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not from <see cref="LowestSampleRate"/> to <see cref="HighestSampleRate"/>.</exception>
    public static AudioReader OpenMono(string path, int sampleRate = SpeechSampleRate)
    {
        CheckSampleRate(sampleRate);
        return Open(path).ToMono().Resample(sampleRate);
    }

    /// <summary>Opens a stream as one channel at a rate: the mean of its channels, resampled (<see cref="AudioReader.Resample"/>). 16 kHz is what models of speech take.</summary>
    /// <inheritdoc cref="Open(Stream, bool)"/>
    /// <param name="stream">A WAV or FLAC file.</param>
    /// <param name="sampleRate">Samples in a second.</param>
    /// <param name="leaveOpen">Whether the stream stays open when the reader is disposed, or the file is refused.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not from <see cref="LowestSampleRate"/> to <see cref="HighestSampleRate"/>.</exception>
    public static AudioReader OpenMono(Stream stream, int sampleRate = SpeechSampleRate, bool leaveOpen = false)
    {
        CheckSampleRate(sampleRate);
        return Open(stream, leaveOpen).ToMono().Resample(sampleRate);
    }

    /// <summary>Reads the whole of a file as one channel at a rate: the mean of its channels, resampled (<see cref="AudioReader.Resample"/>).</summary>
    /// <inheritdoc cref="OpenMono(string, int)"/>
    /// <returns>The samples, [frames].</returns>
    public static float[] Read(string path, int sampleRate = SpeechSampleRate)
    {
        using AudioReader reader = OpenMono(path, sampleRate);
        return reader.ReadToEnd();
    }

    /// <summary>Reads the whole of a stream as one channel at a rate: the mean of its channels, resampled (<see cref="AudioReader.Resample"/>). It stays open.</summary>
    /// <inheritdoc cref="OpenMono(Stream, int, bool)"/>
    /// <returns>The samples, [frames].</returns>
    public static float[] Read(Stream stream, int sampleRate = SpeechSampleRate)
    {
        using AudioReader reader = OpenMono(stream, sampleRate, leaveOpen: true);
        return reader.ReadToEnd();
    }

    /// <summary>Refuses the rate of a file where nobody would record at it.</summary>
    internal static void CheckSampleRate(long sampleRate, string source)
    {
        if (sampleRate is < LowestSampleRate or > HighestSampleRate)
        {
            throw new InvalidDataException($"{source} has a sample rate of {sampleRate} Hz; expected {LowestSampleRate} to {HighestSampleRate} Hz. Its header is damaged.");
        }
    }

    private static void CheckSampleRate(int sampleRate)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRate, LowestSampleRate);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sampleRate, HighestSampleRate);
    }

    private static AudioReader Open(Stream stream, string source, bool leaveOpen)
    {
        var input = new ByteInput(stream, source, leaveOpen);
        try
        {
            FileKind.SkipTag(input);
            ReadOnlySpan<byte> start = input.Peek(FileKind.Length);
            return start.StartsWith("fLaC"u8) ? new FlacReader(input)
                : FileKind.IsWave(start) ? new WavReader(input)
                : throw FileKind.Refusal(start, input);
        }
        catch
        {
            input.Dispose();
            throw;
        }
    }
}
