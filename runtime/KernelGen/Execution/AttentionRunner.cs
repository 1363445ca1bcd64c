using System.Runtime.InteropServices;

namespace KernelGen.Execution;

/// <summary>Computes the attention of one sequence in one layer, and, where they are asked for, the probabilities with which it attends.</summary>
/// <typeparam name="TKernels">The generated kernels.</typeparam>
/// <param name="model">The widths.</param>
internal sealed unsafe class AttentionRunner<TKernels>(ModelDescription model)
    where TKernels : struct, IModelKernels
{
    private readonly HypothesisAttention<TKernels> _hypotheses = new(model);

    /// <summary>Computes a task.</summary>
    /// <param name="workspace">The memory of the call.</param>
    /// <param name="task">What to compute.</param>
    /// <param name="part">Which of the parts of shared work this is.</param>
    public void Attend(Workspace workspace, in AttentionTask task, int part)
    {
        float* keys = Keys(workspace, in task, part);
        float* values = Values(workspace, in task, part);
        Append(in task, keys, values);
        if (task.Kind == AttentionKind.Hypotheses)
        {
            _hypotheses.Attend(in task, workspace.AttentionScratch(part));
            return;
        }

        Attend(workspace, in task, 0, task.Rows, 0, model.Heads, keys, values, workspace.AttentionScratch(part));
    }

    /// <summary>Appends the keys and values of a task whose rows are then shared out: those of the encoder where the first part has its room.</summary>
    public void Append(Workspace workspace, in AttentionTask task) => Append(in task, Keys(workspace, in task, part: 0), Values(workspace, in task, part: 0));

    /// <summary>Computes some rows of a task whose keys and values are appended.</summary>
    /// <param name="workspace">The memory of the call.</param>
    /// <param name="task">The task.</param>
    /// <param name="firstRow">The first row; a multiple of <see cref="AttentionTask.BlockRows"/>.</param>
    /// <param name="endRow">The row behind the last.</param>
    /// <param name="part">Which of the parts of shared work this is.</param>
    public void AttendRows(Workspace workspace, in AttentionTask task, int firstRow, int endRow, int part) =>
        Attend(
            workspace, in task, firstRow, endRow, 0, model.Heads, Keys(workspace, in task, part: 0), Values(workspace, in task, part: 0), workspace.AttentionScratch(part));

    /// <summary>Computes some heads of a task of cross-attention.</summary>
    /// <param name="workspace">The memory of the call.</param>
    /// <param name="task">The task.</param>
    /// <param name="firstHead">The first head.</param>
    /// <param name="endHead">The head behind the last.</param>
    /// <param name="part">Which of the parts of shared work this is.</param>
    public void AttendHeads(Workspace workspace, in AttentionTask task, int firstHead, int endHead, int part) =>
        Attend(workspace, in task, 0, task.Rows, firstHead, endHead, task.Keys, task.Values, workspace.AttentionScratch(part));

    /// <summary>
    /// With which probabilities the rows of a task attend, <c>[heads, rows, positions]</c>, before the task itself is done. Attention to values that are 1 in a
    /// column of their own and 0 elsewhere is the probabilities themselves, bit for bit; as many positions at a time as a head has columns.
    /// </summary>
    public void Probabilities(Workspace workspace, in AttentionTask task, Span<float> probabilities)
    {
        int width = model.AttentionWidth;
        int columns = model.HeadWidth;
        int length = task.Kind == AttentionKind.Cross ? task.Cached : task.Cached + task.Rows;

        // These values have the room of values that the task, or an encoder layer, writes anew; the output has that of the task's.
        float* keys = Keys(workspace, in task, part: 0);
        float* values = task.Kind == AttentionKind.Decoder ? task.Values : workspace.EncoderValues(0);
        Append(in task, keys, values);
        for (int first = 0; first < length; first += columns)
        {
            // Of a long source all of them together take many times as long as the layer.
            workspace.Cancellation.ThrowIfCancellationRequested();
            int count = Math.Min(columns, length - first);
            NativeMemory.Clear(values, (nuint)length * (nuint)width * sizeof(float));
            for (int i = 0; i < count; i++)
            {
                float* value = values + ((long)(first + i) * width) + i;
                for (int head = 0; head < width; head += columns)
                {
                    value[head] = 1;
                }
            }

            Attend(workspace, in task, 0, task.Rows, 0, model.Heads, keys, values, workspace.AttentionScratch(0));
            for (int head = 0; head < model.Heads; head++)
            {
                for (int row = 0; row < task.Rows; row++)
                {
                    new ReadOnlySpan<float>(task.Output + ((long)row * model.AttentionStride) + (head * columns), count)
                        .CopyTo(probabilities.Slice((((head * task.Rows) + row) * length) + first, count));
                }
            }
        }
    }

    private static float* Keys(Workspace workspace, in AttentionTask task, int part) =>
        task.Kind == AttentionKind.Encoder ? workspace.EncoderKeys(part) : task.Keys;

    private static float* Values(Workspace workspace, in AttentionTask task, int part) =>
        task.Kind == AttentionKind.Encoder ? workspace.EncoderValues(part) : task.Values;

    /// <summary>Appends the keys and values of a task's rows; those of the source, to which target tokens attend, are there.</summary>
    private void Append(in AttentionTask task, float* keys, float* values)
    {
        if (task.Kind == AttentionKind.Hypotheses)
        {
            for (int row = 0; row < task.Rows; row++)
            {
                int place = task.Places[((long)row * task.PlacesStride) + task.Cached];
                TKernels.AppendKeysAndValues(task.Input + ((long)row * 3 * model.AttentionWidth), 1, place, keys, values);
            }
        }
        else if (task.Kind != AttentionKind.Cross)
        {
            TKernels.AppendKeysAndValues(task.Input, task.Rows, task.Cached, keys, values);
        }
    }

    /// <summary>
    /// Attends block by block (<see cref="AttentionTask.RowsAtOnce"/>): of a long source all rows together take minutes. A cancelled call leaves the rest as it
    /// is, and throws in <see cref="WorkSharing.Attention"/>. Only cross-attention is computed for some of the heads.
    /// </summary>
    private void Attend(Workspace workspace, in AttentionTask task, int firstRow, int endRow, int firstHead, int endHead, float* keys, float* values, float* scratch)
    {
        int visible = task.Kind switch
        {
            AttentionKind.Encoder => task.Rows,
            AttentionKind.Decoder => task.Cached + 1,
            AttentionKind.Cross => task.Cached,
            _ => throw new ArgumentException($"There is no attention of the kind {task.Kind}.", nameof(task)),
        };
        int visibleStep = task.Kind == AttentionKind.Decoder ? 1 : 0;
        int inputStride = (task.Kind == AttentionKind.Cross ? 1 : 3) * model.AttentionWidth;
        int block = AttentionTask.RowsAtOnce(visible + (visibleStep * task.Rows), model.AttentionWidth);
        for (int first = firstRow; first < endRow && !workspace.Cancellation.IsCancellationRequested; first += block)
        {
            int rows = Math.Min(block, endRow - first);
            float* input = task.Input + ((long)first * inputStride);
            float* output = task.Output + ((long)first * model.AttentionStride);
            if (task.Kind == AttentionKind.Cross)
            {
                TKernels.CrossAttention(input, rows, keys, values, visible, firstHead, endHead, scratch, output);
            }
            else
            {
                float* bias = task.PositionBias == null ? null : task.PositionBias - first;
                TKernels.SelfAttention(
                    input, rows, keys, values, visible + (visibleStep * first), visibleStep, bias, task.PositionBiasStride, scratch, output);
            }
        }
    }
}
