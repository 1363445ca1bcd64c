using System.Globalization;

namespace KernelGen.Samples.TrainTranscriber;

/// <summary>What a model is tested with, to be listened to: a WAV file for each recording, and a file that says what is said in them.</summary>
internal static class WavFiles
{
    private const int SampleRate = 16_000;

    /// <summary>Writes a folder.</summary>
    public static void Write(string folder, IReadOnlyList<Recording> recordings)
    {
        Directory.CreateDirectory(folder);
        var lines = new List<string>();
        for (int i = 0; i < recordings.Count; i++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"{i:000}.wav");
            using var file = new BinaryWriter(File.Create(Path.Combine(folder, name)));
            Write(file, Listening.Hear(recordings[i], seed: i));
            lines.Add($"{name}\t{recordings[i].Voice}\t{recordings[i].Text}");
        }

        File.WriteAllLines(Path.Combine(folder, "said.tsv"), lines);
    }

    /// <summary>One channel of 16 bits.</summary>
    private static void Write(BinaryWriter file, float[] samples)
    {
        int bytes = samples.Length * sizeof(short);
        file.Write("RIFF"u8);
        file.Write(36 + bytes);
        file.Write("WAVEfmt "u8);
        file.Write(16);
        file.Write((short)1);
        file.Write((short)1);
        file.Write(SampleRate);
        file.Write(SampleRate * sizeof(short));
        file.Write((short)sizeof(short));
        file.Write((short)16);
        file.Write("data"u8);
        file.Write(bytes);
        foreach (float sample in samples)
        {
            file.Write((short)Math.Clamp(MathF.Round(sample * short.MaxValue), short.MinValue, short.MaxValue));
        }
    }
}
