using KernelGen.Layout;

namespace KernelGen.Execution;

/// <summary>
/// Shares the work of a call among threads: of a linear layer the output columns, of attention the sequences, or the rows or heads of a long one. Which thread computes what does not show in
/// the bits, because no sum is split. Belongs to a workspace, whose calls reuse its delegates.
/// </summary>
internal sealed unsafe class WorkSharing
{
    /// <summary>Multiplications below which handing out the work takes longer than doing it.</summary>
    private const long LeastWork = 1 << 19;

    private readonly Action<int> _runLinearPart;
    private readonly Action<int> _runAttentionPart;
    private readonly Action<int> _runRowsPart;
    private readonly Action<int> _runHeadsPart;
    private delegate*<byte*, int, in LinearWeights, float*, float*, int, int, void> _kernel;
    private byte* _input;
    private int _rows;
    private LinearWeights _weights;
    private float* _residual;
    private float* _output;
    private int _panels;
    private AttentionTask[] _tasks = [];
    private int _taskCount;
    private Engine? _engine;
    private readonly Workspace _workspace;
    private readonly SharedParts _parts = new();

    public WorkSharing(Workspace workspace)
    {
        _workspace = workspace;
        _runLinearPart = RunLinearPart;
        _runAttentionPart = RunAttentionPart;
        _runRowsPart = RunRowsPart;
        _runHeadsPart = RunHeadsPart;
    }

    /// <summary>How many threads share the work of this call.</summary>
    public int Threads { get; set; } = 1;

    /// <summary>Runs a linear kernel over all of its columns.</summary>
    /// <param name="kernel">The kernel.</param>
    /// <param name="input">As the kernel takes it.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="inputs">The number of inputs.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="residual">The residual, or <see langword="null"/>.</param>
    /// <param name="output">The output.</param>
    /// <param name="panels">The number of panels of columns.</param>
    /// <exception cref="OperationCanceledException">The call is cancelled.</exception>
    public void Linear(
        delegate*<byte*, int, in LinearWeights, float*, float*, int, int, void> kernel,
        byte* input,
        int rows,
        int inputs,
        in LinearWeights weights,
        float* residual,
        float* output,
        int panels)
    {
        // Every sublayer begins with a linear layer, so a cancelled call stops well within a decoding step, or within an encoder layer of a long source.
        _workspace.Cancellation.ThrowIfCancellationRequested();
        if (Threads == 1 || panels < 2 * PanelLayout.Group || (long)rows * inputs * panels * PanelLayout.Width < LeastWork)
        {
            kernel(input, rows, in weights, residual, output, 0, panels);
            return;
        }

        _kernel = kernel;
        _input = input;
        _rows = rows;
        _weights = weights;
        _residual = residual;
        _output = output;
        _panels = panels;
        _parts.Run(Threads, _runLinearPart);
    }

    /// <summary>Makes room for the attention of a layer.</summary>
    public Span<AttentionTask> Tasks(int count) => ReusedArray.Take(ref _tasks, count);

    /// <summary>Runs the first of <see cref="Tasks"/>.</summary>
    /// <exception cref="OperationCanceledException">The call is cancelled.</exception>
    public void Attention(Engine engine, int count)
    {
        _engine = engine;
        _taskCount = count;
        if (Threads > 1 && count == 1 && _tasks[0].Kind != AttentionKind.Hypotheses && _tasks[0].Rows >= 2 * AttentionTask.BlockRows)
        {
            engine.AppendKeysAndValues(_workspace, in _tasks[0]);
            _parts.Run(Threads, _runRowsPart);
        }
        else if (Threads > 1 && count == 1 && SharesHeads(engine.Description))
        {
            _parts.Run(Threads, _runHeadsPart);
        }
        else if (Threads == 1 || count == 1)
        {
            RunTasks(0, count, part: 0);
        }
        else
        {
            _parts.Run(Threads, _runAttentionPart);
        }

        // A workspace that waits for the next call must not hold the model.
        _engine = null;
        _workspace.Cancellation.ThrowIfCancellationRequested();
    }

    private void RunLinearPart(int part)
    {
        int groups = PanelLayout.Groups(_panels);
        int first = (int)((long)groups * part / Threads) * PanelLayout.Group;
        int end = Math.Min((int)((long)groups * (part + 1) / Threads) * PanelLayout.Group, _panels);
        if (first < end)
        {
            _kernel(_input, _rows, in _weights, _residual, _output, first, end);
        }
    }

    private void RunAttentionPart(int part) => RunTasks((int)((long)_taskCount * part / Threads), (int)((long)_taskCount * (part + 1) / Threads), part);

    private void RunRowsPart(int part)
    {
        int rows = _tasks[0].Rows;
        int blocks = (rows + AttentionTask.BlockRows - 1) / AttentionTask.BlockRows;
        int first = (int)((long)blocks * part / Threads) * AttentionTask.BlockRows;
        int end = Math.Min((int)((long)blocks * (part + 1) / Threads) * AttentionTask.BlockRows, rows);
        if (first < end)
        {
            _engine!.AttendRows(_workspace, in _tasks[0], first, end, part);
        }
    }

    /// <summary>Whether few rows of one sequence see so much of a source that its heads are worth sharing.</summary>
    private bool SharesHeads(ModelDescription model) =>
        _tasks[0].Kind == AttentionKind.Cross && model.Heads > 1 && (long)_tasks[0].Rows * _tasks[0].Cached * model.AttentionWidth >= LeastWork;

    private void RunHeadsPart(int part)
    {
        int heads = _engine!.Description.Heads;
        int first = (int)((long)heads * part / Threads);
        int end = (int)((long)heads * (part + 1) / Threads);
        if (first < end)
        {
            _engine.AttendHeads(_workspace, in _tasks[0], first, end, part);
        }
    }

    private void RunTasks(int first, int end, int part)
    {
        for (int i = first; i < end && !_workspace.Cancellation.IsCancellationRequested; i++)
        {
            _engine!.Attend(_workspace, in _tasks[i], part);
        }
    }
}
