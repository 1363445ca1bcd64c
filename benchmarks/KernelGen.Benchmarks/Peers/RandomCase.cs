using KernelGen.Benchmarks.Models;

namespace KernelGen.Benchmarks.Peers;

/// <summary>A model with random weights, which other libraries run, too: every source has 24 tokens, and exactly 24 are decoded from it.</summary>
/// <param name="Model">The model.</param>
/// <param name="Seed">Of weights and sources. Chosen so that tokens vary.</param>
internal sealed record RandomCase(ModelCase Model, int Seed)
{
    /// <summary>The tokens of a source, and the tokens decoded from it.</summary>
    public const int SourceLength = 24, TargetLength = 24;

    public static IReadOnlyList<RandomCase> All { get; } =
    [
        new(ModelCase.Base, 10),
        new(ModelCase.Student, 4),
        new(ModelCase.Small, 3),
        new(ModelCase.T5Small, 2),
        new(ModelCase.T5Gated, 1),
        new(ModelCase.M2M100, 3),
    ];

    /// <summary>The first token that has no meaning of its own.</summary>
    public int FirstWord => 1 + Math.Max(Math.Max(Model.Description.StartToken, Model.Description.EndToken), Model.Description.PadToken);

    /// <summary>Random sources, without the tokens that have a meaning of their own. The first one does not depend on how many there are.</summary>
    public int[][] Sources(int count)
    {
        var random = new Random(Seed);
        int[][] sources = new int[count][];
        for (int i = 0; i < count; i++)
        {
            sources[i] = new int[SourceLength];
            for (int j = 0; j < SourceLength; j++)
            {
                sources[i][j] = random.Next(FirstWord, Model.Description.SourceVocabularySize);
            }
        }

        return sources;
    }
}
