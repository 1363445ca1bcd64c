using System.Globalization;
using System.Text;
using KernelGen.Checkpoints;
using KernelGen.Execution;
using KernelGen.Packing;

namespace KernelGen.Training;

/// <summary>
/// What a state of training says of itself, as lines of text that people can read and a mismatch can be explained with: <c>Model.Heads=4</c>, <c>Options.Seed=1</c>, <c>Run.Step=100</c>.
/// </summary>
internal static class StateFields
{
    private const string Model = "Model.";
    private const string Options = "Options.";
    private const string Run = "Run.";

    /// <summary>The lines of a run.</summary>
    public static byte[] Format(ModelDescription model, TrainingOptions options, ParameterShape shape, in TrainingProgress progress, long averaged)
    {
        var text = new StringBuilder();
        Append(text, Model, [(PackedFields.Declaration, model.Name), .. Declared(model)]);
        Append(text, Options, options.DecidingFields());
        StreamPosition position = progress.Position;
        Append(
            text,
            Run,
            [
                (nameof(shape.SharesEmbedding), Text(shape.SharesEmbedding)),
                (nameof(shape.SharesOutput), Text(shape.SharesOutput)),
                (nameof(shape.SourcePositions), OptionText.Of(shape.SourcePositions)),
                (nameof(shape.TargetPositions), OptionText.Of(shape.TargetPositions)),
                (nameof(shape.HasPrefix), Text(shape.HasPrefix)),
                (nameof(progress.Step), OptionText.Of(progress.Step)),
                (nameof(progress.Skipped), OptionText.Of(progress.Skipped)),
                (nameof(progress.SkippedInARow), OptionText.Of(progress.SkippedInARow)),
                (nameof(position.Epoch), OptionText.Of(position.Epoch)),
                (nameof(position.FirstPair), OptionText.Of(position.FirstPair)),
                (nameof(position.Batch), OptionText.Of(position.Batch)),
                (nameof(position.Checksum), OptionText.Of(position.Checksum)),
                (nameof(position.LeftOut), OptionText.Of(position.LeftOut)),
                (nameof(progress.Loss), OptionText.Of(progress.Loss)),
                (nameof(progress.Tokens), OptionText.Of(progress.Tokens)),
                (nameof(progress.GradientNorm), OptionText.Of(progress.GradientNorm)),
                (nameof(progress.Best), OptionText.Of(progress.Best)),
                (nameof(progress.SinceBest), OptionText.Of(progress.SinceBest)),
                (BestOf, options.JudgedBy),
                (Averaged, OptionText.Of(averaged)),
            ]);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private const string BestOf = "BestOf";
    private const string Averaged = "Averaged";

    /// <summary>Reads the lines of a run, of the same model and with the same options.</summary>
    /// <param name="source">The file, to begin a message.</param>
    /// <param name="lines">The lines.</param>
    /// <param name="model">The declared model.</param>
    /// <param name="options">The options of the trainer.</param>
    /// <exception cref="CheckpointException">The run is another one, or a line is not what it should be.</exception>
    public static (ParameterShape Shape, TrainingProgress Progress, long Averaged) Read(string source, ReadOnlySpan<byte> lines, ModelDescription model, TrainingOptions options)
    {
        Dictionary<string, string> fields = PackedFields.Parse(lines);
        fields.Remove(Model + PackedFields.Declaration, out string? name);
        string savedFrom = name is null ? "" : $" (saved from {CheckpointException.Quote(name)})";
        List<string> models = TakeDifferences(fields, Model, Declared(model), $"the declaration of '{model.Name}'");
        if (models.Count > 0)
        {
            throw new CheckpointException($"{source} is that of another model{savedFrom}: {string.Join("; ", models)}. Resume it with the declaration that it was saved from.");
        }

        List<string> others = TakeDifferences(fields, Options, options.DecidingFields(), "these options");
        if (others.Count > 0)
        {
            throw new CheckpointException(
                $"{source} is that of a run with other options, which would go on with other bits: {string.Join("; ", others)}. Resume it with the same options, or begin a new run with the model that the old one has saved.");
        }

        var reader = new Reader(source, fields);
        var shape = new ParameterShape(
            reader.Flag(nameof(ParameterShape.SharesEmbedding)),
            reader.Flag(nameof(ParameterShape.SharesOutput)),
            (int)reader.Number(nameof(ParameterShape.SourcePositions), int.MaxValue),
            (int)reader.Number(nameof(ParameterShape.TargetPositions), int.MaxValue),
            reader.Flag(nameof(ParameterShape.HasPrefix)));
        var progress = new TrainingProgress
        {
            Step = reader.Number(nameof(TrainingProgress.Step)),
            Skipped = reader.Number(nameof(TrainingProgress.Skipped)),
            SkippedInARow = reader.Number(nameof(TrainingProgress.SkippedInARow)),
            Position = new StreamPosition(
                reader.Number(nameof(StreamPosition.Epoch)),
                reader.Number(nameof(StreamPosition.FirstPair)),
                (int)reader.Number(nameof(StreamPosition.Batch), int.MaxValue),
                (uint)reader.Number(nameof(StreamPosition.Checksum), uint.MaxValue),
                reader.Number(nameof(StreamPosition.LeftOut))),
            Loss = reader.Real(nameof(TrainingProgress.Loss)),
            Tokens = reader.Number(nameof(TrainingProgress.Tokens)),
            GradientNorm = reader.Real(nameof(TrainingProgress.GradientNorm)),
            Best = reader.Real(nameof(TrainingProgress.Best)),
            SinceBest = reader.Number(nameof(TrainingProgress.SinceBest)),
        };
        if (reader.Take(BestOf) != options.JudgedBy)
        {
            // What is judged by something else has no best yet.
            progress.Best = double.NaN;
            progress.SinceBest = 0;
        }

        long averaged = reader.Number(Averaged);
        return fields.Count == 0
            ? (shape, progress, averaged)
            : throw new CheckpointException($"{source} is of another version: {CheckpointException.QuoteAll(fields.Keys)} mean nothing here. Resume it with the version that wrote it.");
    }

    /// <summary>What the declaration says and training depends on.</summary>
    private static IEnumerable<(string Name, string Value)> Declared(ModelDescription model) =>
    [
        .. PackedFields.Declared(model),
        (nameof(model.StartToken), OptionText.Of(model.StartToken)),
        (nameof(model.EndToken), OptionText.Of(model.EndToken)),
        (nameof(model.PadToken), OptionText.Of(model.PadToken)),
    ];

    private static string Text(bool value) => value ? "true" : "false";

    private static void Append(StringBuilder text, string section, IEnumerable<(string Name, string Value)> fields)
    {
        foreach ((string name, string value) in fields)
        {
            text.Append(section).Append(name).Append('=').Append(value).Append('\n');
        }
    }

    /// <summary>Takes the fields of a section out, and says which of them are not as expected, or not expected.</summary>
    private static List<string> TakeDifferences(Dictionary<string, string> fields, string section, IEnumerable<(string Name, string Value)> expected, string here)
    {
        var differences = new List<string>();
        foreach ((string name, string value) in expected)
        {
            if (!fields.Remove(section + name, out string? other))
            {
                differences.Add($"{name} is missing in the file and {ShownText.Of(value, 120)} in {here}");
            }
            else if (other != value)
            {
                differences.Add($"{name} is {ShownText.Of(other, 120)} in the file and {ShownText.Of(value, 120)} in {here}");
            }
        }

        foreach (string field in new List<string>(fields.Keys))
        {
            if (field.StartsWith(section, StringComparison.Ordinal))
            {
                fields.Remove(field, out string? other);
                differences.Add($"{ShownText.Of(field.AsSpan(section.Length), 120)} is {ShownText.Of(other, 120)} in the file and not there in {here}");
            }
        }

        return differences;
    }

    /// <summary>Takes fields of the run out.</summary>
    private readonly struct Reader(string source, Dictionary<string, string> fields)
    {
        public bool Flag(string name)
        {
            string text = Take(name);
            return text == "true" || (text == "false" ? false : throw Wrong(name, text, "true or false"));
        }

        public long Number(string name, long most = long.MaxValue)
        {
            string text = Take(name);
            return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number <= most
                ? number
                : throw Wrong(name, text, $"a whole number from 0 to {most}");
        }

        public double Real(string name)
        {
            string text = Take(name);
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : throw Wrong(name, text, "a number");
        }

        public string Take(string name) =>
            fields.Remove(Run + name, out string? text) ? text : throw new CheckpointException($"{source} is damaged, or of another version: its field {name} is missing. {TrainingState.Advice}");

        private CheckpointException Wrong(string name, string text, string expected) =>
            new($"{source} is damaged: its field {name} is {CheckpointException.Quote(text)}, and should be {expected}. {TrainingState.Advice}");
    }
}
