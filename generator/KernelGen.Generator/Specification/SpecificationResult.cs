namespace KernelGen.Generator.Specification;

/// <summary>What became of a declaration: a specification, or the problems that stand in its way. Warnings may come with a specification.</summary>
internal sealed record SpecificationResult(ModelSpecification? Specification, EquatableArray<Problem> Problems);
