namespace KernelGen.Execution;

/// <summary>The memory of one call, which is given back where the lease ends.</summary>
/// <param name="engine">The engine that it is rented from.</param>
/// <param name="workspace">The memory.</param>
internal readonly struct WorkspaceLease(Engine engine, Workspace workspace) : IDisposable
{
    /// <summary>The memory.</summary>
    public Workspace Workspace => workspace;

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => engine.Return(workspace);
}
