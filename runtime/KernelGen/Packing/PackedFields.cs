using System.Globalization;
using System.Text;
using KernelGen.Checkpoints;
using KernelGen.Execution;
using KernelGen.Recipes;

namespace KernelGen.Packing;

/// <summary>
/// What a packed file says of the model that it was saved from, as lines of text, <c>ModelDimension=256</c>, so that people can read it and a mismatch can be
/// explained. Special tokens are left out: the weights do not depend on them.
/// </summary>
internal static class PackedFields
{
    /// <summary>The class that the file was saved from; told, not compared.</summary>
    public const string Declaration = "Declaration";

    /// <summary>The layers that have 4-bit weights, as <see cref="SlotSet"/> writes them; only where weights may have so few.</summary>
    public const string FourBits = "FourBits";

    /// <summary>How many fields that mean nothing here a message names.</summary>
    private const int MostUnknownNamed = 5;

    /// <summary>The lines of a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="fourBits">The layers that have 4-bit weights; <see langword="null"/> where none may.</param>
    public static byte[] Format(ModelDescription model, SlotSet? fourBits)
    {
        var text = new StringBuilder();
        Append(text, (Declaration, model.Name));
        foreach ((string Name, string Value) field in Declared(model))
        {
            Append(text, field);
        }

        foreach ((string Name, string Value) field in Planned(model))
        {
            Append(text, field);
        }

        if (fourBits is not null)
        {
            Append(text, (FourBits, fourBits.ToString()));
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Refuses lines that are not those of a model.</summary>
    /// <param name="source">The file, to begin a message.</param>
    /// <param name="lines">The lines of the file.</param>
    /// <param name="model">The declared model.</param>
    /// <param name="mayHaveFourBits">Whether there is a line that says which layers have 4-bit weights.</param>
    /// <returns>The layers that have 4-bit weights; <see langword="null"/> where none may.</returns>
    /// <exception cref="CheckpointException">A line says something else; the message names what differs.</exception>
    public static SlotSet? Check(string source, ReadOnlySpan<byte> lines, ModelDescription model, bool mayHaveFourBits)
    {
        if (!mayHaveFourBits && lines.SequenceEqual(Format(model, fourBits: null)))
        {
            return null;
        }

        Dictionary<string, string> inFile = Parse(lines);
        SlotSet? fourBits = mayHaveFourBits ? TakeFourBits(source, inFile, model) : null;
        string savedFrom = inFile.Remove(Declaration, out string? name) ? $"'{model.Name}' was given a file saved from {CheckpointException.Quote(name)}" : $"'{model.Name}' was given it";
        List<string> declared = TakeDifferences(inFile, Declared(model), "the declaration");
        if (declared.Count > 0)
        {
            throw new CheckpointException(
                $"{source} was saved from another declaration ({savedFrom}): {string.Join("; ", declared)}. Load it with the declaration that it was saved from, or save it again from the checkpoint.");
        }

        List<string> planned = TakeDifferences(inFile, Planned(model), "this build");
        int unknown = 0;
        foreach ((string field, string value) in inFile)
        {
            if (unknown == MostUnknownNamed)
            {
                planned.Add($"{inFile.Count - MostUnknownNamed} more are unknown here");
                break;
            }

            planned.Add($"{CheckpointException.Quote(field)} is {CheckpointException.Quote(value)} in the file and unknown here");
            unknown++;
        }

        if (planned.Count > 0)
        {
            throw new CheckpointException(
                $"{source} was saved for kernels of another version ({savedFrom}): {string.Join("; ", planned)}. Save it again from the checkpoint.");
        }

        return fourBits;
    }

    private static SlotSet TakeFourBits(string source, Dictionary<string, string> inFile, ModelDescription model)
    {
        IReadOnlyList<WeightSlot> slots = ModelRecipe.Of(model).Slots;
        inFile.Remove(FourBits, out string? text);
        return text is not null && SlotSet.TryParse(text, slots.Count) is { } found && found.Numbers.All(number => slots[number].MayHaveFourBits)
            ? found
            : throw new CheckpointException(
                $"{source} is damaged, or of another declaration: the layers with 4-bit weights are {(text is null ? "not said" : CheckpointException.Quote(text))}, and must be layers of '{model.Name}' that may have them. Save it again from the checkpoint.");
    }

    /// <summary>The fields of any text; lines that are none count as a name without a value.</summary>
    public static Dictionary<string, string> Parse(ReadOnlySpan<byte> lines)
    {
        var fields = new Dictionary<string, string>();
        foreach (string line in Encoding.UTF8.GetString(lines).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            int end = line.IndexOf('=', StringComparison.Ordinal);
            fields[end < 0 ? line : line[..end]] = end < 0 ? "" : line[(end + 1)..];
        }

        return fields;
    }

    /// <summary>What the declaration says and the weights, or what is computed with them, depend on.</summary>
    public static (string Name, string Value)[] Declared(ModelDescription model) =>
    [
        (nameof(model.Architecture), model.Architecture.ToString()),
        (nameof(model.ModelDimension), Text(model.ModelDimension)),
        (nameof(model.Heads), Text(model.Heads)),
        (nameof(model.HeadDimension), Text(model.HeadDimension)),
        (nameof(model.FeedForwardDimension), Text(model.FeedForwardDimension)),
        (nameof(model.EncoderLayers), Text(model.EncoderLayers)),
        (nameof(model.DecoderLayers), Text(model.DecoderLayers)),
        (nameof(model.SourceVocabularySize), Text(model.SourceVocabularySize)),
        (nameof(model.TargetVocabularySize), Text(model.TargetVocabularySize)),
        (nameof(model.MaxSourceLength), Text(model.MaxSourceLength)),
        (nameof(model.MaxTargetLength), Text(model.MaxTargetLength)),
        (nameof(model.NormPlacement), model.NormPlacement.ToString()),
        (nameof(model.Normalization), model.Normalization.ToString()),
        (nameof(model.FinalNorm), Text(model.FinalNorm)),
        (nameof(model.EmbeddingNorm), Text(model.EmbeddingNorm)),
        (nameof(model.Activation), model.Activation.ToString()),
        (nameof(model.GatedFeedForward), Text(model.GatedFeedForward)),
        (nameof(model.LinearBias), Text(model.LinearBias)),
        (nameof(model.ScaleScores), Text(model.ScaleScores)),
        (nameof(model.LargeActivations), Text(model.LargeActivations)),
        (nameof(model.PositionalEncoding), model.PositionalEncoding.ToString()),
        (nameof(model.PositionOffset), Text(model.PositionOffset)),
        (nameof(model.RelativePositionBuckets), Text(model.RelativePositionBuckets)),
        (nameof(model.RelativePositionDistance), Text(model.RelativePositionDistance)),
        (nameof(model.ScaleEmbedding), Text(model.ScaleEmbedding)),
        (nameof(model.TieEmbeddings), Text(model.TieEmbeddings)),
        (nameof(model.ScaleOutput), Text(model.ScaleOutput)),
        (nameof(model.OutputBias), Text(model.OutputBias)),
        (nameof(model.LayerNormEpsilon), model.LayerNormEpsilon.ToString("R", CultureInfo.InvariantCulture)),
        .. Rare(model),
    ];

    /// <summary>What few models have; files of the others do not say that they lack it.</summary>
    private static IEnumerable<(string Name, string Value)> Rare(ModelDescription model)
    {
        if (model.IsSpeech)
        {
            yield return (nameof(model.SourceChannels), Text(model.SourceChannels));
            yield return (nameof(model.KeyBias), Text(model.KeyBias));
        }

        if (!model.NormShift)
        {
            yield return (nameof(model.NormShift), Text(model.NormShift));
        }

        if (!model.AttentionBias)
        {
            yield return (nameof(model.AttentionBias), Text(model.AttentionBias));
        }

        if (model.DecoderActivation != model.Activation)
        {
            yield return (nameof(model.DecoderActivation), model.DecoderActivation.ToString());
        }

        if (model.DecoderGatedFeedForward != model.GatedFeedForward)
        {
            yield return (nameof(model.DecoderGatedFeedForward), Text(model.DecoderGatedFeedForward));
        }

        if (model.RotaryDimension > 0)
        {
            yield return (nameof(model.RotaryDimension), Text(model.RotaryDimension));
            yield return (nameof(model.RotaryBase), model.RotaryBase.ToString("R", CultureInfo.InvariantCulture));
        }
    }

    /// <summary>What the generator decided, and where the weights are depends on.</summary>
    private static (string Name, string Value)[] Planned(ModelDescription model) =>
    [
        (nameof(model.HeadWidth), Text(model.HeadWidth)),
        (nameof(model.ModelStride), Text(model.ModelStride)),
        (nameof(model.LogitsStride), Text(model.LogitsStride)),
        (nameof(model.QuantizedInputBits), Text(model.QuantizedInputBits)),
    ];

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Text(bool value) => value ? "true" : "false";

    private static void Append(StringBuilder text, (string Name, string Value) field) => text.Append(field.Name).Append('=').Append(field.Value).Append('\n');

    /// <summary>Takes the expected fields out, and says which of them are not as expected.</summary>
    private static List<string> TakeDifferences(Dictionary<string, string> inFile, (string Name, string Value)[] expected, string here)
    {
        var differences = new List<string>();
        foreach ((string name, string value) in expected)
        {
            if (!inFile.Remove(name, out string? other))
            {
                differences.Add($"{name} is missing in the file and {value} in {here}");
            }
            else if (other != value)
            {
                string shown = CheckpointException.Quote(other);
                differences.Add($"{name} is {shown[1..^1]} in the file and {value} in {here}");
            }
        }

        return differences;
    }
}
