using KernelGen.Checkpoints;
using KernelGen.Execution;
using KernelGen.Packing;

namespace KernelGen.Tests.Checkpoints;

/// <summary>What does not fit, as it is told: first what explains it, and the same by who loads and by who only checks.</summary>
public sealed class CheckpointProblemsTests
{
    private static readonly ModelDescription[] Models =
    [
        SmallCheckpoints.Vanilla, SmallCheckpoints.Marian, SmallCheckpoints.Bart, SmallCheckpoints.M2M100, SmallCheckpoints.T5, SmallCheckpoints.Pegasus,
    ];

    [Fact]
    public void One_wrong_number_is_one_cause_of_many_problems()
    {
        ModelDescription model = SmallCheckpoints.Marian;
        using SafetensorsFile file = SmallCheckpoints.File(model).Open();
        CheckpointProblems problems = CheckpointTensors.FindProblems(file, model with { ModelDimension = 8 });
        int wrong = file.Tensors.Values.Count(static tensor => tensor.Shape.Contains(4));
        CheckpointCause cause = Assert.Single(problems.Causes);
        Assert.Equal(new CheckpointCause($"ModelDimension = 8, but {wrong} tensors say 4", wrong, "ModelDimension", 8, 4), cause);
        Assert.Equal(wrong, problems.Count);
        CheckpointException exception = problems.ToException();
        Assert.StartsWith(problems[0].Message, exception.Message, StringComparison.Ordinal);
        Assert.EndsWith($"In all there are {wrong} such problems: ModelDimension = 8, but {wrong} tensors say 4.", exception.Message, StringComparison.Ordinal);
        Assert.Equal("model.shared.weight", exception.TensorName);
    }

    [Fact]
    public void Several_wrong_numbers_are_told_apart_in_the_order_of_what_they_explain()
    {
        ModelDescription model = SmallCheckpoints.Vanilla;
        using SafetensorsFile file = SmallCheckpoints.File(model).Open();
        CheckpointProblems problems = CheckpointTensors.FindProblems(file, model with { FeedForwardDimension = 9, TargetVocabularySize = 11, EncoderLayers = 3 });
        Assert.Equal(
            ["EncoderLayers = 3, but the file has 2", "FeedForwardDimension = 9, but 9 tensors say 6", "TargetVocabularySize = 11, but 3 tensors say 7"],
            problems.Causes.Select(static cause => cause.Message));

        // Joint projections have three times the width.
        Assert.Contains(
            CheckpointTensors.FindProblems(file, model with { ModelDimension = 2 }).Causes, static cause => cause is { Property: "ModelDimension", Declared: 2, Found: 4 });
    }

    [Fact]
    public void Layers_that_a_file_does_not_have_are_one_problem()
    {
        using SafetensorsFile file = SmallCheckpoints.File(SmallCheckpoints.Bart).Open();
        CheckpointException problem = Assert.Single(CheckpointTensors.FindProblems(file, SmallCheckpoints.Bart with { EncoderLayers = 100 }));
        Assert.Contains("has 2 layers", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_problem_stands_for_itself()
    {
        SafetensorsBuilder builder = SmallCheckpoints.File(SmallCheckpoints.Marian).Remove("model.decoder.layers.0.fc1.bias").AddRamp("model.decoder.layers.0.fc1.bias", 8);
        using SafetensorsFile file = builder.Open();
        CheckpointProblems problems = CheckpointTensors.FindProblems(file, SmallCheckpoints.Marian);
        Assert.Empty(problems.Causes);
        Assert.Same(Assert.Single(problems), problems.ToException());
    }

    [Fact]
    public void Another_family_is_the_cause_of_all_problems()
    {
        using SafetensorsFile file = SmallCheckpoints.File(SmallCheckpoints.Bart).Open();
        CheckpointCause cause = CheckpointTensors.FindProblems(file, SmallCheckpoints.Vanilla).Causes[0];
        Assert.Equal("The file looks like a Hugging Face BART checkpoint: declare Architecture.Bart, or load the matching file", cause.Message);
    }

    [Fact]
    public void A_part_of_a_checkpoint_is_said_to_be_one()
    {
        using var folder = new TemporaryFolder();
        SafetensorsBuilder part = new SafetensorsBuilder().AddRamp("model.encoder.layers.0.self_attn.q_proj.weight", 4, 4).AddRamp("model.decoder.layers.0.self_attn.q_proj.weight", 4, 4);
        string path = folder.Write("model-00001-of-00003.safetensors", part.ToArray());
        using Checkpoint file = Checkpoint.Open(path);
        CheckpointException exception = Assert.Throws<CheckpointException>(() => CheckpointTensors.Read(file, SmallCheckpoints.Marian));
        Assert.Contains("By its name the file is part 1 of 3 of a checkpoint: load 'model.safetensors.index.json'", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Declare", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Llama", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_head_that_contradicts_a_declared_tie_is_noticed()
    {
        using SafetensorsFile tied = SmallCheckpoints.File(SmallCheckpoints.Marian).Open();
        Assert.Empty(CheckpointTensors.FindProblems(tied, SmallCheckpoints.Marian).Notices);

        using SafetensorsFile own = SmallCheckpoints.File(SmallCheckpoints.Marian).AddRamp("lm_head.weight", 7, 4).Open();
        CheckpointProblems problems = CheckpointTensors.FindProblems(own, SmallCheckpoints.Marian);
        Assert.Empty(problems);
        Assert.Contains("'lm_head.weight', which differs from the target embedding, and 'Small' is declared with TieEmbeddings = true", Assert.Single(problems.Notices), StringComparison.Ordinal);
        Assert.Empty(CheckpointTensors.FindProblems(own, SmallCheckpoints.Marian with { TieEmbeddings = false }).Notices);
    }

    /// <summary>Whatever a checkpoint lacks, has too much of or has wrong: who checks it and who loads it say the same.</summary>
    [Fact]
    public void Checking_and_loading_agree_on_every_damaged_checkpoint()
    {
        var random = new Random(20261129);
        int accepted = 0;
        for (int i = 0; i < 3000; i++)
        {
            ModelDescription model = Models[random.Next(Models.Length)];
            SafetensorsBuilder builder = SmallCheckpoints.File(Models[random.Next(20) == 0 ? random.Next(Models.Length) : Array.IndexOf(Models, model)]);
            for (int changes = random.Next(4); changes > 0; changes--)
            {
                Damage(random, builder);
            }

            model = Misdeclare(random, model);
            using SafetensorsFile file = builder.Open();
            CheckpointProblems problems = CheckpointTensors.FindProblems(file, model);
            try
            {
                CheckpointTensors tensors = CheckpointTensors.Read(file, model);
                Assert.Empty(problems);
                Assert.DoesNotContain(tensors.Recipe.Tensors, tensor => tensor.Sublayer is not null && tensors.Weight(tensor).IsMissing);
                WeightsArePacked(model, tensors);
                accepted++;
            }
            catch (CheckpointException exception)
            {
                Assert.NotEmpty(problems);
                Assert.Equal(problems[0].TensorName, exception.TensorName);
                Assert.StartsWith(problems[0].Message, exception.Message, StringComparison.Ordinal);
            }
        }

        Assert.InRange(accepted, 100, 2900);
    }

    /// <summary>What has no problems can be packed, which is the rest of loading.</summary>
    private static void WeightsArePacked(ModelDescription model, CheckpointTensors tensors)
    {
        using System.Runtime.InteropServices.SafeHandle memory = WeightPacking.Pack(model, tensors).Memory;
        Assert.False(memory.IsInvalid);
    }

    private static void Damage(Random random, SafetensorsBuilder builder)
    {
        string[] names = [.. builder.Names];
        string name = names[random.Next(names.Length)];
        switch (random.Next(6))
        {
            case 0:
                builder.Remove(name);
                break;
            case 1:
                builder.Remove(name).AddRamp(name, random.Next(1, 8), 4);
                break;
            case 2:
                builder.Remove(name).AddBytes(name, "I64", [1], new byte[8]);
                break;
            case 3:
                builder.Remove(name).Add(name, [4], [1, float.NaN, 2, 3]);
                break;
            case 4:
                string[] others =
                [
                    "lm_head.weight", "model.encoder.layers.2.fc1.bias", "model.encoder.layers.-1.fc1.bias", "model.encoder.layer_norm.weight", "model.decoder.embed_tokens.weight", "generator.bias",
                    "encoder.block.1.layer.0.SelfAttention.q.bias", "encoder.block.0.layer.1.DenseReluDense.wi.weight", "encoder.block.1.layer.0.SelfAttention.relative_attention_bias.weight",
                ];
                string other = others[random.Next(others.Length)];
                if (!names.Contains(other))
                {
                    builder.AddRamp(other, 7, 4);
                }

                break;
            default:
                builder.Rename(old => old == name ? name + ".old" : old);
                break;
        }
    }

    private static ModelDescription Misdeclare(Random random, ModelDescription model) => random.Next(12) switch
    {
        0 => model with { EncoderLayers = random.Next(1, 4) },
        1 => model with { DecoderLayers = random.Next(1, 4) },
        2 => model with { FeedForwardDimension = 7 },
        3 => model with { TargetVocabularySize = random.Next(5, 9) },
        4 => model with { TieEmbeddings = !model.TieEmbeddings },
        5 when model.Architecture != Architecture.T5 => model with { OutputBias = !model.OutputBias },
        6 => model with { MaxSourceLength = 20 },
        7 when model.PositionalEncoding == PositionalEncoding.Relative => model with { RelativePositionBuckets = 6 },
        8 when model.Architecture == Architecture.T5 => model with { GatedFeedForward = false },
        _ => model,
    };
}
