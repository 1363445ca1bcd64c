namespace KernelGen.Training;

/// <summary>What is done with a pair that a model cannot be trained with: one that is empty, longer than the model takes, or has a token out of range.</summary>
public enum InvalidPair
{
    /// <summary>Training or evaluating stops with an exception that says which pair it is, and what is wrong.</summary>
    Refuse,

    /// <summary>The pair is left out and counted.</summary>
    LeaveOut,
}
