using KernelGen.Numerics;

namespace KernelGen.Tests.Numerics;

/// <summary>Philox4x32-10 against the answers that its authors publish (Random123, kat_vectors).</summary>
public sealed class PhiloxTests
{
    [Theory]
    [InlineData(0, 0, 0, 0xE169C58D_6627E8D5)]
    [InlineData(0xFFFFFFFF_FFFFFFFF, 0xFFFFFFFF_FFFFFFFF, 0xFFFFFFFF_FFFFFFFF, 0x41C83B0E_408F276D)]
    [InlineData(0x299F31D0_A4093822, 0x85A308D3_243F6A88, 0x03707344_13198A2E, 0x94FDCCEB_D16CFE09)]
    public void Answers_are_those_of_its_authors(ulong key, ulong counterLow, ulong counterHigh, ulong expected) =>
        Assert.Equal(expected, Philox.Next(key, counterLow, counterHigh));
}
