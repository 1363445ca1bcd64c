namespace KernelGen.Tests.Declarations;

/// <summary>What the models that projects of tests share are declared with in this one.</summary>
internal static class Declared
{
    /// <summary>Models here only run: kernels that train them would take as long again to compile.</summary>
    public const bool Trainable = false;
}
