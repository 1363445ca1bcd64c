using System.Runtime.InteropServices;

namespace KernelGen.Execution;

/// <summary>Memory that is another's to free, such as an embedded resource's.</summary>
internal sealed class BorrowedMemory : SafeHandle
{
    /// <param name="owner">What keeps the memory alive, or <see langword="null"/> where nothing has to.</param>
    public BorrowedMemory(object? owner)
        : base(0, ownsHandle: false) => Owner = owner;

    /// <summary>What keeps the memory alive; reachable as long as this is.</summary>
    public object? Owner { get; }

    public override bool IsInvalid => false;

    protected override bool ReleaseHandle() => true;
}
