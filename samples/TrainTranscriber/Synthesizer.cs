using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using KernelGen.Audio;

namespace KernelGen.Samples.TrainTranscriber;

/// <summary>Speaks with espeak-ng, which has to be installed: a program of its own, under the GPL; what it says is not.</summary>
internal static class Synthesizer
{
    private const string Program = "espeak-ng";

    /// <summary>What is more quiet, before the first sound and behind the last one, is silence.</summary>
    private const float Silence = 0.005f;

    /// <summary>Speaks a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="voice">Who speaks.</param>
    /// <param name="speed">Words a minute.</param>
    /// <param name="pitch">How high, from 0 to 99.</param>
    /// <returns>Samples at 16 kHz, without silence before and behind them.</returns>
    /// <exception cref="InvalidOperationException">The program is not there, or fails.</exception>
    public static short[] Speak(string text, Voice voice, int speed, int pitch)
    {
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.wav");
        try
        {
            string[] arguments =
            [
                "-v", voice.ToString(), "-s", speed.ToString(CultureInfo.InvariantCulture), "-p", pitch.ToString(CultureInfo.InvariantCulture), "-w", path, text,
            ];
            using Process process = Process.Start(new ProcessStartInfo(Program, arguments) { RedirectStandardError = true })!;
            string error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 && File.Exists(path)
                ? Trim(AudioFile.Read(path))
                : throw new InvalidOperationException($"{Program} cannot speak as {voice}: {error.Trim()}");
        }
        catch (Win32Exception exception)
        {
            throw new InvalidOperationException($"{Program} cannot be started: {exception.Message}. Install it (apt-get install {Program}).", exception);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static short[] Trim(float[] samples)
    {
        int first = Array.FindIndex(samples, static sample => Math.Abs(sample) > Silence);
        int last = Array.FindLastIndex(samples, static sample => Math.Abs(sample) > Silence);
        return first < 0 ? [] : Array.ConvertAll(samples[first..(last + 1)], static sample => (short)Math.Clamp(MathF.Round(sample * short.MaxValue), short.MinValue, short.MaxValue));
    }
}
