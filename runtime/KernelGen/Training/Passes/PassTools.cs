using KernelGen.Execution;
using KernelGen.Layout;
using KernelGen.Recipes;

namespace KernelGen.Training;

/// <summary>What both stacks compute with: the operations, and memory that lasts no longer than a sublayer.</summary>
/// <typeparam name="TKernels">The generated kernels.</typeparam>
internal sealed unsafe class PassTools<TKernels> : IDisposable
    where TKernels : struct, ITrainingKernels
{
    private readonly ModelDescription _model;
    private readonly int _wideStride;
    private readonly int _keysAndValuesStride;

    /// <summary>The operations of a model.</summary>
    public PassTools(TrainingParameters parameters, WorkerThreads workers)
    {
        _model = parameters.Description;
        Rows = new RowWork(workers);
        Linear = new LinearPass<TKernels>(parameters, workers, Rows);
        Norm = new NormPass<TKernels>(_model, workers, Rows);
        Attention = new AttentionPass<TKernels>(_model, parameters.Recipe.Layout, workers);
        FeedForward = new FeedForwardPass<TKernels>(_model, Linear, Rows, workers);
        Embedding = new EmbeddingPass<TKernels>(_model, workers);
        Output = new OutputLossPass<TKernels>(parameters, Linear, workers);
        foreach (WeightSlot slot in parameters.Recipe.Slots)
        {
            if (slot.Role == WeightRole.KeysAndValues)
            {
                _keysAndValuesStride = ModelLayout.RowStride(slot.Outputs);
            }
            else if (slot.Role == WeightRole.Input)
            {
                _wideStride = Math.Max(_wideStride, ModelLayout.RowStride(slot.Outputs));
            }
        }

        _wideStride = Math.Max(_wideStride, _model.FeedForwardStride);
    }

    /// <summary>Elements and columns of rows.</summary>
    public RowWork Rows { get; }

    /// <summary>Linear layers.</summary>
    public LinearPass<TKernels> Linear { get; }

    /// <summary>Norms.</summary>
    public NormPass<TKernels> Norm { get; }

    /// <summary>Attention.</summary>
    public AttentionPass<TKernels> Attention { get; }

    /// <summary>Feed-forward blocks.</summary>
    public FeedForwardPass<TKernels> FeedForward { get; }

    /// <summary>Embeddings.</summary>
    public EmbeddingPass<TKernels> Embedding { get; }

    /// <summary>The output projection and its loss.</summary>
    public OutputLossPass<TKernels> Output { get; }

    /// <summary>What a sublayer's operation reads in a pre-norm model.</summary>
    public float* Normalized { get; private set; }

    /// <summary>What a sublayer's operation computes: what it adds, or the gradient of what it read.</summary>
    public float* Result { get; private set; }

    /// <summary>The gradient of what a sublayer added, where some of it drops out.</summary>
    public float* Added { get; private set; }

    /// <summary>The gradient of the residual stream goes back and forth between this and another place.</summary>
    public float* Spare { get; private set; }

    /// <summary>The gradient of a context.</summary>
    public float* Context { get; private set; }

    /// <summary>The widest rows: activations of a feed-forward block, or gradients of queries, keys and values.</summary>
    public float* Wide { get; private set; }

    /// <summary>Gradients of the source's keys and values.</summary>
    public float* KeysAndValues { get; private set; }

    /// <summary>Their gradient with respect to what came out of the encoder.</summary>
    public float* Source { get; private set; }

    /// <summary>Two floats for each row of a norm.</summary>
    public float* Statistics { get; private set; }

    /// <summary>Takes memory.</summary>
    /// <param name="memory">The memory.</param>
    /// <param name="rows">The most rows of a stack.</param>
    /// <param name="sourceRows">The rows of the source.</param>
    public void Take(ref ActivationMemory memory, int rows, int sourceRows)
    {
        Normalized = memory.Take(rows, _model.ModelStride);
        Result = memory.Take(rows, _model.ModelStride);
        Added = memory.Take(rows, _model.ModelStride);
        Spare = memory.Take(rows, _model.ModelStride);
        Context = memory.Take(rows, _model.AttentionStride);
        Wide = memory.Take(rows, _wideStride);
        KeysAndValues = memory.Take(sourceRows, _keysAndValuesStride);
        Source = memory.Take(sourceRows, _model.ModelStride);
        Statistics = memory.Take(rows, 2);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Linear.Dispose();
        Attention.Dispose();
        Output.Dispose();
    }
}
