using static KernelGen.Tests.SingleKernels.DeclaredKernels;

namespace KernelGen.Tests.SingleKernels;

/// <summary>Arguments that do not fit are refused by name, before anything is read or written.</summary>
[Collection(InstructionSetCollection.Name)]
public class HostileArgumentTests
{
    private static readonly float[] Numbers = new float[4096];

    /// <summary>What is called, the parameter that is named, and what is said of it.</summary>
    public static TheoryData<string, string, string> Calls => new()
    {
        { "softmax of part of a row", "row", "'row' has 36 numbers, which are no whole rows: a row has 37" },
        { "log-softmax of part of a row", "row", "a row has 63" },
        { "a causal mask over more rows than positions", "scores", "20 rows of 19 positions" },
        { "a padding mask of too many", "visible", "it is 0 to 19" },
        { "a padding mask of less than none", "visible", "it is 0 to 19" },
        { "a norm of part of a row", "x", "a row has 48" },
        { "a norm with a short scale", "scale", "'scale' has 47 numbers, but the scale of a row takes 48" },
        { "a norm with a long shift", "shift", "'shift' has 49 numbers" },
        { "a norm with a short result", "y", "'y' has 48 numbers, but what 'x' becomes takes 96" },
        { "a norm whose result overlaps", "y", "'y' overlaps 'x'; they must lie apart, or be the same memory" },
        { "a norm whose result is its scale", "y", "'y' overlaps 'scale'" },
        { "a layer of part of a row", "x", "a row has 48" },
        { "a layer with a short result", "y", "'y' has 143 numbers, but the result of 1 rows takes 144" },
        { "a layer in place", "y", "'y' overlaps 'x'; they must lie apart" },
        { "a layer without weights", "weights", "" },
        { "a layer with the weights of another", "weights", "'weights' are of a layer 48 → 80, but the kernel is 48 → 144" },
        { "a layer with weights for other bits", "weights", "packed for inputs of 12 bits, but the kernel's have 8" },
        { "a layer with a short residual", "residual", "'residual' has 47 numbers, but what is added to 'y' takes 48" },
        { "a layer whose result is its residual", "y", "'y' overlaps 'residual'" },
        { "attention to nothing", "keys", "attention needs at least one key" },
        { "attention to too much", "keys", "'keys' has 41 rows, but the kernel is generated for at most 40; set MaxLength in its attribute" },
        { "attention to keys without values", "values", "a value for each of 'keys'" },
        { "attention with a short result", "y", "what 'queries' become" },
        { "causal attention of more queries than keys", "queries", "the first would see nothing" },
        { "attention that hides all", "visible", "it is 1 to 2" },
        { "attention that shows too much", "visible", "it is 1 to 2" },
        { "attention in place", "y", "'y' overlaps 'queries'" },
        { "a token past the table", "tokens", "'tokens' holds 3 at index 1, but the table has the tokens 0 to 2" },
        { "a negative token", "tokens", "'tokens' holds -1 at index 0" },
        { "a short table", "table", "a table of 3 rows of 7" },
        { "fewer positions than tokens", "positions", "'positions' has 1 rows, which are too few for 2 tokens" },
        { "an embedding with a long result", "y", "a row of 7 for each of 1 tokens" },
    };

    [Theory]
    [MemberData(nameof(Calls))]
    public void They_are_refused_by_name(string call, string parameter, string message)
    {
        var exception = Assert.ThrowsAny<ArgumentException>(() => Make(call));
        Assert.Equal(parameter, exception.ParamName);
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_that_are_disposed_are_refused()
    {
        PackedLinear packed = Pack(48, 144);
        packed.Dispose();
        packed.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Linear48To144(new float[48], packed, new float[144]));
    }

    [Fact]
    public void Weights_that_do_not_fit_are_not_packed()
    {
        Assert.Equal("weight", Assert.Throws<ArgumentException>(static () => PackedLinear.Pack(new float[5], default, 2, 3)).ParamName);
        Assert.Equal("bias", Assert.Throws<ArgumentException>(static () => PackedLinear.Pack(new float[6], new float[2], 2, 3)).ParamName);
        Assert.Equal("inputs", Assert.Throws<ArgumentOutOfRangeException>(static () => PackedLinear.Pack(default, default, 0, 3)).ParamName);
        Assert.Equal("outputs", Assert.Throws<ArgumentOutOfRangeException>(static () => PackedLinear.Pack(default, default, 2, -1)).ParamName);
        Assert.Equal("precision", Assert.Throws<ArgumentOutOfRangeException>(static () => PackedLinear.Pack(new float[6], default, 2, 3, (WeightPrecision)99)).ParamName);
        Assert.Equal("inputBits", Assert.Throws<ArgumentOutOfRangeException>(static () => PackedLinear.Pack(new float[6], default, 2, 3, WeightPrecision.Int8, 9)).ParamName);
    }

    [Fact]
    public void No_rows_are_no_mistake()
    {
        using PackedLinear packed = Pack(48, 144);
        SoftmaxOf37(default);
        LogSoftmaxOf63(default);
        MaskCausal(default);
        MaskPadding(default, 3);
        Gelu(default);
        LayerNormOf48(default, Numbers.AsSpan(0, 48), Numbers.AsSpan(0, 48), default);
        Linear48To144(default, packed, default);
        Attend3Of16(default, new float[48], new float[48], default);
        Embed7(default, new float[21], default);
    }

    private static PackedLinear Pack(int inputs, int outputs, int? inputBits = null) =>
        PackedLinear.Pack(new float[inputs * outputs], default, inputs, outputs, inputBits is null ? WeightPrecision.Float32 : WeightPrecision.Int8, inputBits);

    private static void Make(string call)
    {
        Span<float> n = new float[4096];
        using PackedLinear wide = Pack(48, 144), narrow = Pack(48, 80), contracting = Pack(80, 48), of12Bits = Pack(35, 21, 12);
        switch (call)
        {
            case "softmax of part of a row": SoftmaxOf37(n[..36]); break;
            case "log-softmax of part of a row": LogSoftmaxOf63(n[..64]); break;
            case "a causal mask over more rows than positions": MaskCausal(n[..(20 * 19)]); break;
            case "a padding mask of too many": MaskPadding(n[..19], 20); break;
            case "a padding mask of less than none": MaskPadding(n[..19], -1); break;
            case "a norm of part of a row": LayerNormOf48(n[..47], Numbers.AsSpan(0, 48), Numbers.AsSpan(0, 48), n[100..147]); break;
            case "a norm with a short scale": LayerNormOf48(n[..48], Numbers.AsSpan(0, 47), Numbers.AsSpan(0, 48), n[100..148]); break;
            case "a norm with a long shift": LayerNormOf48(n[..48], Numbers.AsSpan(0, 48), Numbers.AsSpan(0, 49), n[100..148]); break;
            case "a norm with a short result": LayerNormOf48(n[..96], Numbers.AsSpan(0, 48), Numbers.AsSpan(0, 48), n[100..148]); break;
            case "a norm whose result overlaps": LayerNormOf48(n[..48], Numbers.AsSpan(0, 48), Numbers.AsSpan(0, 48), n[1..49]); break;
            case "a norm whose result is its scale": RmsNormOf32(n[..32], n[100..132], n[100..132]); break;
            case "a layer of part of a row": Linear48To144(n[..47], wide, n[1000..1144]); break;
            case "a layer with a short result": Linear48To144(n[..48], wide, n[1000..1143]); break;
            case "a layer in place": Linear48To144(n[..48], wide, n[47..191]); break;
            case "a layer without weights": Linear48To144(n[..48], null!, n[1000..1144]); break;
            case "a layer with the weights of another": Linear48To144(n[..48], narrow, n[1000..1144]); break;
            case "a layer with weights for other bits": Linear35To21PlusResidual(n[..35], of12Bits, n[100..121], n[200..221]); break;
            case "a layer with a short residual": Linear80To48PlusResidual(n[..80], contracting, n[100..147], n[200..248]); break;
            case "a layer whose result is its residual": Linear80To48PlusResidual(n[..80], contracting, n[200..248], n[200..248]); break;
            case "attention to nothing": Attend3Of16(n[..48], default, default, n[1000..1048]); break;
            case "attention to too much": Attend2Of21Padding(n[..42], new float[41 * 42], new float[41 * 42], 1, n[1000..1042]); break;
            case "attention to keys without values": Attend3Of16(n[..48], n[100..196], n[200..248], n[1000..1048]); break;
            case "attention with a short result": Attend3Of16(n[..96], n[100..196], n[200..296], n[1000..1048]); break;
            case "causal attention of more queries than keys": Attend3Of16Causal(n[..96], n[100..148], n[200..248], n[1000..1096]); break;
            case "attention that hides all": Attend2Of21Padding(n[..42], n[100..184], n[200..284], 0, n[1000..1042]); break;
            case "attention that shows too much": Attend2Of21Padding(n[..42], n[100..184], n[200..284], 3, n[1000..1042]); break;
            case "attention in place": Attend3Of16(n[..48], n[100..148], n[200..248], n[..48]); break;
            case "a token past the table": Embed7([0, 3], n[..21], n[100..114]); break;
            case "a negative token": Embed7([-1], n[..21], n[100..107]); break;
            case "a short table": Embed7([0], n[..20], n[100..107]); break;
            case "fewer positions than tokens": Embed48PlusPositions([1, 2], n[..960], n[1000..1048], n[2000..2096]); break;
            case "an embedding with a long result": Embed7([0], n[..21], n[100..108]); break;
            default: throw new InvalidOperationException($"There is no call '{call}'.");
        }
    }
}
