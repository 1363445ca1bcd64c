namespace KernelGen.Execution;

/// <summary>Tells which tokens may not come next, whatever their logits are.</summary>
internal interface IForbiddenTokens
{
    /// <summary>Makes the logits of tokens that may not come next minus infinity, and leaves the others as they are.</summary>
    /// <param name="row">The row of the step.</param>
    /// <param name="logits">Its logits, which may be approximate.</param>
    void Forbid(int row, Span<float> logits);
}
