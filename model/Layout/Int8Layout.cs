namespace KernelGen.Layout;

/// <summary>How linear kernels multiply 8-bit weights with quantised inputs: exactly, in integers that cannot overflow.</summary>
/// <param name="Name">The name of the format.</param>
/// <param name="InputBits">Bits of a quantised input, the sign included.</param>
/// <param name="InputSize">Bytes of a quantised input.</param>
/// <param name="Group">Inputs whose weights are stored together for each column, in 32 or 16 bits.</param>
/// <param name="Step">Inputs that are multiplied and added at once.</param>
/// <param name="LargestWeight">The largest magnitude of a quantised weight.</param>
/// <param name="WeightOffset">What is added to a weight before it is stored, so that it needs no sign.</param>
/// <param name="HasUpperBits">
/// Whether the upper four of the seven bits of weights can be multiplied alone, two weights to a byte, to find out which tokens cannot be the best.
/// </param>
/// <param name="LargestMultiplier">What the inputs of a step are multiplied with at most, beyond the scale of their row; 0 where they have that scale alone.</param>
internal sealed record Int8Layout(
    string Name, int InputBits, int InputSize, int Group, int Step, int LargestWeight, int WeightOffset, bool HasUpperBits, int LargestMultiplier = 0)
{
    /// <summary>Inputs of 8 bits whose weights are stored together for each column.</summary>
    public const int ByteGroup = 4;

    /// <summary>Inputs of 8 bits that are multiplied and added at once.</summary>
    public const int ByteStep = 8;

    /// <summary>
    /// Inputs of 8 bits, weights of 7 bits stored without sign: the fastest. Products of bytes are added in 16 bits, first two by the instruction that
    /// multiplies (vpmaddubsw), then two such sums, which saves every second of the instructions that add pairs to 32 bits (vpmaddwd). None of it can
    /// overflow: a row's scale is chosen so that the four inputs whose products meet have magnitudes of at most 258 together, and 258 · 127 = 32,766.
    /// Mostly that is so when the largest input is 127. What the offset adds to a sum, 64 times the sum of the inputs, is taken away by the value with
    /// which the sum begins.
    /// </summary>
    public static readonly Int8Layout Bytes =
        new(nameof(Bytes), InputBits: 8, InputSize: 1, Group: ByteGroup, Step: ByteStep, LargestWeight: 63, WeightOffset: 64, HasUpperBits: true);

    /// <summary>
    /// <see cref="Bytes"/> for rows of which a few inputs are many times as large as all others: the inputs of each step have a multiplier of their own, a whole
    /// number, by which products are multiplied where they are added in pairs to 32 bits (vpmaddwd), instead of by one. So the others keep their precision, for
    /// one more load a row and step; weights are stored as for <see cref="Bytes"/>.
    /// </summary>
    public static readonly Int8Layout ScaledBytes = Bytes with { Name = nameof(ScaledBytes), HasUpperBits = false, LargestMultiplier = 256 };

    /// <summary>Inputs of 12 bits, weights of 8 bits, products of 16-bit numbers (vpmaddwd): about half the speed of <see cref="Bytes"/>.</summary>
    public static readonly Int8Layout Words =
        new(nameof(Words), InputBits: 12, InputSize: 2, Group: 2, Step: 2, LargestWeight: 127, WeightOffset: 0, HasUpperBits: false);

    /// <summary>
    /// Up to this model dimension inputs have 12 bits. So narrow a model is sensitive: of the words that a 128-wide one pronounces, 4.5 % change with 8-bit
    /// inputs and 1.25 % with 12-bit ones; and it is so small that its arithmetic is not what costs.
    /// </summary>
    public const int NarrowModelDimension = 128;

    /// <summary>The most that the magnitudes of four inputs may add to whose products are added in 16 bits; two less than fit, for they are rounded.</summary>
    public const int LargestSum = 256;

    /// <summary>
    /// The most that the inputs of a row, times the largest of their multipliers, may count to: four inputs have magnitudes of at most 258 together, and
    /// 2^19 / 4 · 258 · 63 is less than 2^31. What offsets of weights add on the way there may be more, for it is taken away exactly, modulo 2^32.
    /// </summary>
    public const int MaxMultipliedInputs = 1 << 19;

    /// <summary>
    /// What upper bits leave out of a weight, in sixteenths: with <c>u = 8·h + l</c>, l from 0 to 7 and 3.5 in the middle, <c>q = u - 64 = 8·(h - 7.5625)</c>
    /// give or take 3.5.
    /// </summary>
    public const int UpperBitsCentre = 121;

    /// <summary>Bytes after the integers of a quantised row, a cache line of their own: its scale, and the values with which its sums begin.</summary>
    public const int RowTail = 64;

    /// <summary>Bytes of one panel for one step.</summary>
    public int StepBytes => Step * PanelLayout.Width;

    /// <summary>Bytes of the inputs of one step, and of their multiplier, twice as a 16-bit integer, where they have one.</summary>
    public int StepInputBytes => (Step * InputSize) + (LargestMultiplier > 0 ? sizeof(int) : 0);

    /// <summary>The largest magnitude of a quantised input.</summary>
    public int LargestInput => (1 << (InputBits - 1)) - 1;

    /// <summary>The most inputs whose products, each as large as can be, have a sum in 32 bits; for wider layers inputs are quantised more coarsely.</summary>
    public int MaxInputs => int.MaxValue / ((LargestWeight + WeightOffset) * LargestInput);

    /// <summary>The format of a model's linear kernels.</summary>
    /// <param name="modelDimension">The model dimension.</param>
    /// <param name="hasLargeInputs">Whether a few of a kernel's inputs may be many times as large as all others.</param>
    public static Int8Layout For(int modelDimension, bool hasLargeInputs) => modelDimension <= NarrowModelDimension ? Words : hasLargeInputs ? ScaledBytes : Bytes;

    /// <summary>The format of a linear layer that stands alone: as that of a model that is as wide as its narrower side.</summary>
    /// <param name="inputs">The input width.</param>
    /// <param name="outputs">The output width.</param>
    public static Int8Layout OfLayer(int inputs, int outputs) => For(Math.Min(inputs, outputs), hasLargeInputs: false);

    /// <summary>The layout of weights whose inputs have so many bits.</summary>
    public static Int8Layout OfInputBits(int bits) => bits == Bytes.InputBits ? Bytes
        : bits == Words.InputBits ? Words
        : throw new ArgumentOutOfRangeException(nameof(bits), bits, "Quantised inputs have 8 or 12 bits.");

    /// <summary>Bytes of a quantised row, without its tail: of whole panels, which is what is quantised at once.</summary>
    public int RowBytes(int inputs) => PanelLayout.RoundUp(inputs) / Step * StepInputBytes;

    /// <summary>Inputs in whole steps.</summary>
    public int PaddedInputs(int inputs) => Steps(inputs) * Step;

    /// <summary>Steps over inputs; the last is filled with zeros.</summary>
    public int Steps(int inputs) => (inputs + Step - 1) / Step;
}
