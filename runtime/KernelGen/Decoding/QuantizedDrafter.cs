using KernelGen.Execution;

namespace KernelGen.Decoding;

/// <summary>
/// Guesses tokens by decoding them with an 8-bit copy of the decoder, which reads a quarter of the bytes. One serves all calls of a model: what it learns
/// decides how much is guessed, not what is generated, so races between calls do no harm.
/// </summary>
internal sealed class QuantizedDrafter : IDrafter
{
    /// <summary>Weights beyond so many bytes come from memory, which is so slow that eight rows cost little more than one.</summary>
    private const long CachedBytes = 32 << 20;

    /// <summary>A fraction of right guesses is kept in so many parts.</summary>
    private const int Whole = 1 << 12;

    /// <summary>A guess weighs 1/16 in the fraction.</summary>
    private const int NewWeight = 16;

    /// <summary>After so many steps without a guess one is tried again.</summary>
    private const int Patience = 32;

    /// <summary>How often the end token must have followed a token until it is not even guessed what else may.</summary>
    private const int ConfidenceInEnd = 2;

    private readonly Engine _draft;
    private readonly SuccessorTable _successors;
    private readonly int _endToken;
    private readonly int _maxRows;
    private int _rightGuesses = Whole;
    private int _steps;

    /// <summary>Guesses with a copy.</summary>
    /// <param name="draft">The 8-bit copy.</param>
    /// <param name="exactBytes">How many bytes the model has for what the copy holds.</param>
    public QuantizedDrafter(Engine draft, long exactBytes)
    {
        _draft = draft;
        _successors = new SuccessorTable(draft.Description.TargetVocabularySize);
        _endToken = draft.Description.EndToken;
        _maxRows = exactBytes > CachedBytes ? ParallelGreedySearch.MaxRows : 4;
    }

    /// <inheritdoc/>
    public int Guess(Workspace workspace, Span<int> tokens, out int drafted)
    {
        int rows = Math.Min(Rows(), tokens.Length);
        int known = 1;
        drafted = 0;
        while (known < rows && Draft(workspace, tokens[..rows], ref known, ref drafted))
        {
        }

        // The kernels have tiles of 4, 2 and 1 rows: four are faster than three.
        if (known == 3 && rows > 3)
        {
            tokens[known++] = _successors.Confidence(tokens[2], out int successor) > 0 ? successor : tokens[2];
        }

        return known - 1;
    }

    /// <inheritdoc/>
    public void Learn(ReadOnlySpan<int> tokens, ReadOnlySpan<int> next, bool? isFirstGuessRight)
    {
        for (int i = 0; i < tokens.Length; i++)
        {
            _successors.Learn(tokens[i], next[i]);
        }

        if (isFirstGuessRight is { } isRight)
        {
            int fraction = _rightGuesses;
            _rightGuesses = fraction + (((isRight ? Whole : 0) - fraction) / NewWeight);
        }
    }

    /// <summary>
    /// How many rows a pass should have. For a model in the caches four rows cost 1.5 steps and a draft 0.35, so four rows pay best where 7 of 8 guesses are right, two
    /// where at least half are.
    /// </summary>
    private int Rows()
    {
        int fraction = _rightGuesses;
        return fraction >= Whole / 8 * 7 ? _maxRows
            : fraction >= Whole / 2 || _steps++ % Patience == 0 ? 2
            : 1;
    }

    /// <summary>Guesses one token, or two: the copy decodes the token that usually follows in the same pass, which costs it little.</summary>
    /// <param name="workspace">The memory of the call.</param>
    /// <param name="tokens">Tokens that are known or guessed, and room.</param>
    /// <param name="known">How many are known or guessed.</param>
    /// <param name="drafted">How many of them the copy has decoded.</param>
    /// <returns>Whether to go on: not where the target seems to end.</returns>
    private bool Draft(Workspace workspace, Span<int> tokens, ref int known, ref int drafted)
    {
        int confidence = _successors.Confidence(tokens[known - 1], out int successor);
        bool mayEnd = confidence > 0 && successor == _endToken;
        if (mayEnd && confidence >= ConfidenceInEnd)
        {
            return false;
        }

        Span<int> count = [1];
        if (confidence > 0 && !mayEnd && known + 1 < tokens.Length)
        {
            tokens[known] = successor;
            count[0] = 2;
        }

        ref Sequence sequence = ref workspace.Sequences[0];
        int length = sequence.TargetLength;
        Span<int> best = stackalloc int[2];
        _draft.Decode(workspace, tokens.Slice(known - 1, count[0]), [0], count);
        _draft.DraftTokens(workspace, count[0], drafted, best[..count[0]]);
        int right = count[0] == 2 && best[0] == successor ? 2 : 1;
        sequence.TargetLength = length + right;
        drafted += right;
        for (int i = 0; i < right; i++)
        {
            if (best[i] == _endToken)
            {
                return false;
            }

            tokens[known++] = best[i];
        }

        return true;
    }
}
