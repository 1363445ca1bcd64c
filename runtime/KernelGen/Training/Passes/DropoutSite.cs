using System.Numerics;
using System.Runtime.CompilerServices;
using KernelGen.Numerics;

namespace KernelGen.Training;

/// <summary>One place of a model where elements drop out: which do is a function of the site and of the number of an element within it.</summary>
/// <remarks>
/// The number of an element is mixed with 64 bits of the site by the finalizer of MurmurHash3 (Appleby 2011), whose operations vectors have too. Each result of 31
/// bits that is below p · 2^31 drops its element.
/// </remarks>
internal readonly struct DropoutSite
{
    private readonly uint _first;
    private readonly uint _second;
    private readonly int _limit;

    /// <summary>A site.</summary>
    /// <param name="probability">p, at least 0 and below 1.</param>
    /// <param name="key">A function of the seed, of the step and of the batch within the step.</param>
    /// <param name="place">The number of the place in the model.</param>
    /// <param name="part">The number of a part of the place, such as a head of a sequence.</param>
    public DropoutSite(float probability, ulong key, int place, long part = 0)
    {
        Probability = probability;
        if (probability > 0)
        {
            ulong bits = Philox.Next(key, (ulong)(uint)place, (ulong)part);
            _first = (uint)bits;
            _second = (uint)(bits >> 32);
            _limit = (int)Math.Min((double)probability * int.MaxValue, int.MaxValue);
        }
    }

    /// <summary>The probability with which an element becomes 0.</summary>
    public float Probability { get; }

    /// <summary>What an element that stays is multiplied with.</summary>
    public float Scale => 1 / (1 - Probability);

    /// <summary>For each lane the scale where its element stays, and 0 where it drops out.</summary>
    /// <param name="elements">The numbers of the elements.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Factors(Vector<uint> elements)
    {
        Vector<uint> mixed = elements ^ new Vector<uint>(_first);
        mixed = (mixed ^ (mixed >>> 16)) * new Vector<uint>(0x85EBCA6B);
        mixed = ((mixed ^ (mixed >>> 13)) + new Vector<uint>(_second)) * new Vector<uint>(0xC2B2AE35);
        mixed ^= mixed >>> 16;
        Vector<int> stays = Vector.GreaterThanOrEqual(Vector.AsVectorInt32(mixed >>> 1), new Vector<int>(_limit));
        return Vector.AsVectorSingle(stays & Vector.AsVectorInt32(new Vector<float>(Scale)));
    }
}
