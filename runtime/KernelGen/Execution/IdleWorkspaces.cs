namespace KernelGen.Execution;

/// <summary>
/// The workspaces that calls have left for later ones, the last first, whose memory is warmest. They are kept here and nowhere else, in no slot of a thread:
/// a model that nobody refers to any more is freed with them, though the threads that called it live on.
/// </summary>
internal sealed class IdleWorkspaces
{
    private readonly Stack<Workspace> _workspaces = [];

    /// <summary>The bytes of native memory that they have.</summary>
    public long Bytes
    {
        get
        {
            lock (_workspaces)
            {
                long bytes = 0;
                foreach (Workspace workspace in _workspaces)
                {
                    bytes += workspace.Bytes;
                }

                return bytes;
            }
        }
    }

    /// <summary>Takes a workspace out; <see langword="null"/> when there is none.</summary>
    public Workspace? Take()
    {
        lock (_workspaces)
        {
            return _workspaces.TryPop(out Workspace? workspace) ? workspace : null;
        }
    }

    /// <summary>Keeps a workspace for a later call.</summary>
    public void Add(Workspace workspace)
    {
        lock (_workspaces)
        {
            _workspaces.Push(workspace);
        }
    }
}
