namespace KernelGen.Benchmarks.Peers;

/// <summary>The weights of a model that reads tokens, in the form that each library reads.</summary>
/// <param name="random">The model.</param>
internal sealed class PreparedCase(RandomCase random) : PreparedWeights(random.Model.Name, random.Model.Description, random.Seed)
{
    public RandomCase Case { get; } = random;
}
