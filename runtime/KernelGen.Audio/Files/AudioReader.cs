namespace KernelGen.Audio;

/// <summary>
/// Audio that is read forwards, once, in parts: a file (<see cref="AudioFile"/>), another reader that is mixed or resampled, or whatever derives from this, such as a
/// microphone. Memory does not grow with its length. Not thread-safe.
/// </summary>
public abstract class AudioReader : IDisposable
{
    private const int FirstLength = 1 << 16;

    private bool _isDisposed;

    /// <summary>Samples of each channel in a second.</summary>
    public abstract int SampleRate { get; }

    /// <summary>How many channels there are, from 1 on.</summary>
    public abstract int Channels { get; }

    /// <summary>How long the audio is from its beginning, as far as the file says; null where it does not. A file may say something else than it holds.</summary>
    public abstract TimeSpan? Duration { get; }

    /// <summary>Whether the file ended before what it announces; known when <see cref="Read"/> has returned 0. What was there has been read.</summary>
    public virtual bool IsTruncated => false;

    /// <summary>Reads on.</summary>
    /// <param name="samples">
    /// Receives samples, [frames, channels]: one of each channel, then the next of each. They lie in [-1, 1]; only files of floating-point numbers may go beyond.
    /// What does not hold a whole frame at the end is left as it is.
    /// </param>
    /// <returns>How many samples were read: whole frames, at least one, and perhaps fewer than there is room for; 0 at the end.</returns>
    /// <exception cref="ArgumentException">There is no room for one sample of each channel.</exception>
    /// <exception cref="InvalidDataException">The file is damaged; the message says how and where.</exception>
    /// <exception cref="NotSupportedException">The file goes on in a way that is not read here.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="ObjectDisposedException">The reader was disposed.</exception>
    public int Read(Span<float> samples)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        int whole = samples.Length - (samples.Length % Channels);
        if (whole == 0)
        {
            throw new ArgumentException($"There is room for {samples.Length} samples; expected room for at least one of each channel, and there are {Channels}.", nameof(samples));
        }

        return ReadFrames(samples[..whole]);
    }

    /// <summary>Reads all that is left. Two hours at 16 kHz are 460 MB; what is longer is better read in parts.</summary>
    /// <returns>The samples, [frames, channels].</returns>
    /// <exception cref="InvalidOperationException">There are more samples than an array holds.</exception>
    /// <exception cref="InvalidDataException">The file is damaged; the message says how and where.</exception>
    /// <exception cref="NotSupportedException">The file goes on in a way that is not read here.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="ObjectDisposedException">The reader was disposed.</exception>
    public float[] ReadToEnd()
    {
        // The length that a file announces is not believed.
        float[] samples = new float[Math.Max(FirstLength, Channels)];
        int length = 0;
        while (true)
        {
            if (samples.Length - length < Channels)
            {
                if (samples.Length == Array.MaxLength)
                {
                    throw new InvalidOperationException($"There are more than {length} samples; read them in parts with {nameof(Read)}.");
                }

                Array.Resize(ref samples, (int)Math.Min(2L * samples.Length, Array.MaxLength));
            }

            int read = Read(samples.AsSpan(length));
            if (read == 0)
            {
                Array.Resize(ref samples, length);
                return samples;
            }

            length += read;
        }
    }

    /// <summary>The mean of the channels. The reader that is returned owns this one, which is read no more; it is this one where there is one channel.</summary>
    public AudioReader ToMono() => Channels == 1 ? this : new MonoReader(this);

    /// <summary>
    /// The same audio at another rate, by a windowed sinc: up to 0.9 of the lower of both Nyquist frequencies it is the same within 0.01 dB, above the lower Nyquist
    /// frequency nothing is left above -100 dB. Of n samples n · <paramref name="sampleRate"/> / <see cref="SampleRate"/> are made, rounded up, without delay, the same on
    /// every machine. The reader that is returned owns this one, which is read no more; it is this one where the rate is the same.
    /// </summary>
    /// <param name="sampleRate">Samples of each channel in a second.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not from <see cref="AudioFile.LowestSampleRate"/> to <see cref="AudioFile.HighestSampleRate"/>.</exception>
    /// <exception cref="InvalidOperationException"><see cref="SampleRate"/> is not.</exception>
    public AudioReader Resample(int sampleRate)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRate, AudioFile.LowestSampleRate);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sampleRate, AudioFile.HighestSampleRate);
        if (SampleRate is < AudioFile.LowestSampleRate or > AudioFile.HighestSampleRate)
        {
            throw new InvalidOperationException($"The audio has a sample rate of {SampleRate} Hz; expected {AudioFile.LowestSampleRate} to {AudioFile.HighestSampleRate} Hz.");
        }

        return sampleRate == SampleRate ? this : new ResamplingReader(this, sampleRate);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isDisposed = true;
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Reads on, as <see cref="Read"/> says.</summary>
    /// <param name="samples">Receives whole frames, at least one.</param>
    /// <returns>How many samples were read: whole frames; 0 at the end.</returns>
    protected abstract int ReadFrames(Span<float> samples);

    /// <summary>Lets go of what is read.</summary>
    /// <param name="disposing">Whether <see cref="Dispose()"/> was called.</param>
    protected virtual void Dispose(bool disposing)
    {
    }
}
