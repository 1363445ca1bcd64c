using KernelGen.Checkpoints;
using KernelGen.Execution;

namespace KernelGen.Tests.Checkpoints;

/// <summary>Checkpoints of T5, M2M100 and PEGASUS that do not fit: each message says what is wrong and what to declare.</summary>
public sealed class FamilyCheckpointsTests
{
    private const string EncoderBias = "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight";
    private const string EncoderGate = "encoder.block.0.layer.1.DenseReluDense.wi_0.weight";

    private static readonly ModelDescription T5 = SmallCheckpoints.T5;

    [Fact]
    public void Files_of_each_family_fit()
    {
        foreach (ModelDescription model in new[] { T5, SmallCheckpoints.M2M100, SmallCheckpoints.Pegasus })
        {
            Assert.Empty(Problems(SmallCheckpoints.File(model), model));
        }
    }

    [Fact]
    public void Another_number_of_buckets_or_heads_is_named()
    {
        CheckpointProblems buckets = Problems(SmallCheckpoints.File(T5), T5 with { RelativePositionBuckets = 32 });
        Assert.Equal("RelativePositionBuckets = 32, but 2 tensors say 8", Assert.Single(buckets.Causes).Message);
        Assert.Contains("expects [32, 2] ([buckets, heads]). Correct RelativePositionBuckets, or load the matching file.", buckets[0].Message, StringComparison.Ordinal);

        CheckpointProblems width = Problems(SmallCheckpoints.File(T5), T5 with { HeadDimension = 5 });
        Assert.Equal(new CheckpointCause("HeadDimension = 5, but 16 tensors say 3", 16, "HeadDimension", 5, 3), Assert.Single(width.Causes));
        Assert.Contains("([2 · head dimension, model dimension]). Correct HeadDimension", width[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_table_of_relative_positions_is_named()
    {
        CheckpointException problem = Assert.Single(Problems(SmallCheckpoints.File(T5).Remove(EncoderBias), T5));
        Assert.Equal(EncoderBias, problem.TensorName);
        Assert.Contains("which the declaration of 'Small' (T5) expects", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_output_projection_that_is_missing_is_the_embedding_only_where_that_is_declared()
    {
        SafetensorsBuilder file = SmallCheckpoints.File(T5).Remove("lm_head.weight");
        CheckpointException problem = Assert.Single(Problems(file, T5));
        Assert.Equal("lm_head.weight", problem.TensorName);
        Assert.Contains("is declared with TieEmbeddings = true", problem.Message, StringComparison.Ordinal);
        Assert.Empty(Problems(file, T5 with { TieEmbeddings = true }));

        // A file that has one has no need of the declaration, and does not contradict it.
        CheckpointProblems own = Problems(SmallCheckpoints.File(T5), T5 with { TieEmbeddings = true });
        Assert.Empty(own);
        Assert.Empty(own.Notices);
    }

    [Fact]
    public void Gates_are_not_left_out()
    {
        CheckpointProblems undeclared = Problems(SmallCheckpoints.File(T5), T5 with { GatedFeedForward = false });
        Assert.Equal(EncoderGate, undeclared[0].TensorName);
        Assert.Contains("would be left out", undeclared[0].Message, StringComparison.Ordinal);
        Assert.Contains("Declare GatedFeedForward = true", undeclared[0].Message, StringComparison.Ordinal);
        Assert.EndsWith(": GatedFeedForward = false, but the file has gates.", undeclared.ToException().Message, StringComparison.Ordinal);

        // A file that has both kinds of blocks is of neither.
        SafetensorsBuilder both = SmallCheckpoints.File(T5);
        foreach (string name in both.Names.Where(static name => name.EndsWith("wi_1.weight", StringComparison.Ordinal)).ToArray())
        {
            both.AddRamp(name.Replace("wi_1", "wi", StringComparison.Ordinal), SmallCheckpoints.Inner, SmallCheckpoints.Width);
        }

        Assert.All(Problems(both, T5 with { GatedFeedForward = false }), static problem => Assert.Contains("would be left out", problem.Message, StringComparison.Ordinal));
        Assert.Equal(3, Problems(both, T5).Count);

        SafetensorsBuilder ungated = SmallCheckpoints.File(T5).Rename(static name => name.Replace("wi_1", "wi", StringComparison.Ordinal));
        foreach (string name in ungated.Names.Where(static name => name.EndsWith("wi_0.weight", StringComparison.Ordinal)).ToArray())
        {
            ungated.Remove(name);
        }

        Assert.Empty(Problems(ungated, T5 with { GatedFeedForward = false }));
        Assert.EndsWith(": GatedFeedForward = true, but the file has no gates.", Problems(ungated, T5).ToException().Message, StringComparison.Ordinal);
    }

    /// <summary>A model that leaves a tensor out answers, but wrongly: T5 has no biases, and only UMT5 has relative positions of every layer.</summary>
    [Theory]
    [InlineData("encoder.block.1.layer.0.SelfAttention.q.bias")]
    [InlineData("decoder.block.0.layer.2.DenseReluDense.wo.bias")]
    [InlineData("decoder.block.0.layer.1.layer_norm.bias")]
    [InlineData("encoder.final_layer_norm.bias")]
    [InlineData("encoder.block.1.layer.0.SelfAttention.q.lora_A.weight")]
    public void What_t5_has_no_place_for_is_refused(string name)
    {
        CheckpointException problem = Assert.Single(Problems(SmallCheckpoints.File(T5).AddRamp(name, SmallCheckpoints.Width), T5));
        Assert.Equal(name, problem.TensorName);
        Assert.EndsWith("would be left out: the declaration of 'Small' (T5) has no place for it. Load the matching file.", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Umt5_is_not_taken_for_t5()
    {
        CheckpointProblems problems = Problems(SmallCheckpoints.File(T5).AddRamp("encoder.block.1.layer.0.SelfAttention.relative_attention_bias.weight", 8, 2), T5);
        Assert.Contains("looks like a Hugging Face UMT5 or LongT5 checkpoint, which no architecture reads", Assert.Single(problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_transformers_leaves_out_is_left_out()
    {
        SafetensorsBuilder t5 = SmallCheckpoints.File(T5).AddRamp("decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight", 8, 2);
        Assert.Empty(Problems(t5, T5));
        foreach (ModelDescription model in new[] { SmallCheckpoints.M2M100, SmallCheckpoints.Pegasus, SmallCheckpoints.Marian })
        {
            SafetensorsBuilder file = SmallCheckpoints.File(model).AddRamp("model.encoder.embed_positions.weight", 20, 4).AddRamp("model.decoder.embed_positions.weights", 20, 4);
            Assert.Empty(Problems(file, model));
        }
    }

    [Fact]
    public void Each_family_is_told_from_the_others()
    {
        foreach ((ModelDescription written, ModelDescription declared, string name) in new[]
        {
            (T5, SmallCheckpoints.Bart, "Hugging Face T5 checkpoint: declare Architecture.T5"),
            (SmallCheckpoints.M2M100, SmallCheckpoints.Marian, "Hugging Face M2M100 checkpoint: declare Architecture.M2M100"),
            (SmallCheckpoints.Pegasus, SmallCheckpoints.M2M100, "Hugging Face PEGASUS checkpoint: declare Architecture.Pegasus"),
            (SmallCheckpoints.Marian, SmallCheckpoints.Pegasus, "Hugging Face Marian checkpoint: declare Architecture.Marian"),
        })
        {
            Assert.Contains(Problems(SmallCheckpoints.File(written), declared), problem => problem.Message.Contains(name, StringComparison.Ordinal));
        }
    }

    private static CheckpointProblems Problems(SafetensorsBuilder builder, ModelDescription model)
    {
        using SafetensorsFile file = builder.Open();
        return CheckpointTensors.FindProblems(file, model);
    }
}
