using KernelGen.Checkpoints;
using KernelGen.Execution;

namespace KernelGen.Fuzzing.Targets;

/// <summary>Lists and reads the tensors of a checkpoint that may hold anything.</summary>
internal static class CheckpointUse
{
    /// <summary>Reads all tensors that can be, and says all that does not fit a model.</summary>
    public static void ReadTensors(Stream stream, ModelDescription description)
    {
        using Checkpoint file = Checkpoint.Open(stream);
        foreach (TensorInfo tensor in file.Tensors.Values)
        {
            if (tensor.ReadingProblem is { } problem)
            {
                Refusal.Check(problem, "The stream");
                continue;
            }

            float[] values = new float[tensor.ElementCount];
            tensor.CopyTo(values);
        }

        Refusal.CheckText(new CheckpointFamily(file, Architecture.Marian).Hint("encoder.norm.weight") ?? "");
        CheckpointProblems problems = CheckpointTensors.FindProblems(file, description);
        foreach (CheckpointException problem in problems)
        {
            Refusal.Check(problem, "The stream");
        }

        foreach (CheckpointCause cause in problems.Causes)
        {
            Refusal.CheckText(cause.Message);
        }
    }
}
