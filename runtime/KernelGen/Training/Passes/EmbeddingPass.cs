using KernelGen.Execution;
using KernelGen.Layout;
using KernelGen.Packing;

namespace KernelGen.Training;

/// <summary>The embedding of tokens and positions, forwards and backwards.</summary>
/// <typeparam name="TKernels">The generated kernels.</typeparam>
internal sealed unsafe class EmbeddingPass<TKernels>(ModelDescription model, WorkerThreads workers) : SharedRange(workers)
    where TKernels : struct, ITrainingKernels
{
    /// <summary>Sequences that a thread takes at a time.</summary>
    private const int SequencesAtOnce = 8;

    private readonly float _scale = model.ScaleEmbedding ? (float)Math.Sqrt(model.ModelDimension) : 1;
    private bool _isForward;
    private int[] _tokens = [];
    private SequenceRows _sequences;
    private PackedStack _stack = null!;
    private float* _positions;
    private float* _rows;

    /// <summary>Embeds the tokens of all sequences.</summary>
    /// <param name="tokens">The tokens, at least as many as there are rows.</param>
    /// <param name="sequences">Where each sequence begins.</param>
    /// <param name="stack">The weights.</param>
    /// <param name="output"><c>[rows, model dimension]</c>.</param>
    public void Forward(int[] tokens, SequenceRows sequences, PackedStack stack, float* output)
    {
        _isForward = true;
        Begin(tokens, sequences, stack, output);
        ShareRows(sequences.Count, SequencesAtOnce);
    }

    /// <summary>Adds the gradients of rows to those of their tokens' embeddings, in the order of the rows, and to those of learned positions.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="sequences">Where each sequence begins.</param>
    /// <param name="gradients">The gradients of the weights.</param>
    /// <param name="learnsPositions">Whether positions are learned.</param>
    /// <param name="gradient"><c>[rows, model dimension]</c>.</param>
    public void Backward(int[] tokens, SequenceRows sequences, PackedStack gradients, bool learnsPositions, float* gradient)
    {
        _isForward = false;
        _positions = learnsPositions ? gradients.Positions : null;
        Begin(tokens, sequences, gradients, gradient);
        ShareColumns(model.ModelDimension);
    }

    /// <inheritdoc/>
    protected override void Run(int first, int end)
    {
        if (_isForward)
        {
            Embed(first, end);
        }
        else
        {
            AddColumns(first, end);
        }
    }

    private void Begin(int[] tokens, SequenceRows sequences, PackedStack stack, float* rows)
    {
        _tokens = tokens;
        _sequences = sequences;
        _stack = stack;
        _rows = rows;
    }

    private void Embed(int firstSequence, int endSequence)
    {
        for (int sequence = firstSequence; sequence < endSequence; sequence++)
        {
            int first = _sequences.First(sequence);
            for (int i = 0; i < _sequences.Length(sequence); i++)
            {
                float* position = _stack.Positions == null ? null : _stack.Positions + ((long)i * model.ModelStride);
                TKernels.Embed(_tokens[first + i], _stack.Embedding, position, _rows + ((long)(first + i) * model.ModelStride));
            }
        }
    }

    private void AddColumns(int firstColumn, int endColumn)
    {
        float* row = _rows;
        for (int sequence = 0; sequence < _sequences.Count; sequence++)
        {
            int first = _sequences.First(sequence);
            int length = _sequences.Length(sequence);
            for (int i = 0; i < length; i++, row += model.ModelStride)
            {
                int token = _tokens[first + i];
                float* column = _stack.Embedding + ((long)(token / PanelLayout.Width) * model.ModelDimension * PanelLayout.Width) + (token % PanelLayout.Width);
                for (int c = firstColumn; c < endColumn; c++)
                {
                    column[c * PanelLayout.Width] = MathF.FusedMultiplyAdd(row[c], _scale, column[c * PanelLayout.Width]);
                }

                if (_positions != null)
                {
                    float* position = _positions + ((long)i * model.ModelStride);
                    for (int c = firstColumn; c < endColumn; c++)
                    {
                        position[c] += row[c];
                    }
                }
            }
        }
    }
}
