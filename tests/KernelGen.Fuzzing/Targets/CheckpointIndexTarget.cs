using KernelGen.Checkpoints;
using KernelGen.Fuzzing.Mutations;

namespace KernelGen.Fuzzing.Targets;

/// <summary>Indexes of checkpoints in several files: the names in them must not lead anywhere.</summary>
internal sealed class CheckpointIndexTarget : FuzzTarget
{
    public override string Name => "index";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        """
        {"metadata": {"total_size": 1234567890}, "weight_map": {
          "model.shared.weight": "model-00001-of-00002.safetensors", "model.encoder.layers.0.fc1.bias": "model-00002-of-00002.safetensors", "a\u00e9": "b"}}
        """u8.ToArray(),
        "{\"weight_map\":{\"a\":\"pytorch_model-00001-of-00001.bin\"}}"u8.ToArray(),
    ];

    public override byte[] Mutate(Random random, byte[] file) => JsonMutations.Mutate(random, file);

    public override bool Run(ReadOnlySpan<byte> file, int variant)
    {
        try
        {
            foreach ((_, string name) in CheckpointIndex.Parse("The stream", file))
            {
                if (Path.GetFileName(name) != name || Path.GetFullPath(Path.Combine("/folder", name)) != "/folder/" + name)
                {
                    throw new FindingException($"The name '{name}' leads elsewhere.");
                }
            }

            return true;
        }
        catch (CheckpointException exception)
        {
            return Refusal.Check(exception, "The stream");
        }
    }
}
