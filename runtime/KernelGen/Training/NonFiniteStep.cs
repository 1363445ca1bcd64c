namespace KernelGen.Training;

/// <summary>What is done with a step whose loss or gradient is NaN or infinite. The weights are left as they were in any case.</summary>
public enum NonFiniteStep
{
    /// <summary>Training stops with a <see cref="NonFiniteException"/> that names the weights.</summary>
    Stop,

    /// <summary>The step is left out and counted; training stops where a hundred in a row are.</summary>
    Skip,
}
