using KernelGen.Generator.Diagnostics;
using Snapshooter;
using Snapshooter.Xunit3;
using static KernelGen.Generator.Tests.GeneratorTest;

namespace KernelGen.Generator.Tests;

/// <summary>Texts that users read, kept beside this file in <c>__snapshots__</c>: a change of them shows in review.</summary>
public class SnapshotTests
{
    [Fact]
    public void Diagnostics_read_as_they_did() => string.Join(
        "\n",
        DiagnosticDescriptors.All.Select(static descriptor => $"{descriptor.Id} {descriptor.DefaultSeverity} {descriptor.Title}\n    {descriptor.MessageFormat}")).MatchSnapshot();

    /// <summary>
    /// Width 8 and heads of 4 fill no panel: paddings, masks and tails are in these files. So narrow a model has 12-bit inputs, prefetches nothing, and does not
    /// screen its output; what most models have is in <see cref="A_generated_file_of_a_wide_model_reads_as_it_did"/>.
    /// </summary>
    [Theory]
    [InlineData("Model")]
    [InlineData("Avx512")]
    [InlineData("Avx512.Attention")]
    [InlineData("Avx512.Embedding")]
    [InlineData("Avx512.KeyValueCache")]
    [InlineData("Avx512.Norm")]
    [InlineData("Avx512.Linear")]
    [InlineData("Avx512.LinearInt8")]
    [InlineData("Avx512.Output")]
    [InlineData("Avx512.Softmax")]
    [InlineData("Avx512.VectorMath")]
    [InlineData("Avx2.Linear")]
    [InlineData("Avx2.Norm")]
    [InlineData("Avx2.VectorMath")]
    [InlineData("Portable.Softmax")]
    [InlineData("Portable.VectorMath")]
    public void A_generated_file_reads_as_it_did(string part) =>
        Run(Model("Bart", "")).Results[0].GeneratedSources.Single(source => source.HintName == $"Tiny.{part}.g.cs").SourceText.ToString()
            .MatchSnapshot(SnapshotNameExtension.Create(part));

    /// <summary>8-bit inputs, panels that are prefetched, and an output that is screened by the upper bits of its weights; for one instruction set, since these are long.</summary>
    [Theory]
    [InlineData("Model")]
    [InlineData("Avx2.Attention")]
    [InlineData("Avx2.Linear")]
    [InlineData("Avx2.LinearInt8")]
    [InlineData("Avx2.LinearInt4")]
    [InlineData("Portable.LinearInt4")]
    [InlineData("Avx2.UpperBits")]
    public void A_generated_file_of_a_wide_model_reads_as_it_did(string part) =>
        Run(Model("Marian", "ModelDimension = 512, Heads = 8, FeedForwardDimension = 2048, EncoderLayers = 6, DecoderLayers = 6, VocabularySize = 58101, MaxSourceLength = 512, MaxTargetLength = 512"))
            .Results[0].GeneratedSources.Single(source => source.HintName == $"Tiny.{part}.g.cs").SourceText.ToString()
            .MatchSnapshot(SnapshotNameExtension.Create(part));

    /// <summary>What trains a narrow model, for one instruction set.</summary>
    [Theory]
    [InlineData("Model")]
    [InlineData("Avx2")]
    [InlineData("Avx2.Activation")]
    [InlineData("Avx2.CrossEntropy")]
    [InlineData("Avx2.Head")]
    [InlineData("Avx2.NormGradient")]
    [InlineData("Avx2.SoftmaxGradient")]
    [InlineData("Avx2.TrainingLinear")]
    [InlineData("Avx2.WeightGradient")]
    public void A_generated_file_of_a_trainable_model_reads_as_it_did(string part) =>
        Run(Model("Bart", "Trainable = true")).Results[0].GeneratedSources.Single(source => source.HintName == $"Tiny.{part}.g.cs").SourceText.ToString()
            .MatchSnapshot(SnapshotNameExtension.Create(part));

    /// <summary>Inputs with multipliers beside those without, as T5's feed-forward blocks have them.</summary>
    [Fact]
    public void A_generated_file_of_a_model_with_large_activations_reads_as_it_did() =>
        Run(Model("T5", "ModelDimension = 512, Heads = 8, FeedForwardDimension = 2048, EncoderLayers = 6, DecoderLayers = 6, VocabularySize = 32128, MaxSourceLength = 512, MaxTargetLength = 512, ScaleOutput = true"))
            .Results[0].GeneratedSources.Single(static source => source.HintName == "Tiny.Avx512.LinearInt8.g.cs").SourceText.ToString()
            .MatchSnapshot();

    [Fact]
    public void Generated_files_are_named_as_they_were() =>
        string.Join("\n", Run(Model("Bart", "")).Results[0].GeneratedSources.Select(static source => source.HintName).Order(StringComparer.Ordinal)).MatchSnapshot();
}
