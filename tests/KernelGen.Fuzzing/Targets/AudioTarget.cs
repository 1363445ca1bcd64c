using KernelGen.Audio;
using KernelGen.Audio.Tests;
using KernelGen.Fuzzing.Mutations;

namespace KernelGen.Fuzzing.Targets;

/// <summary>WAV and FLAC files, and mixing, resampling, spectrograms and detection of speech of what they hold.</summary>
internal sealed class AudioTarget : FuzzTarget
{
    // Blocks that are constant take a few bytes: files of some kilobytes may hold hours.
    private const int MostSamples = 1 << 17;

    private static readonly int[] Rates = [16_000, 8_000, 44_101, 1_000, 48_000, 16_001];

    public override string Name => "audio";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        new WavBuilder { Channels = 2, SampleRate = 44_100, Samples = Noise(4000) }.Before("LIST", 1, 2, 3).After("id3 ", 1, 2).ToArray(),
        new WavBuilder { Bits = 24, Channels = 6, SampleRate = 48_000, IsExtensible = true, Samples = Noise(3600) }.ToArray(),
        new WavBuilder { Bits = 8, Samples = Noise(1000), DataLength = 0, RiffLength = 0 }.ToArray(),
        new WavBuilder { Bits = 20, SampleRate = 22_050, Samples = Noise(1500), LongDataLength = 1500 }.ToArray(),
        new WavBuilder { Codec = 3, Bits = 32, Samples = new byte[2000] }.ToArray(),
        new WavBuilder { Codec = 7, Bits = 8, SampleRate = 8_000, Samples = Noise(1000) }.ToArray(),
        .. Enumerable.Range(0, 12).Select(Flac),
    ];

    // The decoder's longest block, eight channels of it.
    public override long AllocationAllowance => 16 << 20;

    public override byte[] Mutate(Random random, byte[] file) => AudioMutations.Mutate(random, file, Seeds[random.Next(Seeds.Count)]);

    public override bool Run(ReadOnlySpan<byte> file, int variant)
    {
        try
        {
            using AudioReader reader = AudioFile.Open(new MemoryStream(file.ToArray()));
            switch (variant % 4)
            {
                case 0:
                    Read(reader, (variant / 4 * 37 % 5000) + reader.Channels);
                    break;
                case 1:
                    Read(reader.Resample(Rates[variant / 4 % Rates.Length]), 1000 + reader.Channels);
                    break;
                case 2:
                    var frames = new LogMelReader(new LogMelSpectrogram((variant / 4 % 256) + 1), reader.ToMono().Resample(LogMelSpectrogram.SampleRate), variant);
                    float[] rows = new float[256 * 16];
                    for (int read, total = 0; (read = frames.ReadFrames(rows)) > 0 && total < MostSamples / LogMelSpectrogram.HopLength; total += read)
                    {
                        LogMelSpectrogram.Normalize(rows, frames.Maximum);
                    }

                    break;
                default:
                    var detector = new EnergyVoiceActivityDetector(new() { SampleRate = reader.SampleRate });
                    var speech = new List<SpeechSpan>();
                    AudioReader mono = reader.ToMono();
                    float[] samples = new float[1000];
                    for (int read, total = 0; (read = mono.Read(samples)) > 0 && total < MostSamples; total += read)
                    {
                        detector.Append(samples.AsSpan(0, read), speech);
                    }

                    detector.Complete(speech);
                    break;
            }

            return true;
        }
        catch (Exception exception) when (exception is InvalidDataException or NotSupportedException)
        {
            return Refusal.Check(exception, AudioFile.Unnamed);
        }
    }

    private static void Read(AudioReader reader, int room)
    {
        float[] samples = new float[room];
        for (int read, total = 0; (read = reader.Read(samples)) > 0 && total < MostSamples; total += read)
        {
            if (read % reader.Channels != 0 || samples.AsSpan(0, read).ContainsAnyExceptInRange(float.MinValue, float.MaxValue))
            {
                throw new FindingException($"{read} samples of {reader.Channels} channels were read, or some are no numbers.");
            }
        }
    }

    private static byte[] Noise(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    private static byte[] Flac(int seed)
    {
        var builder = new FlacBuilder(seed, (seed % 8) + 1, 4 + (seed * 5 % 29), 16_000, seed % 3 == 0) { NamesFormat = seed % 2 == 0, SaysLength = seed % 5 > 0 };
        for (int i = 0; i < 3; i++)
        {
            builder.Add(16 + (seed * i * 7));
        }

        return builder.ToArray();
    }
}
