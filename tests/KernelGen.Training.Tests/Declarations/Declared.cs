namespace KernelGen.Tests.Declarations;

/// <summary>What the models that projects of tests share are declared with in this one.</summary>
internal static class Declared
{
    /// <summary>Models here are trained.</summary>
    public const bool Trainable = true;
}
