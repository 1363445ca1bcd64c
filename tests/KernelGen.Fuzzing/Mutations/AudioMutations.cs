using System.Buffers.Binary;
using KernelGen.Audio;

namespace KernelGen.Fuzzing.Mutations;

/// <summary>Changes WAV files by their chunks, and frames of FLAC files under right checksums.</summary>
internal static class AudioMutations
{
    private const int RiffHeaderLength = 12;
    private const int ChunkHeaderLength = 8;
    private const int FlacMetadataLength = 4 + 4 + FlacStreamInformation.Length + 4 + 3;

    /// <summary>Changes a copy of a file once.</summary>
    /// <param name="random">Decides.</param>
    /// <param name="file">The file.</param>
    /// <param name="other">Another one, to take from.</param>
    public static byte[] Mutate(Random random, byte[] file, byte[] other) =>
        random.Next(8) == 0 ? ByteMutations.Mutate(random, file, other) : file.AsSpan().StartsWith("fLaC"u8) ? MutateFlac(random, file, other) : MutateWav(random, file);

    private static byte[] MutateWav(Random random, byte[] file)
    {
        List<byte[]> chunks = [];
        for (int start = RiffHeaderLength; start + ChunkHeaderLength <= file.Length;)
        {
            long length = BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(start + 4));
            int end = (int)Math.Min(file.Length, start + ChunkHeaderLength + length + (length & 1));
            chunks.Add(file[start..end]);
            start = end;
        }

        int index = random.Next(chunks.Count);
        byte[] chunk = [.. chunks[index]];
        switch (random.Next(5))
        {
            case 0:
                chunks.RemoveAt(index);
                break;
            case 1:
                chunks.Insert(random.Next(chunks.Count), chunk);
                break;
            case 2:
                BinaryPrimitives.WriteUInt32LittleEndian(chunk.AsSpan(4), (uint)ByteMutations.Boundary(random));
                chunks[index] = chunk;
                break;
            case 3:
                // The fields of a format, which are two bytes each.
                int place = ChunkHeaderLength + (2 * random.Next(Math.Min(20, Math.Max(1, (chunk.Length - ChunkHeaderLength) / 2))));
                if (place + 2 <= chunk.Length)
                {
                    BinaryPrimitives.WriteUInt16LittleEndian(chunk.AsSpan(place), random.Next(2) == 0 ? (ushort)random.Next(70) : (ushort)ByteMutations.Boundary(random));
                    chunks[index] = chunk;
                }

                break;
            default:
                chunks[index] = ByteMutations.Mutate(random, chunk, file);
                break;
        }

        return [.. file[..RiffHeaderLength], .. chunks.SelectMany(static bytes => bytes)];
    }

    private static byte[] MutateFlac(Random random, byte[] file, byte[] other)
    {
        List<int> starts = [];
        for (int i = FlacMetadataLength; i < file.Length; i++)
        {
            if (FlacFrameHeader.IsStart(file.AsSpan(i)) && TryRead(file.AsSpan(i), out _))
            {
                starts.Add(i);
            }
        }

        if (starts.Count == 0 || random.Next(8) == 0)
        {
            return [.. ByteMutations.Mutate(random, file[..FlacMetadataLength], other), .. file[FlacMetadataLength..]];
        }

        int index = random.Next(starts.Count);
        int start = starts[index];
        int end = index + 1 < starts.Count ? starts[index + 1] : file.Length;
        TryRead(file.AsSpan(start), out int headerLength);
        byte[] frame = ByteMutations.Mutate(random, file[start..end], other);
        if (frame.Length > headerLength + 2)
        {
            frame[headerLength - 1] = FlacChecksums.OfHeader(frame.AsSpan(0, headerLength - 1));
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(frame.Length - 2), FlacChecksums.OfFrame(0, frame.AsSpan(0, frame.Length - 2)));
        }

        return [.. file[..start], .. frame, .. file[end..]];
    }

    private static bool TryRead(ReadOnlySpan<byte> bytes, out int headerLength)
    {
        try
        {
            headerLength = FlacFrameHeader.Read(bytes[..Math.Min(bytes.Length, FlacFrameHeader.MostBytes)]).Length;
            return true;
        }
        catch (FlacFrameException)
        {
            headerLength = 0;
            return false;
        }
    }
}
