using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace KernelGen.Tool.Caching;

/// <summary>The name of something in the cache: a hash of all that it is made of. Parts cannot run into each other, for each has its length before it.</summary>
internal sealed class CacheKey : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <param name="kind">What is kept under it.</param>
    public CacheKey(string kind) => Add(kind);

    /// <summary>Adds a text.</summary>
    public CacheKey Add(string part) => Add(Encoding.UTF8.GetBytes(part));

    /// <summary>Adds a number.</summary>
    public CacheKey Add(long part)
    {
        byte[] bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, part);
        return Add(bytes);
    }

    /// <summary>Adds an assembly: compiled again from other sources it is another one.</summary>
    /// <param name="type">A type of it.</param>
    public CacheKey Add(Type type) => Add(type.Module.ModuleVersionId.ToByteArray());

    /// <summary>Adds bytes.</summary>
    public CacheKey Add(ReadOnlySpan<byte> part)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, part.Length);
        _hash.AppendData(length);
        _hash.AppendData(part);
        return this;
    }

    public void Dispose() => _hash.Dispose();

    /// <summary>The hash as the name of a file.</summary>
    public override string ToString() => Convert.ToHexStringLower(_hash.GetCurrentHash());
}
