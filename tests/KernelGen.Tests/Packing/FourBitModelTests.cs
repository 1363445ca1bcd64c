using System.Text;
using KernelGen.Checkpoints;
using KernelGen.Packing;
using KernelGen.Recipes;
using KernelGen.Tests.Declarations;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.Packing;

/// <summary>Which layers of a model have 4-bit weights, and how a packed file says so.</summary>
public sealed class FourBitModelTests
{
    private static readonly int[] Source = [3, 4, 5, 6], Target = [1, 7, 8];

    [Fact]
    public void A_budget_of_nothing_gives_the_bits_of_8_bit_weights()
    {
        using EncoderDecoder eight = Load(nameof(WideOdd), WeightPrecision.Int8), four = Load(nameof(WideOdd), WeightPrecision.Int4, budget: 0);
        Assert.Equal(eight.WeightMemory, four.WeightMemory);
        BitAssert.Equal(eight.Logits(Source, Target), four.Logits(Source, Target), "logits");
    }

    [Fact]
    public void A_narrow_model_has_no_layers_with_4_bit_weights()
    {
        foreach (string name in new[] { nameof(GoldenVanilla), nameof(HeadsOf72) })
        {
            using EncoderDecoder eight = Load(name, WeightPrecision.Int8), four = Load(name, WeightPrecision.Int4, budget: 10);
            Assert.Equal(eight.WeightMemory, four.WeightMemory);
            BitAssert.Equal(eight.Logits(Source, Target), four.Logits(Source, Target), name);
        }
    }

    [Fact]
    public void A_layer_that_is_over_the_budget_keeps_8_bits()
    {
        Dictionary<string, Tensor> tensors = RandomCheckpoint.Create(WideOdd.Description);

        // One weight in 32 is so large that a scale leaves the others of its group two bits.
        float[] values = tensors["transformer.encoder.layers.0.linear1.weight"].Values;
        float typical = MathF.Sqrt(values.Average(static value => value * value));
        for (int i = 0; i < values.Length; i += 32)
        {
            values[i] = 16 * typical;
        }

        using EncoderDecoder model = DeclaredModels.Named(nameof(WideOdd)).Load(TensorFile.Write(tensors), InstructionSet.Portable, WeightPrecision.Int4);
        string all = Field(PackedBytes.Save(Loaded(nameof(WideOdd), WeightPrecision.Int4, null)));
        Assert.NotEqual(all, Field(PackedBytes.Save(model)));
        WeightSlot expand = ModelRecipe.Of(WideOdd.Description).Slots.Single(static slot => slot is { Stack: Recipes.Stack.Encoder, Layer: 0, Sublayer: 1, Role: WeightRole.Input });
        Assert.DoesNotContain(expand.Index, SlotSet.TryParse(Field(PackedBytes.Save(model)), 1000)!.Numbers);
    }

    [Fact]
    public void Layers_with_large_activations_and_the_output_projection_keep_8_bits()
    {
        SlotSet fourBits = SlotSet.TryParse(Field(PackedBytes.Save(Loaded(nameof(WideOddGated), WeightPrecision.Int4, 10))), 1000)!;
        ModelRecipe recipe = ModelRecipe.Of(WideOddGated.Description);
        Assert.False(fourBits.Contains(recipe.OutputSlot.Index));
        Assert.All(recipe.Slots, slot => Assert.Equal(
            slot.Layer >= 0 && slot.Role != WeightRole.Norm && !(slot.Role == WeightRole.Result && slot.Sublayer == (slot.Stack == Recipes.Stack.Encoder ? 1 : 2)),
            fourBits.Contains(slot.Index)));
    }

    [Theory]
    [InlineData(-0.5)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_budget_that_is_no_error_is_refused(double budget)
    {
        ArgumentOutOfRangeException exception = Assert.Throws<ArgumentOutOfRangeException>(() => Loaded(nameof(WideOdd), WeightPrecision.Int4, budget));
        Assert.Contains("Int4Budget", exception.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("0-3,5")]
    [InlineData("1,3,5-6,9")]
    public void Sets_of_slots_are_read_as_they_are_written(string text) => Assert.Equal(text, SlotSet.TryParse(text, 10)!.ToString());

    [Theory]
    [InlineData("10")]
    [InlineData("0-10")]
    [InlineData("3-2")]
    [InlineData("2-2")]
    [InlineData("1,2")]
    [InlineData("3,1")]
    [InlineData("1,1")]
    [InlineData("01")]
    [InlineData("+1")]
    [InlineData("-1")]
    [InlineData("1-")]
    [InlineData("1,")]
    [InlineData(" 1")]
    [InlineData("0-9,0-9")]
    [InlineData("0-2147483647")]
    [InlineData("99999999999")]
    [InlineData("one")]
    public void What_is_no_set_of_slots_is_not_read(string text) => Assert.Null(SlotSet.TryParse(text, 10));

    [Fact]
    public void Sets_of_slots_are_compared_by_what_they_hold()
    {
        Assert.Equal(new SlotSet(1, 2, 5), SlotSet.TryParse("1-2,5", 10));
        Assert.Equal(new SlotSet(1, 2, 5).GetHashCode(), new SlotSet(1, 2, 5).GetHashCode());
        Assert.NotEqual(new SlotSet(1, 2), new SlotSet(1, 2, 5));
        Assert.Equal(
            new LayoutFacts(WeightPrecision.Int4, false, false, false) { FourBits = SlotSet.Empty }, new LayoutFacts(WeightPrecision.Int4, false, false, false));
    }

    /// <summary>Each lie has a right checksum, and as many bytes as the truth where that is what it takes to be believed.</summary>
    [Fact]
    public void A_file_that_lies_about_its_layers_is_refused()
    {
        byte[] file = PackedBytes.Save(Loaded(nameof(WideOdd), WeightPrecision.Int4, null));
        string truth = Field(file);
        Assert.True(truth.Length > 4, truth);
        int embedding = ModelRecipe.Of(WideOdd.Description).Slots.First(static slot => slot.Role == WeightRole.Embedding).Index;
        foreach (string lie in new[] { "", $"{embedding}", "999", "x", truth + ",", new string('9', truth.Length), truth.Replace('-', '.') })
        {
            CheckpointException exception = Assert.Throws<CheckpointException>(() => PackedBytes.Open(WithField(file, lie), WideOdd.Description));
            Assert.Contains("damaged", exception.Message);
        }

        // Not said at all; said of a file whose weights cannot have 4 bits; and a file of another precision that says it has.
        Assert.Contains("not said", Refusal(PackedBytes.Save(Loaded(nameof(WideOdd), WeightPrecision.Int8, null)).WithByte(PackedBytes.Precision, (byte)WeightPrecision.Int4).Sealed()));
        Assert.Contains("FourBits", Refusal(file.WithByte(PackedBytes.Precision, (byte)WeightPrecision.Int8).Sealed()));

        static string Refusal(byte[] file) => Assert.Throws<CheckpointException>(() => PackedBytes.Open(file, WideOdd.Description)).Message;
    }

    [Fact]
    public void A_truncated_file_is_refused_wherever_it_ends()
    {
        byte[] file = PackedBytes.Save(Loaded(nameof(WideOdd), WeightPrecision.Int4, null));
        PackedBytes.Open(file, WideOdd.Description, verifiesChecksum: true).Memory.Dispose();
        for (int length = 0; length < file.Length; length += 1 + (file.Length / 97))
        {
            Assert.Throws<CheckpointException>(() => PackedBytes.Open(file[..length], WideOdd.Description));
        }
    }

    private static EncoderDecoder Load(string name, WeightPrecision precision, double? budget = null) => Loaded(name, precision, budget);

    private static EncoderDecoder Loaded(string name, WeightPrecision precision, double? budget)
    {
        DeclaredModel declared = DeclaredModels.Named(name);
        using Checkpoint checkpoint = Checkpoint.Open(FileMemory.Of(TensorFile.Write(RandomCheckpoint.Create(declared.Description))), FileMemory.Map);
        var options = new ModelLoadOptions { Precision = precision, Int4Budget = budget };
        PackedModel packed = WeightPacking.Pack(declared.Description, CheckpointTensors.Read(checkpoint, declared.Description), options);
        using (packed.Memory)
        {
            using var stream = new MemoryStream();
            PackedFile.Write(packed, stream);
            stream.Position = 0;
            return declared.Load(stream, InstructionSets.Best, null);
        }
    }

    /// <summary>What the header of a file says of its layers.</summary>
    private static string Field(byte[] file)
    {
        string header = Encoding.UTF8.GetString(file.AsSpan(PackedBytes.Fields, BitConverter.ToInt32(file, PackedBytes.FieldsLength)));
        return header.Split('\n').Single(static line => line.StartsWith("FourBits=", StringComparison.Ordinal))["FourBits=".Length..];
    }

    private static byte[] WithField(byte[] file, string text)
    {
        int length = BitConverter.ToInt32(file, PackedBytes.FieldsLength);
        string header = Encoding.UTF8.GetString(file.AsSpan(PackedBytes.Fields, length));
        byte[] changed = Encoding.UTF8.GetBytes(header.Replace($"FourBits={Field(file)}", $"FourBits={text}", StringComparison.Ordinal));
        byte[] copy = [.. file];
        copy.AsSpan(PackedBytes.Fields, length).Clear();
        changed.CopyTo(copy, PackedBytes.Fields);
        return copy.With(PackedBytes.FieldsLength, (uint)changed.Length).Sealed();
    }
}
