using KernelGen.Execution;

namespace KernelGen.Decoding;

/// <summary>
/// Computes where a model looks while it predicts a target that is known, in one pass over its tokens. What a search found has the bits that it had
/// then, because a pass has the bits of steps; the steps themselves need not keep anything.
/// </summary>
internal static class AttentionPass
{
    /// <summary>Runs the decoder over a target of a sequence whose source stands encoded. What the sequence had cached of a target is lost.</summary>
    /// <param name="engine">Runs the model.</param>
    /// <param name="workspace">The memory of the call, with room for as many target rows.</param>
    /// <param name="sequence">The sequence.</param>
    /// <param name="startToken">The token that stands before the target.</param>
    /// <param name="tokensBefore">How many tokens, which the sequence has cached, stand before that.</param>
    /// <param name="target">The target without the start token.</param>
    /// <param name="hasEnded">Whether the end token comes after the target, and has a row too.</param>
    public static CrossAttention Cross(
        Engine engine, Workspace workspace, int sequence, int startToken, int tokensBefore, ReadOnlySpan<int> target, bool hasEnded)
    {
        ModelDescription model = engine.Description;
        int rows = target.Length + (hasEnded ? 1 : 0);
        var result = new CrossAttention(model.DecoderLayers, model.Heads, rows, workspace.Sequences[sequence].SourceLength);
        if (rows > 0)
        {
            Decode(engine, workspace, sequence, startToken, tokensBefore, target[..(rows - 1)], crossAttention: result.Probabilities);
        }

        return result;
    }

    /// <summary>Gives every hypothesis of a result its cross-attention.</summary>
    /// <param name="engine">Runs the model.</param>
    /// <param name="workspace">The memory of the call, with room for as many target rows as tokens may be generated.</param>
    /// <param name="sequence">A sequence of the source, whose search is over.</param>
    /// <param name="settings">How it was searched.</param>
    /// <param name="result">What the search found.</param>
    public static void Cross(Engine engine, Workspace workspace, int sequence, SearchSettings settings, GenerationResult result)
    {
        foreach (Hypothesis hypothesis in result.Hypotheses)
        {
            hypothesis.CrossAttention = Cross(
                engine,
                workspace,
                sequence,
                settings.StartToken,
                settings.TokensBefore.Length,
                hypothesis.Tokens.AsSpan(),
                hypothesis.FinishReason == FinishReason.EndToken);
        }
    }

    /// <summary>Runs the encoder over a source, and the decoder over a target.</summary>
    /// <param name="engine">Runs the model.</param>
    /// <param name="workspace">The memory of the call, with room for the source and as many target rows.</param>
    /// <param name="source">The source.</param>
    /// <param name="target">The target without the start token; not empty.</param>
    public static SelfAttention Self(Engine engine, Workspace workspace, ReadOnlySpan<int> source, ReadOnlySpan<int> target)
    {
        ModelDescription model = engine.Description;
        var result = new SelfAttention(
            new AttentionProbabilities(model.EncoderLayers, model.Heads, source.Length, source.Length),
            new AttentionProbabilities(model.DecoderLayers, model.Heads, target.Length, target.Length));
        engine.Encode(workspace, source, [0], result.Encoder.Probabilities);
        Decode(engine, workspace, sequence: 0, model.StartToken, tokensBefore: 0, target[..^1], selfAttention: result.Decoder.Probabilities);
        return result;
    }

    /// <summary>Decodes the start token and all of a target but its last token, which is only predicted, and comes in nowhere.</summary>
    private static void Decode(
        Engine engine,
        Workspace workspace,
        int sequence,
        int startToken,
        int tokensBefore,
        ReadOnlySpan<int> target,
        Span<float> selfAttention = default,
        Span<float> crossAttention = default)
    {
        int rows = target.Length + 1;
        Span<int> input = workspace.Tokens(rows);
        input[0] = startToken;
        target.CopyTo(input[1..]);
        workspace.Sequences[sequence].TargetLength = tokensBefore;
        engine.Decode(workspace, input, [sequence], [rows], selfAttention, crossAttention);
    }
}
