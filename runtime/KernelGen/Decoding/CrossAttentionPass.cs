using KernelGen.Execution;

namespace KernelGen.Decoding;

/// <summary>
/// Computes where the decoder looks while it predicts a target that is known, in one pass over its tokens. What a search found has the bits that it had
/// then, because a pass has the bits of steps; the steps themselves need not keep anything.
/// </summary>
internal static class CrossAttentionPass
{
    /// <summary>Runs the decoder over a target of a sequence whose source stands encoded. What the sequence had cached is lost.</summary>
    /// <param name="engine">Runs the model.</param>
    /// <param name="workspace">The memory of the call, with room for as many target rows.</param>
    /// <param name="sequence">The sequence.</param>
    /// <param name="target">The target without the start token.</param>
    /// <param name="hasEnded">Whether the end token comes after the target, and has a row too.</param>
    public static CrossAttention Run(Engine engine, Workspace workspace, int sequence, ReadOnlySpan<int> target, bool hasEnded)
    {
        int rows = target.Length + (hasEnded ? 1 : 0);
        var result = new CrossAttention(engine.Description.DecoderLayers, engine.Description.Heads, rows, workspace.Sequences[sequence].SourceLength);
        if (rows == 0)
        {
            return result;
        }

        // The last token is only predicted, and comes in nowhere.
        Span<int> input = workspace.Tokens(rows);
        input[0] = engine.Description.StartToken;
        target[..(rows - 1)].CopyTo(input[1..]);
        workspace.Sequences[sequence].TargetLength = 0;
        engine.Decode(workspace, input, [sequence], [rows], result.Probabilities);
        return result;
    }

    /// <summary>Gives every hypothesis of a result its cross-attention.</summary>
    /// <param name="engine">Runs the model.</param>
    /// <param name="workspace">The memory of the call, with room for as many target rows as tokens may be generated.</param>
    /// <param name="sequence">A sequence of the source, whose search is over.</param>
    /// <param name="result">What the search found.</param>
    public static void Run(Engine engine, Workspace workspace, int sequence, GenerationResult result)
    {
        foreach (Hypothesis hypothesis in result.Hypotheses)
        {
            hypothesis.CrossAttention = Run(engine, workspace, sequence, hypothesis.Tokens.AsSpan(), hypothesis.FinishReason == FinishReason.EndToken);
        }
    }
}
