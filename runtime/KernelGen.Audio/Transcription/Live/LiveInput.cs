using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace KernelGen.Audio;

/// <summary>
/// Reads a live sound ahead while the model works, resamples it, and hands out so many samples of it as are asked for. What it has read ahead is bounded: then the source waits.
/// </summary>
internal sealed class LiveInput : IAsyncDisposable
{
    /// <summary>The longest sound that is read ahead.</summary>
    public const int SecondsAhead = 30;

    /// <summary>So many samples of the source are worked on at once, however many it gives.</summary>
    private const int Part = 4096;

    private readonly IAsyncEnumerable<ReadOnlyMemory<float>> _source;
    private readonly int _sampleRate;
    private readonly LiveResampler? _resampler;
    private readonly CancellationTokenSource _stop;
    private readonly Pipe _pipe;
    private readonly Task _reading;
    private ExceptionDispatchInfo? _failure;

    /// <summary>Begins to read.</summary>
    /// <param name="source">The sound.</param>
    /// <param name="sampleRate">Its samples in a second.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public LiveInput(IAsyncEnumerable<ReadOnlyMemory<float>> source, int sampleRate, CancellationToken cancellation)
    {
        _source = source;
        _sampleRate = sampleRate;
        _resampler = sampleRate == LogMelSpectrogram.SampleRate ? null : new LiveResampler(sampleRate, LogMelSpectrogram.SampleRate, Part);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        const long Most = (long)SecondsAhead * LogMelSpectrogram.SampleRate * sizeof(float);
        _pipe = new Pipe(new PipeOptions(pauseWriterThreshold: Most, resumeWriterThreshold: Most / 2, minimumSegmentSize: Part * sizeof(float), useSynchronizationContext: false));
        _reading = Task.Run(ReadSourceAsync, CancellationToken.None);
    }

    /// <summary>Waits for samples at 16 kHz, and adds them to others.</summary>
    /// <param name="sound">Receives them.</param>
    /// <param name="count">How many.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns>Whether there were as many; if not, the sound has ended.</returns>
    public async ValueTask<bool> ReadAsync(SampleBuffer sound, int count, CancellationToken cancellation)
    {
        int left = count;
        while (left > 0)
        {
            ReadResult read = await _pipe.Reader.ReadAsync(cancellation).ConfigureAwait(false);
            int taken = (int)Math.Min(left, read.Buffer.Length / sizeof(float));
            ReadOnlySequence<byte> samples = read.Buffer.Slice(0, taken * sizeof(float));
            samples.CopyTo(MemoryMarshal.AsBytes(sound.Append(taken)));
            _pipe.Reader.AdvanceTo(samples.End);
            left -= taken;
            if (taken == 0 && read.IsCompleted)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Throws what the source threw, or what was wrong with its samples.</summary>
    public void ThrowIfFailed() => _failure?.Throw();

    /// <summary>Ends the reading, and waits until the source has ended, too.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _pipe.Reader.CompleteAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task ReadSourceAsync()
    {
        long position = 0;
        try
        {
            await foreach (ReadOnlyMemory<float> chunk in _source.WithCancellation(_stop.Token).ConfigureAwait(false))
            {
                int bad = chunk.Span.IndexOfAnyExceptInRange(float.MinValue, float.MaxValue);
                if (!await WriteAsync(bad < 0 ? chunk : chunk[..bad]).ConfigureAwait(false))
                {
                    return;
                }

                if (bad >= 0)
                {
                    throw new InvalidDataException(
                        $"Sample {position + bad} of the sound, at {SampleTime.Show(position + bad, _sampleRate)}, is {(float.IsNaN(chunk.Span[bad]) ? "NaN" : "infinite")}; expected a number from -1 to 1.");
                }

                position += chunk.Length;
            }

            await EndAsync().ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            // Whoever reads hears first what came before.
            _failure = ExceptionDispatchInfo.Capture(failure);
        }
        finally
        {
            await _pipe.Writer.CompleteAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Adds samples of the source, as soon as there is room for them.</summary>
    /// <returns>Whether anybody still reads.</returns>
    private async ValueTask<bool> WriteAsync(ReadOnlyMemory<float> samples)
    {
        for (int start = 0; start < samples.Length; start += Part)
        {
            ReadOnlyMemory<float> part = samples.Slice(start, Math.Min(Part, samples.Length - start));
            if (_resampler is null)
            {
                _pipe.Writer.Write(MemoryMarshal.AsBytes(part.Span));
            }
            else
            {
                _resampler.Add(part.Span);
                WriteResampled();
            }

            FlushResult flush = await _pipe.Writer.FlushAsync(_stop.Token).ConfigureAwait(false);
            if (flush.IsCompleted)
            {
                return false;
            }
        }

        return true;
    }

    private async ValueTask EndAsync()
    {
        if (_resampler is not null)
        {
            _resampler.End();
            WriteResampled();
            await _pipe.Writer.FlushAsync(_stop.Token).ConfigureAwait(false);
        }
    }

    private void WriteResampled()
    {
        while (true)
        {
            Span<float> room = MemoryMarshal.Cast<byte, float>(_pipe.Writer.GetSpan(Part * sizeof(float)));
            int made = _resampler!.Read(room);
            if (made == 0)
            {
                return;
            }

            _pipe.Writer.Advance(made * sizeof(float));
        }
    }
}
