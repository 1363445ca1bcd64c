using System.Runtime.CompilerServices;
using KernelGen.Audio;

namespace KernelGen.Extensions.AI;

/// <summary>The audio of one request: a stream that belongs to the caller.</summary>
internal sealed class AudioInput : IDisposable
{
    /// <summary>A live sound is handed on after so much of it, or less where it comes slowly.</summary>
    private const int ChunksPerSecond = 10;

    private readonly Stream _stream;
    private readonly long? _start;
    private readonly int? _sampleRate;
    private readonly CancellationTokenSource _cancellation;

    private AudioInput(Stream stream, long? start, int? sampleRate, CancellationToken cancellationToken)
    {
        _stream = stream;
        _start = start;
        _sampleRate = sampleRate;
        _cancellation = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    }

    /// <summary>A recording, which can be read several times: a stream that cannot seek is read into memory first.</summary>
    /// <param name="stream">The stream, read from where it stands.</param>
    /// <param name="sampleRate">The sample rate that the audio should have, where that is said.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<AudioInput> OfRecordingAsync(Stream stream, int? sampleRate, CancellationToken cancellationToken)
    {
        if (stream.CanSeek)
        {
            return new AudioInput(stream, stream.Position, sampleRate, cancellationToken);
        }

        var copy = new MemoryStream();
        await stream.CopyToAsync(copy, cancellationToken).ConfigureAwait(false);
        return new AudioInput(copy, start: 0, sampleRate, cancellationToken);
    }

    /// <summary>A sound that is still coming, and is read once.</summary>
    /// <inheritdoc cref="OfRecordingAsync"/>
    public static AudioInput OfLiveSound(Stream stream, int? sampleRate, CancellationToken cancellationToken) => new(stream, start: null, sampleRate, cancellationToken);

    /// <summary>Opens the audio from its beginning, as one channel.</summary>
    /// <exception cref="ArgumentException">It has another sample rate than was said.</exception>
    public AudioReader Open()
    {
        AudioReader reader = AudioFile.Open(new StreamSection(_stream, _start, _cancellation.Token));
        if (_sampleRate is { } rate && rate != reader.SampleRate)
        {
            int found = reader.SampleRate;
            reader.Dispose();
            throw new ArgumentException($"SpeechSampleRate is {rate} Hz, and the audio says that it has {found} Hz. Leave it out: the audio says it.", "options");
        }

        return reader.ToMono();
    }

    /// <summary>The samples of a sound as they come.</summary>
    /// <param name="reader">What <see cref="Open"/> returned.</param>
    /// <param name="cancellationToken">Ends the reading, also where it waits for more.</param>
    public async IAsyncEnumerable<ReadOnlyMemory<float>> ChunksAsync(AudioReader reader, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using CancellationTokenRegistration ending = cancellationToken.UnsafeRegister(static input => ((AudioInput)input!)._cancellation.Cancel(), this);
        float[] samples = new float[Math.Max(1, reader.SampleRate / ChunksPerSecond)];
        for (int read; (read = await Task.Run(() => reader.Read(samples), CancellationToken.None).ConfigureAwait(false)) > 0;)
        {
            yield return samples.AsMemory(0, read);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _cancellation.Dispose();
}
