using System.Globalization;
using System.Runtime.InteropServices;

namespace KernelGen.Samples.TrainTranscriber;

/// <summary>
/// Recordings in a folder, which espeak-ng makes once: of each set one file with the samples (16 bits, 16 kHz, one recording behind the other) and one that says what they are. The sentences, voices,
/// speeds and pitches follow from a seed.
/// </summary>
internal static class Recordings
{
    /// <summary>The longest recording, so that a window has room for it and some silence.</summary>
    private const int MostSamples = 34 * 1_600;

    /// <summary>Recordings that are made between two lines that tell of it.</summary>
    private const int BetweenLines = 500;

    /// <summary>Recordings of the voices that are learned from.</summary>
    public static IReadOnlyList<Recording> ToLearn(string folder, int count, TextWriter error, CancellationToken cancellationToken) =>
        Open(folder, "train", count, seed: 1, Voice.ToLearn, Sentences.NextToLearn, except: [], error, cancellationToken);

    /// <summary>Recordings of the same voices, which say other sentences.</summary>
    public static IReadOnlyList<Recording> ToValidate(string folder, IReadOnlyList<Recording> learned, int count, TextWriter error, CancellationToken cancellationToken) =>
        Open(folder, "dev", count, seed: 2, Voice.ToLearn, Sentences.Next, TextsOf(learned), error, cancellationToken);

    /// <summary>Recordings of voices that nothing was learned from, which say other sentences.</summary>
    public static IReadOnlyList<Recording> ToTest(string folder, IReadOnlyList<Recording> learned, int count, TextWriter error, CancellationToken cancellationToken) =>
        Open(folder, "test", count, seed: 3, Voice.ToTest, Sentences.Next, TextsOf(learned), error, cancellationToken);

    /// <summary>The sentences of recordings, but for those of which there are only a few: everybody says them.</summary>
    private static HashSet<string> TextsOf(IReadOnlyList<Recording> recordings) =>
        [.. recordings.Select(static recording => recording.Text).Where(static text => text.Count(static letter => letter == ' ') > 2 && !text.Contains("the", StringComparison.Ordinal))];

    private static List<Recording> Open(
        string folder, string name, int count, int seed, IReadOnlyList<Voice> voices, Func<Random, string> next, HashSet<string> except, TextWriter error, CancellationToken cancellationToken)
    {
        string lines = Path.Combine(folder, $"{name}.tsv");
        string samples = Path.Combine(folder, $"{name}.pcm");
        if (!File.Exists(lines) || File.ReadLines(lines).Count() != count)
        {
            Directory.CreateDirectory(folder);
            Make(lines, samples, count, seed, voices, next, except, error, cancellationToken);
        }

        ReadOnlyMemory<short> all = MemoryMarshal.Cast<byte, short>(File.ReadAllBytes(samples)).ToArray();
        var recordings = new List<Recording>();
        int start = 0;
        foreach (string line in File.ReadLines(lines))
        {
            string[] cells = line.Split('\t');
            int length = int.Parse(cells[0], CultureInfo.InvariantCulture);
            recordings.Add(new Recording(cells[2], cells[1], all.Slice(start, length)));
            start += length;
        }

        return recordings;
    }

    private static void Make(
        string lines, string samples, int count, int seed, IReadOnlyList<Voice> voices, Func<Random, string> next, HashSet<string> except, TextWriter error, CancellationToken cancellationToken)
    {
        var random = new Random(seed);
        var written = new List<string>();
        using (FileStream file = File.Create(samples))
        {
            while (written.Count < count)
            {
                cancellationToken.ThrowIfCancellationRequested();
                string text = next(random);
                Voice voice = voices[random.Next(voices.Count)];
                int speed = random.Next(140, 201);
                int pitch = random.Next(30, 71);
                if (except.Contains(text))
                {
                    continue;
                }

                short[] spoken = Synthesizer.Speak(text, voice, speed, pitch);
                if (spoken.Length > MostSamples)
                {
                    continue;
                }

                file.Write(MemoryMarshal.AsBytes<short>(spoken));
                written.Add(string.Create(CultureInfo.InvariantCulture, $"{spoken.Length}\t{voice}\t{text}\t{speed}\t{pitch}"));
                if (written.Count % BetweenLines == 0)
                {
                    error.WriteLine($"{Path.GetFileName(samples)}: {written.Count} of {count} recordings");
                }
            }
        }

        // Last: where it is there, all is there.
        File.WriteAllLines(lines, written);
    }
}
