using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace KernelGen.Samples.Transcribe;

/// <summary>Raw samples as they come: 16 bits each, little-endian, one channel.</summary>
/// <param name="stream">What they come from.</param>
/// <param name="warn">Is told what is not as it should be.</param>
internal sealed class PcmInput(Stream stream, Action<string> warn)
{
    private const int BufferLength = 1 << 14;
    private const float Scale = 1f / 32768;

    private static readonly (byte[] Beginning, string Kind)[] Files =
        [("RIFF"u8.ToArray(), "a WAV file"), ("fLaC"u8.ToArray(), "a FLAC file"), ("OggS"u8.ToArray(), "an Ogg file"), ("ID3"u8.ToArray(), "an MP3 file")];

    /// <summary>Reads the samples, each chunk as soon as it is there.</summary>
    /// <param name="cancellationToken">Ends the reading, also while nothing comes.</param>
    /// <exception cref="InvalidDataException">What comes is a file of another kind.</exception>
    public async IAsyncEnumerable<ReadOnlyMemory<float>> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        byte[] bytes = new byte[BufferLength];
        float[] samples = new float[BufferLength / sizeof(short)];
        int count = 0;
        bool isFirst = true;
        while (true)
        {
            // A read that waits cannot be cancelled; the program ends without it.
            int start = count;
            int read = await Task.Run(() => stream.Read(bytes, start, bytes.Length - start), CancellationToken.None).WaitAsync(cancellationToken).ConfigureAwait(false);
            count += read;
            if (isFirst && (read == 0 || count >= 4))
            {
                RefuseFile(bytes.AsSpan(0, count));
                isFirst = false;
            }

            if (read == 0)
            {
                break;
            }

            if (isFirst)
            {
                continue;
            }

            int whole = count / sizeof(short);
            for (int i = 0; i < whole; i++)
            {
                samples[i] = BinaryPrimitives.ReadInt16LittleEndian(bytes.AsSpan(i * sizeof(short))) * Scale;
            }

            if (whole > 0)
            {
                yield return samples.AsMemory(0, whole);
            }

            bytes[0] = bytes[count - 1];
            count %= sizeof(short);
        }

        if (count % sizeof(short) != 0)
        {
            warn("standard input ends within a sample of 16 bits; the sound before it is transcribed");
        }
    }

    private static void RefuseFile(ReadOnlySpan<byte> beginning)
    {
        foreach ((byte[] start, string kind) in Files)
        {
            if (beginning.StartsWith(start))
            {
                throw new InvalidDataException(
                    $"standard input is {kind}, and --live takes raw samples, 16 bits each, one channel. Leave out --live, or have the samples written raw: arecord -t raw, ffmpeg -f s16le");
            }
        }
    }
}
