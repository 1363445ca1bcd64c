using System.Runtime.CompilerServices;

namespace KernelGen.Audio.Tests;

/// <summary>A live sound that is given in chunks.</summary>
internal sealed class LiveSource(float[] samples, int chunk) : IAsyncEnumerable<ReadOnlyMemory<float>>
{
    private long _given;

    /// <summary>What is thrown after the last chunk.</summary>
    public Exception? Failure { get; init; }

    /// <summary>Whether the source waits for ever after the last chunk.</summary>
    public bool GoesOn { get; init; }

    /// <summary>How many samples have been given.</summary>
    public long Given => Interlocked.Read(ref _given);

    /// <summary>How often it has been read to its end, or as far as anybody wanted.</summary>
    public int Ends { get; private set; }

    public async IAsyncEnumerator<ReadOnlyMemory<float>> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        // Each chunk is overwritten with the next one, as a microphone's buffer is.
        float[] buffer = new float[Math.Min(chunk, samples.Length)];
        try
        {
            for (int start = 0; start < samples.Length; start += chunk)
            {
                int count = Math.Min(chunk, samples.Length - start);
                samples.AsSpan(start, count).CopyTo(buffer);
                Interlocked.Add(ref _given, count);
                yield return buffer.AsMemory(0, count);
                buffer.AsSpan().Fill(float.NaN);
            }

            if (Failure is not null)
            {
                throw Failure;
            }

            if (GoesOn)
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
        }
        finally
        {
            Ends++;
        }
    }

    /// <summary>Several chunks of unequal length.</summary>
    public static async IAsyncEnumerable<ReadOnlyMemory<float>> Of(float[] samples, IEnumerable<int> lengths, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        int start = 0;
        foreach (int length in lengths)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = Math.Min(length, samples.Length - start);
            yield return samples.AsMemory(start, count);
            start += count;
            if (length % 2 == 0)
            {
                await Task.Yield();
            }
        }

        yield return samples.AsMemory(start);
    }
}
