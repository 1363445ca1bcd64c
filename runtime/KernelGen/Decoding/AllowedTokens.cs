using KernelGen.Decoding;

namespace KernelGen;

/// <summary>
/// The tokens that may come next in one target, which a <see cref="TokenConstraint"/> narrows down: what other options or an earlier call forbid stays
/// forbidden. Valid during the callback.
/// </summary>
public readonly ref struct AllowedTokens
{
    private readonly LogitRules _rules;
    private readonly Span<float> _logits;

    internal AllowedTokens(LogitRules rules, Span<float> logits, int endToken)
    {
        _rules = rules;
        _logits = logits;
        EndToken = endToken;
    }

    /// <summary>The number of target tokens; token ids are below it.</summary>
    public int VocabularySize => _logits.Length;

    /// <summary>The token that ends a target.</summary>
    public int EndToken { get; }

    /// <summary>
    /// The unnormalised log-probability of each token; minus infinity for those that are forbidden, which should stay so. In beam search as <see cref="SearchDefinition.HuggingFace"/>
    /// defines it they may be normalised. Writing here makes tokens more or less probable: minus infinity forbids one, and NaN or plus infinity ends the call with an exception.
    /// </summary>
    public Span<float> Logits => _logits;

    /// <summary>Whether a token may still come next.</summary>
    /// <param name="token">The token.</param>
    /// <exception cref="ArgumentOutOfRangeException">The token is not in the vocabulary.</exception>
    public bool IsAllowed(int token) => !float.IsNegativeInfinity(_logits[Checked(token, nameof(token))]);

    /// <summary>Forbids every token but these; with none it forbids every token.</summary>
    /// <param name="tokens">The tokens, in any order.</param>
    /// <exception cref="ArgumentOutOfRangeException">A token is not in the vocabulary; nothing is changed.</exception>
    public void AllowOnly(params ReadOnlySpan<int> tokens)
    {
        Span<float> kept = _rules.Scratch(tokens.Length);
        for (int i = 0; i < tokens.Length; i++)
        {
            kept[i] = _logits[Checked(tokens[i], nameof(tokens))];
        }

        _logits.Fill(float.NegativeInfinity);
        for (int i = 0; i < tokens.Length; i++)
        {
            _logits[tokens[i]] = kept[i];
        }
    }

    /// <summary>Forbids tokens.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <exception cref="ArgumentOutOfRangeException">A token is not in the vocabulary; those before it are forbidden.</exception>
    public void Forbid(params ReadOnlySpan<int> tokens)
    {
        foreach (int token in tokens)
        {
            _logits[Checked(token, nameof(tokens))] = float.NegativeInfinity;
        }
    }

    private int Checked(int token, string parameter) => (uint)token < (uint)_logits.Length
        ? token
        : throw new ArgumentOutOfRangeException(parameter, token, $"There is no token {token}; the target vocabulary goes from 0 to {_logits.Length - 1}.");
}
