using KernelGen.Execution;
using KernelGen.Families;
using KernelGen.Recipes;

namespace KernelGen.Checkpoints;

/// <summary>Finds the tensors of a declared model in a file, and refuses what does not fit, in words that help.</summary>
internal sealed class TensorReader
{
    private readonly Checkpoint _file;
    private readonly CheckpointProblems _problems;
    private readonly CheckpointFamily _family;
    private readonly Dictionary<string, int> _layersInFile = [];
    private readonly HashSet<string> _read = [];

    /// <param name="file">The file.</param>
    /// <param name="model">The declared model.</param>
    /// <param name="problems">Receives all that does not fit. Where there is anything, what was read is of no use.</param>
    public TensorReader(Checkpoint file, ModelDescription model, CheckpointProblems problems)
    {
        _file = file;
        Model = model;
        _problems = problems;
        _family = new CheckpointFamily(file, model.Architecture);
        if (_family.Other is { } other)
        {
            problems.Note(new CheckpointCause(other.TrimEnd('.'), 0));
        }
    }

    /// <summary>The declared model.</summary>
    public ModelDescription Model { get; }

    /// <summary>Whether weights may be NaN or infinite.</summary>
    public bool AllowsNonFinite { get; init; }

    /// <summary>Whether the file has a tensor of this name.</summary>
    public bool Has(string name) => _file.Tensors.ContainsKey(name);

    /// <summary>Whether the file has a tensor whose name begins so.</summary>
    public bool HasBeginningWith(string start)
    {
        foreach (string name in _file.Tensors.Keys)
        {
            if (name.StartsWith(start, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether the file has a tensor whose name has such a piece.</summary>
    public bool HasContaining(string piece)
    {
        foreach (string name in _file.Tensors.Keys)
        {
            if (name.Contains(piece, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The first of these names that the file has; otherwise the usual one.</summary>
    public string FirstOf(ReadOnlySpan<string> names, string usual)
    {
        foreach (string name in names)
        {
            if (Has(name))
            {
                return name;
            }
        }

        return usual;
    }

    /// <summary>How many of the declared layers the file has, once <see cref="CheckLayers"/> has counted them; all where it has not.</summary>
    /// <param name="start">What stands before the number of a layer.</param>
    public int LayersToRead(string start) => _layersInFile.GetValueOrDefault(start, int.MaxValue);

    /// <summary>A tensor of one dimension, as one row.</summary>
    public TensorSlice Vector(string name, Dimension length) => Rows(name, [length], 1, length.Size);

    /// <summary>A tensor of two dimensions.</summary>
    public TensorSlice Matrix(string name, Dimension rows, Dimension columns) => Rows(name, [rows, columns], rows.Size, columns.Size);

    /// <summary>A convolution, <c>[outputs, channels, taps]</c>: a row for each output, in which the taps of a channel are neighbours.</summary>
    public TensorSlice Convolution(string name, ModelTensor tensor) =>
        Rows(name, [tensor.Rows, tensor.Columns, new Dimension(tensor.Taps, "taps", "")], tensor.Rows.Size, tensor.Columns.Size * tensor.Taps);

    /// <summary>A table of learned positions: at least as many rows as the longest sequence reaches.</summary>
    /// <param name="name">The name.</param>
    /// <param name="positions">What is expected; <see cref="ModelTensor.Rows"/> holds the rows that are needed and the property that decides them.</param>
    public TensorSlice LearnedPositions(string name, ModelTensor positions)
    {
        TensorSlice missing = TensorSlice.Missing((int)positions.Rows.Size, Model.ModelDimension);
        if (Find(name) is not { } tensor)
        {
            return missing;
        }

        ReadOnlySpan<long> shape = tensor.Shape;
        long needed = positions.Rows.Size;
        string property = positions.Rows.Property;
        long stored = shape.Length == 2 ? shape[0] : 0;
        if (!CheckShape(tensor, [new Dimension(stored, "positions", property), positions.Columns]))
        {
            return missing;
        }

        if (stored < needed)
        {
            Refuse(Refusal(
                name,
                $"has shape {tensor.ShapeText}; the declaration of '{Model.Name}' expects at least [{needed}, {Model.ModelDimension}] ([positions, model dimension]): " +
                $"{property} = {needed - Model.PositionOffset} and PositionOffset = {Model.PositionOffset}. Lower {property} to {Math.Max(0, stored - Model.PositionOffset)} or less, or load the matching file.",
                $"has shape {tensor.ShapeText}; expected at least [{needed}, {Model.ModelDimension}]"));
        }

        return Finite(new TensorSlice(tensor, 0, (int)Math.Min(stored, int.MaxValue), Model.ModelDimension));
    }

    /// <summary>The bias of the output projection.</summary>
    /// <param name="name">The name.</param>
    /// <param name="isZeroWhereMissing">Whether a file without it means zeros.</param>
    public TensorSlice OutputBias(string name, bool isZeroWhereMissing)
    {
        if (Has(name))
        {
            return Logits(name, Dimension.TargetVocabulary(Model));
        }

        if (!isZeroWhereMissing)
        {
            Refuse(Missing(name, "A model without output bias is declared with OutputBias = false."));
        }

        return default;
    }

    /// <summary>Refuses an output bias that is not zero, of a model that is declared without one.</summary>
    public void RefuseOutputBias(string name)
    {
        if (Has(name) && Logits(name, Dimension.TargetVocabulary(Model)) is { IsMissing: false } bias)
        {
            float[] values = new float[Model.TargetVocabularySize];
            bias.CopyRow(0, values);
            if (values.AsSpan().ContainsAnyExcept(0f))
            {
                RefuseUnused(name, "OutputBias = true");
            }
        }
    }

    /// <summary>
    /// The weight of the output projection: a tensor of its own when the file has one that differs from the target embedding, which otherwise
    /// serves, if it may.
    /// </summary>
    public TensorSlice OutputWeight(string name, TensorSlice targetEmbedding)
    {
        if (Model.TieEmbeddings && !Has(name))
        {
            return targetEmbedding;
        }

        if (!Has(name))
        {
            Refuse(Missing(name, "A model whose output projection is its target embedding is declared with TieEmbeddings = true."));
            return TensorSlice.Missing(Model.TargetVocabularySize, Model.ModelDimension);
        }

        return Shared(Matrix(name, Dimension.TargetVocabulary(Model), Dimension.Model(Model)), targetEmbedding);
    }

    /// <summary>Refuses a tensor that the file has and that the declared model would leave out: its results would be wrong, and nobody would know.</summary>
    /// <param name="name">The name.</param>
    /// <param name="remedy">What to declare so that it is read; <see langword="null"/> where nothing helps.</param>
    public void RefuseUnused(string name, string? remedy = null)
    {
        if (Has(name))
        {
            string advice = _family.Other ?? (remedy is null ? "Load the matching file." : $"Declare {remedy}, or load the matching file.");
            Refuse(Refusal(name, $"would be left out: the declaration of '{Model.Name}' ({Model.Architecture}) has no place for it. {advice}", "would be left out"));
        }
    }

    /// <summary>Refuses all that the layers of the file have beside what was read: biases that the family does not have, adapters, scales of another format.</summary>
    /// <param name="start">What stands before the number of a layer.</param>
    /// <param name="layers">The declared number of layers.</param>
    /// <param name="isIgnored">Whether a tensor may be left out.</param>
    public void RefuseRestOfLayers(string start, int layers, Func<string, bool> isIgnored)
    {
        var rest = new List<string>();
        foreach (string name in _file.Tensors.Keys)
        {
            if (name.StartsWith(start, StringComparison.Ordinal) && LayerNumber(name.AsSpan(start.Length)) < layers && !_read.Contains(name) && !isIgnored(name))
            {
                rest.Add(name);
            }
        }

        rest.Sort(StringComparer.Ordinal);
        foreach (string name in rest)
        {
            RefuseUnused(name);
        }
    }

    /// <summary>Says, before a tensor is missing, that the file has gates in its feed-forward blocks and the declaration has none, or the other way round.</summary>
    /// <param name="name">The gate of the first layer.</param>
    public void CheckGate(string name)
    {
        if (Has(name) == Model.GatedFeedForward || _family.Other is not null)
        {
            return;
        }

        RefuseUnused(name, "GatedFeedForward = true");
        _problems.Note(new CheckpointCause(
            Model.GatedFeedForward ? "GatedFeedForward = true, but the file has no gates" : "GatedFeedForward = false, but the file has gates", 0, nameof(Model.GatedFeedForward)));
    }

    /// <summary>Refuses a file that says beside its tensors, which do not tell, that it has another number of heads.</summary>
    public void CheckHeads(Family family)
    {
        if (family.Heads(_file.Metadata) is { } heads && heads != Model.Heads)
        {
            Refuse(new CheckpointException(
                $"{_file.Source} says that the model has {heads} heads; the declaration of '{Model.Name}' has Heads = {Model.Heads}. Declare Heads = {heads}, or load the matching file."));
            _problems.Note(new CheckpointCause($"Heads = {Model.Heads}, but the file says {heads}", 0, nameof(Model.Heads), Model.Heads, heads));
        }
    }

    /// <summary>
    /// Refuses a file with more layers than the declaration, because a model cut short answers, but wrongly; one with fewer, before a tensor is missing; and tensors
    /// of what is no layer.
    /// </summary>
    /// <param name="start">What stands before the number of a layer.</param>
    /// <param name="layers">The declared number of layers.</param>
    /// <param name="property">The property that declares it.</param>
    public void CheckLayers(string start, int layers, string property)
    {
        int last = -1;
        string? lastName = null;
        string? strayName = null;
        foreach (string name in _file.Tensors.Keys)
        {
            if (!name.StartsWith(start, StringComparison.Ordinal))
            {
                continue;
            }

            if (LayerNumber(name.AsSpan(start.Length)) is not { } layer)
            {
                strayName = strayName is null || string.CompareOrdinal(name, strayName) < 0 ? name : strayName;
            }
            else if (layer > last)
            {
                last = layer;
                lastName = name;
            }
        }

        if (lastName != null)
        {
            _layersInFile[start] = last + 1;
        }

        if (lastName != null && last + 1 != layers)
        {
            string remedy = _family.Other ?? $"Declare {property} = {last + 1}, or load the matching file.";
            Refuse(new CheckpointException(
                $"{_file.Source} has {last + 1} layers '{start}0' to '{start}{last}'; the declaration of '{Model.Name}' has {property} = {layers}. {remedy}",
                lastName)
            {
                Brief = $"is of layer {last}, the last; {property} = {layers}",
            });
            _problems.Note(new CheckpointCause($"{property} = {layers}, but the file has {last + 1}", 0, property, layers, last + 1));
        }

        if (strayName != null)
        {
            Refuse(Refusal(strayName, $"would be left out: what follows '{start}' in its name is no number of a layer. Write the file without it, or load the matching file.", "would be left out"));
        }
    }

    /// <summary>The number of a layer, up to a full stop, as a family writes it: without sign and leading zeros.</summary>
    private static int? LayerNumber(ReadOnlySpan<char> rest)
    {
        int digits = rest.IndexOfAnyExceptInRange('0', '9');
        return digits is > 0 and < 10 && rest[digits] == '.' && (rest[0] != '0' || digits == 1)
            ? int.Parse(rest[..digits], System.Globalization.CultureInfo.InvariantCulture)
            : null;
    }

    /// <summary>The second slice when both hold the same numbers, so that they are packed once; otherwise the first.</summary>
    public static TensorSlice Shared(TensorSlice slice, TensorSlice other) =>
        !slice.IsMissing && !other.IsMissing && slice.HasSameContent(other) ? other : slice;

    /// <summary>A number for each token: of one dimension, or of two when the first is 1. Minus infinity forbids a token.</summary>
    private TensorSlice Logits(string name, Dimension length)
    {
        TensorInfo? tensor = Find(name);
        return tensor != null && CheckShape(tensor, tensor.Shape.Length == 1 ? [length] : [new Dimension(1, "1", ""), length])
            ? Finite(new TensorSlice(tensor, 0, 1, (int)length.Size), allowsMinusInfinity: true)
            : TensorSlice.Missing(1, (int)length.Size);
    }

    /// <summary>Refuses weights that are not finite, unless they are allowed.</summary>
    private TensorSlice Finite(TensorSlice weights, bool allowsMinusInfinity = false)
    {
        if (AllowsNonFinite || weights.FindNonFinite(allowsMinusInfinity) is not (int row, int column, float value))
        {
            return weights;
        }

        string place = weights.Rows == 1 ? $"{column}" : $"{row}, {column}";
        string shown = float.IsNaN(value) ? "NaN" : value > 0 ? "infinity" : "minus infinity";
        Refuse(Refusal(
            weights.Name,
            $"has {shown} at [{place}], and weights are finite numbers. Train or convert it again (float16 ends at 65504), "
            + $"or load it as it is with {nameof(ModelLoadOptions)}.{nameof(ModelLoadOptions.AllowNonFiniteWeights)}.",
            $"has {shown} at [{place}]"));
        return weights;
    }

    /// <summary>A tensor of this shape, as rows; what is missing, when it is not there or has another shape.</summary>
    private TensorSlice Rows(string name, ReadOnlySpan<Dimension> shape, long rows, long columns) =>
        Find(name) is { } tensor && CheckShape(tensor, shape)
            ? Finite(new TensorSlice(tensor, 0, (int)rows, (int)columns))
            : TensorSlice.Missing((int)rows, (int)columns);

    /// <summary>The tensor of this name; <see langword="null"/> when it is not there or cannot be read.</summary>
    private TensorInfo? Find(string name)
    {
        _read.Add(name);
        if (!_file.Tensors.TryGetValue(name, out TensorInfo? tensor))
        {
            Refuse(Missing(name, null));
            return null;
        }

        if (tensor.ReadingProblem is { } problem)
        {
            Refuse(problem);
            return null;
        }

        return tensor;
    }

    private bool CheckShape(TensorInfo tensor, ReadOnlySpan<Dimension> expected)
    {
        ReadOnlySpan<long> found = tensor.Shape;
        bool matches = found.Length == expected.Length;
        for (int i = 0; matches && i < expected.Length; i++)
        {
            matches = found[i] == expected[i].Size;
        }

        if (!matches)
        {
            NoteCauses(tensor.Name, found, expected);
            Refuse(WrongShape(tensor, expected));
        }

        return matches;
    }

    /// <summary>What the properties would have to be for a tensor to fit.</summary>
    private void NoteCauses(string tensor, ReadOnlySpan<long> found, ReadOnlySpan<Dimension> expected)
    {
        for (int i = 0; found.Length == expected.Length && i < expected.Length; i++)
        {
            Dimension dimension = expected[i];
            if (found[i] != dimension.Size && found[i] % dimension.Factor == 0 && dimension.Property.Length > 0)
            {
                _problems.Note(tensor, dimension.Property, dimension.Size / dimension.Factor, found[i] / dimension.Factor);
            }
        }
    }

    private void Refuse(CheckpointException problem) => _problems.Add(problem);

    private CheckpointException WrongShape(TensorInfo tensor, ReadOnlySpan<Dimension> expected)
    {
        ReadOnlySpan<long> found = tensor.Shape;
        var properties = new List<string>();
        string[] allSizes = new string[expected.Length];
        string[] allMeanings = new string[expected.Length];
        for (int i = 0; i < expected.Length; i++)
        {
            Dimension dimension = expected[i];
            allSizes[i] = $"{dimension.Size}";
            allMeanings[i] = dimension.Meaning;
            if (found.Length == expected.Length && dimension.Size != found[i] && dimension.Property.Length > 0 && !properties.Contains(dimension.Property))
            {
                properties.Add(dimension.Property);
            }
        }

        string sizes = string.Join(", ", allSizes);
        string meanings = string.Join(", ", allMeanings);
        string remedy = properties.Count > 0 ? $"Correct {string.Join(" and ", properties)}, or load the matching file." : "Load the matching file.";
        return Refusal(tensor.Name, $"has shape {tensor.ShapeText}; the declaration of '{Model.Name}' expects [{sizes}] ([{meanings}]). {remedy}", $"has shape {tensor.ShapeText}; expected [{sizes}]");
    }

    private CheckpointException Refusal(string name, string what, string brief) => new($"{_file.Source}: tensor {CheckpointException.Quote(name)} {what}", name) { Brief = brief };

    private CheckpointException Missing(string name, string? advice)
    {
        string message = $"{_file.Source} has no tensor '{name}', which the declaration of '{Model.Name}' ({Model.Architecture}) expects.";
        string? hint = _family.Hint(name) ?? advice;
        return new CheckpointException(hint is null ? message + " Load the matching file." : $"{message} {hint}", name) { Brief = "is missing" };
    }
}
