namespace KernelGen.Generator.Emission.InstructionSets;

/// <summary>Instructions that multiply bytes, four by four, and add the products to sums of 32 bits, which only some CPUs of an instruction set have.</summary>
/// <param name="IsSupported">The C# expression that is true where this one has them.</param>
/// <param name="Add">
/// The method that returns the sums: given those before, a vector of weights, a vector of inputs, and the number of the four inputs that are multiplied with each four weights.
/// </param>
internal sealed record DotProductInstructions(string IsSupported, string Add);
