using KernelGen.Execution;
using KernelGen.Families;
using KernelGen.Layout;
using KernelGen.Packing;
using KernelGen.Recipes;

namespace KernelGen.Training;

/// <summary>
/// Where everything is in a block of parameters: first what kernels read, laid out as a <see cref="PackedModel"/>, then a tail of what they read in another
/// form, or not at all. The tail has the table of relative positions, which kernels read spread out over distances; norms that kernels read scaled; and the rows of
/// learned positions that no sequence reaches.
/// </summary>
internal sealed unsafe class ParameterLayout
{
    private readonly PackedModel _packed;
    private readonly ModelRecipe _recipe;
    private readonly TensorPlace?[] _weights;
    private readonly TensorPlace?[] _biases;
    private readonly List<ParameterRange> _ranges = [];
    private readonly List<DerivedWeights> _derived = [];
    private long _next;

    /// <summary>Lays out the parameters of a model.</summary>
    /// <param name="packed">What kernels read; only its addresses are of interest.</param>
    /// <param name="sourcePositions">The rows of the source's table of learned positions, at least as many as it needs.</param>
    /// <param name="targetPositions">Those of the target's.</param>
    public ParameterLayout(PackedModel packed, int sourcePositions, int targetPositions)
    {
        _packed = packed;
        _recipe = packed.Recipe;
        _weights = new TensorPlace?[_recipe.Tensors.Count];
        _biases = new TensorPlace?[_recipe.Tensors.Count];
        _next = packed.ByteLength / sizeof(float);
        foreach (WeightSlot slot in _recipe.Slots)
        {
            Add(slot, slot.Stack == Stack.Encoder ? sourcePositions : targetPositions);
        }

        _ranges.Sort(static (a, b) => a.Offset.CompareTo(b.Offset));
    }

    /// <summary>The number of floats in a block.</summary>
    public long Length => _next;

    /// <summary>What is trained, in the order of memory.</summary>
    public IReadOnlyList<ParameterRange> Ranges => _ranges;

    /// <summary>What kernels read in another form than it is trained in.</summary>
    public List<DerivedWeights> Derived => _derived;

    private ModelSettings Settings => _recipe.Settings;

    private LayoutFacts Facts => _packed.Facts;

    /// <summary>Where a tensor lies; of a norm γ.</summary>
    public TensorPlace Weight(ModelTensor tensor) => _weights[tensor.Index]!;

    /// <summary>Where the bias beside a tensor lies, of a norm β; <see langword="null"/> where it has none.</summary>
    public TensorPlace? Bias(ModelTensor tensor) => _biases[tensor.Index];

    /// <summary>The tensors of a checkpoint, tied ones once.</summary>
    /// <param name="prefix">What stands before their names: the family's prefix, or nothing.</param>
    public List<ParameterTensor> Tensors(string prefix)
    {
        var family = Family.Of(Settings.Architecture);
        var tensors = new List<ParameterTensor>();
        foreach (ModelTensor tensor in _recipe.Tensors)
        {
            bool isShared = Facts.SharesEmbedding && tensor.Role == TensorRole.Embedding;
            if ((isShared && tensor.Stack == Stack.Decoder) || (Facts.SharesOutput && tensor.Role == TensorRole.Output))
            {
                continue;
            }

            TensorName name = family.NameOf(tensor, prefix);
            string weight = name.Weight;
            if (isShared)
            {
                family.Embeddings(Settings, tensor.Stack, prefix, out weight);
            }

            bool isVector = tensor.IsNorm || (tensor.Role == TensorRole.OutputBias && !family.OutputBiasIsRow);
            Add(weight, isVector, name.Part, Weight(tensor), tensor.Taps);
            if (Bias(tensor) is { } bias)
            {
                Add(name.Bias!, isVector: true, name.Part, bias);
            }
        }

        return tensors;

        void Add(string name, bool isVector, int part, TensorPlace place, int taps = 1)
        {
            // Parts of one tensor come one after the other, but a bias may stand between.
            ParameterTensor? whole = part == 0 ? null : tensors.Find(tensor => tensor.Name == name);
            if (whole is null)
            {
                tensors.Add(new ParameterTensor(name, isVector, [place], taps));
            }
            else
            {
                whole.Parts.Add(place);
            }
        }
    }

    private void Add(WeightSlot slot, int positions)
    {
        long start = OffsetOf(_packed[slot].Panels);
        switch (slot.Role)
        {
            case WeightRole.Embedding:
                if (slot.Stack == Stack.Decoder && Facts.SharesEmbedding)
                {
                    Share(slot.Tensors[0], TableOf(Stack.Encoder), start);
                }
                else
                {
                    AddPanels(slot.Tensors[0], slot.Tensors[0].Name, start, slot);
                }

                break;

            case WeightRole.Output:
                AddOutput(slot, start);
                break;

            case WeightRole.Positions:
                if (slot.Tensors.Length > 0)
                {
                    AddPositions(slot, start, positions);
                }

                break;

            case WeightRole.PositionBias:
                AddPositionBias(slot, start);
                break;

            case WeightRole.EmbeddingNorm or WeightRole.FinalNorm or WeightRole.Norm:
                AddNorm(slot, start);
                break;

            case WeightRole.Convolution:
                AddConvolution(slot, start);
                break;

            case WeightRole.Input or WeightRole.KeysAndValues or WeightRole.Result:
                AddLinear(slot, start);
                break;

            default:
                throw new ArgumentOutOfRangeException(nameof(slot), slot.Role, "Such weights cannot be trained.");
        }
    }

    private long OffsetOf(void* place) => ((byte*)place - _packed.Start) / sizeof(float);

    /// <summary>Takes room in the tail.</summary>
    private long Take(long floats)
    {
        long start = _next;
        _next += (floats + PanelLayout.Width - 1) / PanelLayout.Width * PanelLayout.Width;
        return start;
    }

    private void AddRange(string name, long start, long length, bool isMatrix) => _ranges.Add(new ParameterRange([name], start, length, isMatrix));

    /// <summary>A tensor that is another one.</summary>
    private void Share(ModelTensor tensor, ModelTensor other, long start)
    {
        _weights[tensor.Index] = _weights[other.Index];
        _ranges.Find(range => range.Offset == start)!.Names.Add(tensor.Name);
    }

    /// <summary>A table of tokens, whose rows are columns of panels.</summary>
    private void AddPanels(ModelTensor table, string name, long start, WeightSlot slot)
    {
        AddRange(name, start, PanelLayout.Length(slot.Outputs, slot.Inputs), isMatrix: true);
        _weights[table.Index] = TensorPlace.Panels(start, slot.Inputs, Columns(0, slot.Outputs, slot.Outputs, slot.Outputs), slot.Inputs, slot.Inputs, slot.Inputs);
    }

    private void AddOutput(WeightSlot slot, long start)
    {
        if ((float*)_packed.Output.Panels == _packed.Decoder.Embedding)
        {
            Share(slot.Tensors[0], TableOf(Stack.Decoder), start);
        }
        else
        {
            AddPanels(slot.Tensors[0], slot.Tensors[0].Name, start, slot);
        }

        if (slot.Tensors.Length > 1)
        {
            // Without its padding, which is minus infinity.
            long bias = OffsetOf(_packed.Output.Bias);
            AddRange(slot.Tensors[1].Name, bias, slot.Outputs, isMatrix: false);
            _weights[slot.Tensors[1].Index] = TensorPlace.Table(bias, 1, slot.Outputs);
        }
    }

    private ModelTensor TableOf(Stack stack)
    {
        foreach (ModelTensor tensor in _recipe.Tensors)
        {
            if (tensor.Role == TensorRole.Embedding && tensor.Stack == stack)
            {
                return tensor;
            }
        }

        throw new InvalidOperationException("Every stack has embeddings.");
    }

    /// <summary>The rows that sequences reach where kernels read them, those before and behind in the tail.</summary>
    private void AddPositions(WeightSlot slot, long start, int positions)
    {
        ModelTensor tensor = slot.Tensors[0];
        int width = Settings.ModelDimension;
        int first = Settings.PositionOffset;
        bool isTrained = Family.Of(Settings.Architecture).TrainsPositions(slot.Stack);
        if (isTrained)
        {
            AddRange(tensor.Name, start, (long)slot.Outputs * slot.Inputs, isMatrix: true);
        }

        long others = Take((long)(positions - slot.Outputs) * width);
        if (isTrained && others < _next)
        {
            AddRange(tensor.Name, others, _next - others, isMatrix: true);
        }

        long[] rows = new long[positions];
        for (int row = 0; row < positions; row++)
        {
            rows[row] = row < first ? others + ((long)row * width)
                : row < first + slot.Outputs ? start + ((long)(row - first) * slot.Inputs)
                : others + ((long)(row - slot.Outputs) * width);
        }

        _weights[tensor.Index] = TensorPlace.OfRows(rows, width);
    }

    private void AddPositionBias(WeightSlot slot, long start)
    {
        ModelTensor tensor = slot.Tensors[0];
        int buckets = (int)tensor.Rows.Size;
        long table = Take((long)buckets * slot.Outputs);
        AddRange(tensor.Name, table, _next - table, isMatrix: true);
        _weights[tensor.Index] = TensorPlace.Table(table, buckets, slot.Outputs);
        _derived.Add(new SpreadPositionBias(table, buckets, slot.Outputs, start, slot.Inputs, RelativePositions.BucketsOf(Settings, slot.Stack)));
    }

    private void AddNorm(WeightSlot slot, long start)
    {
        ModelTensor tensor = slot.Tensors[0];
        int width = PanelLayout.RoundUp(slot.Inputs);
        if (Settings.ScaleOutput && slot.Role == WeightRole.FinalNorm && slot.Stack == Stack.Decoder)
        {
            long scaled = start;
            start = Take((long)slot.Outputs * width);
            _derived.Add(new ScaledNorm(start, scaled, slot.Outputs * width, WeightPacking.OutputScale(Settings)));
        }

        AddRange(tensor.Name + ".weight", start, width, isMatrix: false);
        _weights[tensor.Index] = TensorPlace.Table(start, 1, slot.Inputs);
        if (tensor.BiasLength > 0)
        {
            AddRange(tensor.Name + ".bias", start + width, width, isMatrix: false);
            _biases[tensor.Index] = TensorPlace.Table(start + width, 1, slot.Inputs);
        }
    }

    /// <summary>A convolution: in the tensor the taps of a channel are neighbours, in panels the channels of a tap.</summary>
    private void AddConvolution(WeightSlot slot, long start)
    {
        ModelTensor tensor = slot.Tensors[0];
        AddRange(tensor.Name + ".weight", start, PanelLayout.Length(slot.Outputs, slot.Inputs), isMatrix: true);
        _weights[tensor.Index] = TensorPlace.Convolution(
            start, slot.Inputs, Columns(0, slot.Outputs, slot.Outputs, slot.Outputs), (int)tensor.Columns.Size, tensor.Taps, slot.Convolution!.RowStride);
        if (tensor.BiasLength > 0)
        {
            long bias = OffsetOf(_packed[slot].Bias);
            AddRange(tensor.Name + ".bias", bias, PanelLayout.RoundUp(slot.Outputs), isMatrix: false);
            _biases[tensor.Index] = TensorPlace.Vector(bias, slot.Outputs, slot.Outputs, slot.Outputs);
        }
    }

    private void AddLinear(WeightSlot slot, long start)
    {
        long bias = OffsetOf(_packed[slot].Bias);
        int partWidth = slot.Outputs / slot.Tensors.Length;
        int inputs = slot.Inputs;
        for (int part = 0; part < slot.Tensors.Length; part++)
        {
            ModelTensor tensor = slot.Tensors[part];
            int rows = (int)tensor.Rows.Size;
            int first = part * partWidth;
            (int head, int headWidth) = (Settings.HeadDimension, _recipe.Layout.HeadWidth);
            (int rowGroup, int rowRoom) = slot.HasHeadsAsOutputs ? (head, headWidth) : (rows, rows);
            (int group, int groupRoom) = slot.HasHeadsAsInputs ? (head, headWidth) : (inputs, inputs);

            // Each part has whole panels, the last of them the padding behind all.
            int room = PanelLayout.RoundUp(partWidth);
            AddRange(tensor.Name + ".weight", start + ((long)first * inputs), (long)room * inputs, isMatrix: true);
            _weights[tensor.Index] = TensorPlace.Panels(start, inputs, Columns(first, rows, rowGroup, rowRoom), (int)tensor.Columns.Size, group, groupRoom);
            if (tensor.BiasLength > 0)
            {
                AddRange(tensor.Name + ".bias", bias + first, room, isMatrix: false);
                _biases[tensor.Index] = TensorPlace.Vector(bias + first, rows, rowGroup, rowRoom);
            }
        }
    }

    /// <summary>The packed column of each row of a tensor.</summary>
    private static int[] Columns(int first, int rows, int group, int groupWidth)
    {
        int[] columns = new int[rows];
        for (int row = 0; row < rows; row++)
        {
            columns[row] = first + (row / group * groupWidth) + (row % group);
        }

        return columns;
    }
}
