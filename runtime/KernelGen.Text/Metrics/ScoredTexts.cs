namespace KernelGen.Text;

/// <summary>Texts to be scored, each with the references that it is compared with; checked.</summary>
internal static class ScoredTexts
{
    /// <summary>Gives each text the one reference that it has.</summary>
    /// <exception cref="ArgumentException">There are not as many references as hypotheses, or none; or one is null.</exception>
    public static IEnumerable<(string Hypothesis, IReadOnlyList<string> References)> Pair(IReadOnlyList<string> hypotheses, IReadOnlyList<string> references)
    {
        ArgumentNullException.ThrowIfNull(references);
        string?[][] lists = new string?[references.Count][];
        for (int i = 0; i < lists.Length; i++)
        {
            lists[i] = [references[i]];
        }

        return Pair(hypotheses, lists!);
    }

    /// <summary>Gives each text its references.</summary>
    /// <exception cref="ArgumentException">There are not as many lists of references as hypotheses, or none; or one is null, or a list is empty.</exception>
    public static IEnumerable<(string Hypothesis, IReadOnlyList<string> References)> Pair(IReadOnlyList<string> hypotheses, IReadOnlyList<IReadOnlyList<string>> references)
    {
        ArgumentNullException.ThrowIfNull(hypotheses);
        ArgumentNullException.ThrowIfNull(references);
        if (hypotheses.Count != references.Count)
        {
            throw new ArgumentException(
                $"There are {hypotheses.Count} hypotheses, and references for {references.Count}; each hypothesis has its references at its own index.", nameof(references));
        }

        if (hypotheses.Count == 0)
        {
            throw new ArgumentException("There are no hypotheses, and what is not there has no score.", nameof(hypotheses));
        }

        var pairs = new (string Hypothesis, IReadOnlyList<string> References)[hypotheses.Count];
        for (int i = 0; i < pairs.Length; i++)
        {
            string hypothesis = hypotheses[i] ?? throw new ArgumentException($"Hypothesis {i} is null; an empty text is \"\".", nameof(hypotheses));
            IReadOnlyList<string> ofHypothesis = references[i] ?? [];
            if (ofHypothesis.Count == 0)
            {
                throw new ArgumentException($"Hypothesis {i} has no references, and must have one at least.", nameof(references));
            }

            if (ofHypothesis.Any(static reference => reference is null))
            {
                throw new ArgumentException($"A reference of hypothesis {i} is null; an empty text is \"\".", nameof(references));
            }

            pairs[i] = (hypothesis, ofHypothesis);
        }

        return pairs;
    }

    /// <summary>The references that are not empty: sacreBLEU takes an empty one for one that is missing.</summary>
    /// <exception cref="ArgumentException">All are empty.</exception>
    public static List<string> NotEmpty(IReadOnlyList<string> references, int index)
    {
        List<string> notEmpty = [.. references.Where(static reference => reference.Length > 0)];
        return notEmpty.Count > 0 ? notEmpty : throw new ArgumentException($"Hypothesis {index} has only empty references, and must have one that is not.", nameof(references));
    }

    /// <summary>How many references each hypothesis has, as sacreBLEU's signatures say it.</summary>
    /// <param name="fewest">The fewest that one has.</param>
    /// <param name="most">The most that one has.</param>
    public static string CountOfReferences(int fewest, int most) => fewest == most ? $"nrefs:{fewest}" : "nrefs:var";
}
