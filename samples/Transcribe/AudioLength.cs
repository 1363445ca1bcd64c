using KernelGen.Audio;

namespace KernelGen.Samples.Transcribe;

/// <summary>How long audio is.</summary>
/// <param name="Time">Its length.</param>
/// <param name="IsTruncated">Whether its file ends before what it announces, as a download that was broken off does.</param>
internal sealed record AudioLength(TimeSpan Time, bool IsTruncated)
{
    private const int SamplesAtOnce = 1 << 16;

    /// <summary>Reads a file to its end, which takes a small part of the time that its transcription takes; what its header says need not be so.</summary>
    /// <param name="path">The path of a WAV or FLAC file.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static AudioLength Of(string path, CancellationToken cancellationToken)
    {
        using AudioReader audio = AudioFile.Open(path);
        float[] samples = new float[SamplesAtOnce];
        long count = 0;
        while (audio.Read(samples) is > 0 and int read)
        {
            cancellationToken.ThrowIfCancellationRequested();
            count += read;
        }

        return new AudioLength(TimeSpan.FromSeconds((double)count / audio.Channels / audio.SampleRate), audio.IsTruncated);
    }
}
