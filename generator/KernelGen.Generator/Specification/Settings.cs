namespace KernelGen.Generator.Specification;

// The generator runs in the compiler and cannot load the runtime: these mirror the public enums of the same names, value for value (a test compares them).

/// <summary>Mirrors KernelGen.Architecture.</summary>
internal enum Architecture
{
    Vanilla,
    Marian,
    Bart,
}

/// <summary>Mirrors KernelGen.NormPlacement.</summary>
internal enum NormPlacement
{
    Post,
    Pre,
}

/// <summary>Mirrors KernelGen.Activation.</summary>
internal enum Activation
{
    Relu,
    Gelu,
    GeluTanh,
    Silu,
}

/// <summary>Mirrors KernelGen.PositionalEncoding.</summary>
internal enum PositionalEncoding
{
    None,
    Sinusoidal,
    SinusoidalSplit,
    Learned,
}
