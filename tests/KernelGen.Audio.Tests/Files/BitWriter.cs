namespace KernelGen.Audio.Tests;

/// <summary>Writes bits, highest first.</summary>
internal sealed class BitWriter
{
    private readonly List<byte> _bytes = [];
    private int _bits;

    public void Write(long value, int count)
    {
        for (int i = count - 1; i >= 0; i--)
        {
            if (_bits++ % 8 == 0)
            {
                _bytes.Add(0);
            }

            _bytes[^1] |= (byte)(((value >> i) & 1) << (7 - ((_bits - 1) % 8)));
        }
    }

    public void WriteZeros(long count)
    {
        for (long i = 0; i < count; i++)
        {
            Write(0, 1);
        }

        Write(1, 1);
    }

    public void Align() => Write(0, (8 - (_bits % 8)) % 8);

    public byte[] ToArray() => [.. _bytes];
}
